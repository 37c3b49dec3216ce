/**
 * The journal of one feed: its ledger and its input, in memory that outlives the process.
 *
 * The memory is a file in tmpfs, mapped into the slot of the feed. Input goes from the pipe into the file by splice(2),
 * which leaves the new end of the input in the file before it returns. So a logger that is killed loses nothing, and the
 * next logger on the same log directory goes on where it stopped.
 *
 * There is one file for each feed, named after the user and the first log directory: its device, its inode and its time of
 * birth. An inode number is used again for another directory, which must not get these lines; the time of birth tells the
 * two apart. A file system that does not tell it has no journals.
 *
 * The file goes when the logger leaves in order and all that it holds has been written. Where there is no tmpfs, or
 * another user has taken the name, the feed has no journal: then a kill may cost the bytes of the last read, as with
 * runit.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type FileStat, type Kernel, OPEN } from "../../runtime/kernel.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { LEDGER_BYTES } from "../ledger.ts";
import { SENTINEL_BYTES } from "../lines.ts";
import type { Slot } from "./workbench.ts";

/** The directory of POSIX shared memory (shm_open(3)): a tmpfs on every Linux with glibc. */
export const JOURNAL_DIRECTORY = "/dev/shm";
const MODE = 0o600;
/** The number of times that another logger may remove the file between our open and our lock. */
const TRIES = 5;
/** The bytes that a feed can take in at once from its beginning. A feed that fills them gets more room. */
const LEAST_READ = 1000;
/** The bytes of a page. Room is allocated in pages. */
const PAGE_BYTES = 4096;
/** The bytes of the number that tells the end of the input (splice(2), loff_t). */
const OFFSET_BYTES = 8;

/** The part of the kernel that a journal calls. */
export type JournalKernel = Pick<
  Kernel,
  | "open"
  | "close"
  | "stat"
  | "statFd"
  | "unlink"
  | "lock"
  | "truncate"
  | "allocate"
  | "mapFile"
  | "unmapFile"
  | "splice"
  | "userId"
  | "region"
>;

/** An open journal. */
export class Journal {
  readonly #kernel: JournalKernel;
  readonly #slot: Slot;
  readonly #path: string;
  readonly #fd: Fd;
  /** The end of the input, where splice(2) reads and writes it. */
  readonly #endAt: Uint8Array<ArrayBuffer>;
  /** The number of bytes of the file that have memory behind them for certain. Only these may be touched. */
  #room: number;
  /** True when the last read filled all of the room. */
  #short = false;

  private constructor(
    kernel: JournalKernel,
    slot: Slot,
    path: string,
    fd: Fd,
    room: number,
    endAt: Uint8Array<ArrayBuffer>,
  ) {
    this.#kernel = kernel;
    this.#slot = slot;
    this.#path = path;
    this.#fd = fd;
    this.#room = room;
    this.#endAt = endAt;
  }

  /**
   * Opens or makes the journal of the log directory `directory`, and maps it into `slot`.
   *
   * `kept`: the bytes of a line that are kept until its end has come (-l). `endAt`: the offset in the slot at which the
   * end of the input lies. Returns "taken" while another process holds the journal, and undefined where there can be
   * none.
   */
  static open(
    kernel: JournalKernel,
    directory: FileStat,
    slot: Slot,
    kept: number,
    endAt: number,
  ): Journal | "taken" | undefined {
    const user = kernel.userId();
    const { device, inode, birthNs } = directory;
    if (birthNs === 0n) return undefined;
    const name = [device, inode, birthNs].map((part) => part.toString(16)).join("-");
    const path = `${JOURNAL_DIRECTORY}/svlogd-${user}-${name}`;
    let fd: Fd = -1;
    try {
      fd = openOwn(kernel, path, user);
      const found = kernel.statFd(fd);
      // A logger with longer lines has made it. Its content does not fit into the slot.
      if (found.size > slot.bytes) throw new SysError({ call: "map", path, errno: ERRNO.EFBIG });
      // All of a journal that is taken up may be in use.
      const room = found.size > 0 ? slot.bytes : Math.min(firstRoom(kept), slot.bytes);
      kernel.allocate(fd, room);
      kernel.truncate(fd, slot.bytes);
      kernel.mapFile(fd, slot.at, slot.bytes);
      const end = kernel.region.subarray(slot.at + endAt, slot.at + endAt + OFFSET_BYTES);
      return new Journal(kernel, slot, path, fd, room, end);
    } catch (thrown) {
      if (fd >= 0) kernel.close(fd);
      if (!(thrown instanceof SysError)) throw thrown;
      return thrown.call === "lock" && thrown.errno === ERRNO.EAGAIN ? "taken" : undefined;
    }
  }

  /**
   * Moves at most `length` bytes from the pipe behind the input, which ends at `end` of the slot. Returns the count, 0 at
   * the end of the pipe, or WOULD_BLOCK.
   */
  take(pipe: Fd, end: number, length: number): number {
    if (this.#short) this.#makeRoom(end + length + SENTINEL_BYTES);
    const fits = Math.min(length, this.#room - end - SENTINEL_BYTES);
    const taken = this.#kernel.splice(pipe, this.#fd, this.#endAt, fits);
    this.#short = taken === fits && fits < length;
    return taken;
  }

  /** Doubles the room, up to `wanted`. If tmpfs is full, the feed goes on in smaller pieces. */
  #makeRoom(wanted: number): void {
    const room = Math.min(roundedUp(Math.min(2 * this.#room, wanted)), this.#slot.bytes);
    try {
      this.#kernel.allocate(this.#fd, room);
      this.#room = room;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  /** Closes the journal, and removes it if it is `empty`: all of the input has been written. */
  close(empty: boolean): void {
    this.#kernel.unmapFile(this.#slot.at, this.#slot.bytes);
    if (empty) {
      try {
        this.#kernel.unlink(CWD, this.#path);
      } catch (thrown) {
        rethrowUnlessSysError(thrown);
      }
    }
    this.#kernel.close(this.#fd);
  }
}

/**
 * Opens or makes the file `path`, and locks it. The file must belong to `user`, and `path` must still lead to it when it
 * is locked: a logger that leaves removes it. Throws SysError.
 */
function openOwn(kernel: JournalKernel, path: string, user: number): Fd {
  for (let tries = 0; tries < TRIES; tries++) {
    const fd = kernel.open(CWD, path, OPEN.readWrite | OPEN.create | OPEN.noFollow | OPEN.nonBlock, MODE);
    try {
      const opened = kernel.statFd(fd);
      if (opened.kind !== "file" || opened.uid !== user) {
        throw new SysError({ call: "open", path, errno: ERRNO.EPERM });
      }
      if (!kernel.lock(fd, false)) throw new SysError({ call: "lock", path, errno: ERRNO.EAGAIN });
      if (isStill(kernel, path, opened)) return fd;
    } catch (thrown) {
      kernel.close(fd);
      throw thrown;
    }
    kernel.close(fd);
  }
  throw new SysError({ call: "lock", path, errno: ERRNO.EAGAIN });
}

/** True when `path` leads to the file that was opened. */
function isStill(kernel: JournalKernel, path: string, opened: FileStat): boolean {
  try {
    const there = kernel.stat(CWD, path, false);
    return there.inode === opened.inode && there.device === opened.device;
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return false;
  }
}

/** The room of a new journal: a kept line, and a read with the beginning of the next. */
function firstRoom(kept: number): number {
  return roundedUp(LEDGER_BYTES + 2 * kept + LEAST_READ + SENTINEL_BYTES);
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}
