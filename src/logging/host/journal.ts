/**
 * The ledger and the input of one feed, in memory that outlives the process: a file in tmpfs, mapped into the place
 * of the feed. What is taken from the pipe goes into it by splice(2), which leaves the new end of the input in it
 * before it returns; so a logger that is killed has lost nothing, and the next one on the same log directory goes on.
 *
 * One file a feed, named by user and first log directory (its inode, and when it was made: where the file system does
 * not tell there is none); it goes when all that it holds has been written and the
 * logger leaves in order. Where there is no tmpfs, or another user has taken the name, the feed has none: then a
 * kill may cost what the last read brought, as with runit.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type FileStat, type Kernel, OPEN } from "../../runtime/kernel.ts";
import { SysError } from "../../sys/error.ts";
import { LEDGER_BYTES } from "../ledger.ts";
import { SENTINEL_BYTES } from "../lines.ts";
import type { Slot } from "./workbench.ts";

/** Shared memory of POSIX: a tmpfs on every Linux with glibc's shm_open(3). */
export const JOURNAL_DIRECTORY = "/dev/shm";
const MODE = 0o600;
/** How often another logger may take the file away between its opening and its locking. */
const TRIES = 5;
/** What a quiet feed can take in at once, at least; more room is made for one that fills it. */
const LEAST_READ = 1000;
const ALLOCATION = 4096;

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

export class Journal {
  readonly #kernel: JournalKernel;
  readonly #slot: Slot;
  readonly #path: string;
  readonly #fd: Fd;
  readonly #endAt: Uint8Array<ArrayBuffer>;
  /** Bytes of the file that are known to have memory behind them: only these may be touched. */
  #room: number;
  /** The last read took all that there was room for. */
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
   * Opens (or makes) the journal of a log directory and maps it into `slot`; undefined where that cannot be done;
   * "taken" while another process holds it.
   * `kept`: bytes that a line may have to be kept.
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
    // An inode's number is used again for another directory, which must not get these lines; with its birth it is not.
    if (birthNs === 0n) return undefined;
    const name = [device, inode, birthNs].map((part) => part.toString(16)).join("-");
    const path = `${JOURNAL_DIRECTORY}/svlogd-${user}-${name}`;
    let fd: Fd = -1;
    try {
      fd = openOwn(kernel, path, user);
      const found = kernel.statFd(fd);
      // Made for longer lines than these: what it holds does not fit.
      if (found.size > slot.bytes) throw new SysError({ call: "map", path, errno: ERRNO.EFBIG });
      // Of a journal that is taken up, all may be in use.
      const room = found.size > 0 ? slot.bytes : Math.min(firstRoom(kept), slot.bytes);
      kernel.allocate(fd, room);
      kernel.truncate(fd, slot.bytes);
      kernel.mapFile(fd, slot.at, slot.bytes);
      const end = kernel.region.subarray(slot.at + endAt, slot.at + endAt + 8);
      return new Journal(kernel, slot, path, fd, room, end);
    } catch (thrown) {
      if (fd >= 0) kernel.close(fd);
      if (!(thrown instanceof SysError)) throw thrown;
      return thrown.call === "lock" && thrown.errno === ERRNO.EAGAIN ? "taken" : undefined;
    }
  }

  /** As `read`: at most `length` bytes of the pipe go behind the input. The count, 0 at the end, or WOULD_BLOCK. */
  take(pipe: Fd, end: number, length: number): number {
    if (this.#short) this.#makeRoom(end + length + SENTINEL_BYTES);
    const fits = Math.min(length, this.#room - end - SENTINEL_BYTES);
    const taken = this.#kernel.splice(pipe, this.#fd, this.#endAt, fits);
    this.#short = taken === fits && fits < length;
    return taken;
  }

  /** A full tmpfs leaves the feed with the room it has: it goes on in smaller pieces. */
  #makeRoom(wanted: number): void {
    const room = Math.min(roundedUp(Math.min(2 * this.#room, wanted)), this.#slot.bytes);
    try {
      this.#kernel.allocate(this.#fd, room);
      this.#room = room;
    } catch (thrown) {
      if (!(thrown instanceof SysError)) throw thrown;
    }
  }

  /** `empty`: nothing in it is still to be written. */
  close(empty: boolean): void {
    this.#kernel.unmapFile(this.#slot.at, this.#slot.bytes);
    if (empty) {
      try {
        this.#kernel.unlink(CWD, this.#path);
      } catch (thrown) {
        if (!(thrown instanceof SysError)) throw thrown;
      }
    }
    this.#kernel.close(this.#fd);
  }
}

/** Locked, ours alone, and the one that the path leads to: a logger that leaves removes it. */
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

function isStill(kernel: JournalKernel, path: string, opened: FileStat): boolean {
  try {
    const there = kernel.stat(CWD, path, false);
    return there.inode === opened.inode && there.device === opened.device;
  } catch (thrown) {
    if (thrown instanceof SysError) return false;
    throw thrown;
  }
}

function firstRoom(kept: number): number {
  return roundedUp(LEDGER_BYTES + 2 * kept + LEAST_READ + SENTINEL_BYTES);
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / ALLOCATION) * ALLOCATION;
}
