/**
 * Entering a directory, opening what runsv(8) opens in it, in runsv's order and with its words, and closing it again.
 *
 * No call waits. If not everything could be opened, the caller closes what is open (`closeAll`).
 */
import type { Now } from "../../time/now.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type FileStat, type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { RECORD_PATHS } from "../../survival/host.ts";
import { newPair } from "../pair.ts";
import { newService } from "../service_state.ts";
import type { Controls } from "./controls.ts";
import { type Lock, type LogPipe, newPost, type Post, Unit, type UnitName } from "./unit.ts";

/** Longest target of a link `supervise`, in bytes (runsv.c). */
const LINK_MAX = 255;
/** Descriptors that no service may take: records, status files, looks at directories and probes of finish need them. */
const SPARE_DESCRIPTORS = 10;

/** The log pipe, as a FIFO. */
const PIPE = "log/supervise/pipe";
/** The errors of open(2) of the FIFO for writing when no process reads it, or it is not there. */
const NOT_HELD: ReadonlySet<number> = new Set([ERRNO.ENXIO, ERRNO.ENOENT]);

/** Why a directory cannot be supervised: the text after `fatal: `. */
export class Unusable extends Error {}

/** A message about a service: its name, a level, a text. */
export type PrintLine = (name: string, level: string, text: string) => void;

/** The open files of all services of a supervisor. */
export class Posts {
  readonly #kernel: Kernel;
  readonly #controls: Controls;
  readonly #line: PrintLine;
  #descriptors = Infinity;

  constructor(kernel: Kernel, controls: Controls, line: PrintLine) {
    this.#kernel = kernel;
    this.#controls = controls;
    this.#line = line;
  }

  /** Tells how many descriptors this process may have; some of them stay free. */
  allowDescriptors(most: number): void {
    if (most > 0) this.#descriptors = most;
  }

  /**
   * Opens the directory at `path`. Throws SysError when it may not be entered: O_PATH alone would not tell, so `.` is
   * looked up in it, as chdir(2) would. Throws Unusable when it is not the directory that `fileKey` names.
   */
  enter(path: string, fileKey: string | undefined): Fd {
    const dir = this.#kernel.open(CWD, path, OPEN.path | OPEN.directory);
    try {
      const found = this.#kernel.stat(dir, ".");
      if (fileKey !== undefined && fileKeyOf(found) !== fileKey) throw new Unusable("it was replaced");
      return dir;
    } catch (thrown) {
      this.#kernel.close(dir);
      throw thrown;
    }
  }

  /** A unit with nothing open but its directory, wanted as its `down` files say. */
  newUnit(called: UnitName, wake: (unit: Unit) => void): Unit {
    const { dir, name } = called;
    const now: Now = { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
    const main = newService("main", this.exists(dir, "down") ? "down" : "up", now);
    const log = this.#hasLog(dir, name)
      ? newService("log", this.exists(dir, "log/down") ? "down" : "up", now)
      : undefined;
    return new Unit(called, newPair(main, log), wake);
  }

  /** True for a path that can be looked at. */
  exists(dir: Fd, path: string): boolean {
    return this.#stat(dir, path) !== undefined;
  }

  #stat(dir: Fd, path: string): FileStat | undefined {
    try {
      return this.#kernel.stat(dir, path);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  #hasLog(dir: Fd, name: string): boolean {
    try {
      if (this.#kernel.stat(dir, "log").kind === "directory") return true;
      this.#line(name, "warning", "./log: not a directory.");
    } catch (thrown) {
      if (errnoOf(thrown) !== ERRNO.ENOENT) {
        this.#line(name, "warning", `unable to stat() ./log: log service disabled.: ${thrownText(thrown)}`);
      }
    }
    return false;
  }

  /** Takes the locks and opens everything else. Throws Unusable. */
  openAll(unit: Unit): void {
    unit.main = newPost(unit, "main", this.#lock(unit.dir, ""));
    if (unit.pair.log !== undefined) {
      unit.log = newPost(unit, "log", this.#lock(unit.dir, "log/"));
      unit.pipe = this.#tried("unable to create log pipe", () => this.#pipe(unit.dir));
    }
    let last = this.#openPost(unit.main);
    if (unit.log !== undefined) last = this.#openPost(unit.log);
    // The kernel gives out the lowest free number, so the last one tells how many are left.
    if (last + SPARE_DESCRIPTORS >= this.#descriptors) {
      throw new Unusable(`unable to open more files: ${errnoText(ERRNO.EMFILE)}`);
    }
  }

  #tried<T>(complaint: string, action: () => T): T {
    try {
      return action();
    } catch (thrown) {
      if (thrown instanceof SysError) throw new Unusable(`${complaint}: ${errnoText(thrown.errno)}`);
      throw thrown;
    }
  }

  /** Makes `supervise/` (or the directory that its link names) and takes `supervise/lock`. */
  #lock(dir: Fd, prefix: string): Lock {
    this.#makeSupervise(dir, prefix);
    const path = `${prefix}supervise/lock`;
    const flags = OPEN.readWrite | OPEN.append | OPEN.create | OPEN.nonBlock;
    const fd = this.#tried(`unable to open ${path}`, () => this.#kernel.open(dir, path, flags, 0o600));
    try {
      if (this.#kernel.lock(fd, false)) return { fd, held: this.#kernel.holdOpen(fd) };
    } catch (thrown) {
      this.#kernel.close(fd);
      throw new Unusable(`unable to lock ${path}: ${thrownText(thrown)}`);
    }
    this.#kernel.close(fd);
    throw new Unusable(`unable to lock ${path}: ${errnoText(ERRNO.EAGAIN)}`);
  }

  /**
   * Opens the log pipe. The pipe is a FIFO. So the next supervisor finds it again with its content, as long as the
   * service or its logger has it open. The service gets the FIFO open for reading and writing. If no other process has
   * it open, the service waits and gets no broken pipe. A FIFO that no process has open is made anew, so that device
   * and inode tell which processes belong to it. Where there can be no FIFO, the log pipe is an ordinary pipe.
   */
  #pipe(dir: Fd): LogPipe {
    if (!this.#isHeld(dir) && !this.#renewFifo(dir)) return { ...this.#kernel.pipe(), isNamed: false };
    return this.#openFifo(dir);
  }

  /**
   * True when a process reads the FIFO: then it opens for writing without waiting. In doubt true: opening it tells
   * more.
   */
  #isHeld(dir: Fd): boolean {
    try {
      const fd = this.#kernel.open(dir, PIPE, OPEN.write | OPEN.nonBlock);
      const { kind } = this.#kernel.statFd(fd);
      this.#kernel.close(fd);
      return kind === "fifo";
    } catch (thrown) {
      return !NOT_HELD.has(errnoOf(thrown));
    }
  }

  /** False where there can be no FIFO. */
  #renewFifo(dir: Fd): boolean {
    this.remove(dir, PIPE);
    try {
      this.#kernel.mkfifo(dir, PIPE, 0o600);
      return true;
    } catch (thrown) {
      return errnoOf(thrown) === ERRNO.EEXIST;
    }
  }

  /** Opened for reading and writing first, so that neither opening waits. */
  #openFifo(dir: Fd): LogPipe {
    const write = this.#kernel.open(dir, PIPE, OPEN.readWrite);
    try {
      if (this.#kernel.statFd(write).kind !== "fifo") {
        throw new SysError({ call: "open", errno: ERRNO.EEXIST });
      }
      return { read: this.#kernel.open(dir, PIPE, OPEN.read), write, isNamed: true };
    } catch (thrown) {
      this.#kernel.close(write);
      throw thrown;
    }
  }

  /** Removes a file if it is there and can be removed. One that stays shows when it is opened. */
  remove(dir: Fd, path: string): void {
    try {
      this.#kernel.unlink(dir, path);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  /** Removes what is for the next supervisor alone: the service leaves as it was told to. */
  removeRecords({ dir, log }: Unit): void {
    this.remove(dir, RECORD_PATHS.main);
    if (log === undefined) return;
    this.remove(dir, RECORD_PATHS.log);
    this.remove(dir, PIPE);
  }

  #makeSupervise(dir: Fd, prefix: string): void {
    try {
      return this.#kernel.mkdir(dir, `${prefix}supervise`, 0o700);
    } catch (thrown) {
      // It may exist, or be a link whose target is to be made. Anything else shows when the lock is opened.
      rethrowUnlessSysError(thrown);
    }
    let target: string;
    try {
      target = this.#kernel.readLink(dir, `${prefix}supervise`);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (errno === ERRNO.ENOENT || errno === ERRNO.EINVAL) return;
      throw new Unusable(`unable to readlink ./${prefix}supervise: ${errnoText(errno)}`);
    }
    if (target.length > LINK_MAX) {
      throw new Unusable(`unable to readlink ./${prefix}supervise: name too long`);
    }
    try {
      this.#kernel.mkdir(dir, target.startsWith("/") ? target : prefix + target, 0o700);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  /** Opens `control` and `ok` and listens for commands. Returns the descriptor that was opened last. */
  #openPost(post: Post): Fd {
    const { dir } = post.unit;
    const prefix = post.who === "main" ? "supervise/" : "log/supervise/";
    const path = `${prefix}control`;
    this.#makeFifo(dir, path);
    const kind = this.#tried(`unable to stat ${path}`, () => this.#kernel.stat(dir, path)).kind;
    if (kind !== "fifo") throw new Unusable(`${path} exists but is not a fifo`);
    // One descriptor for reading and writing: it never reports that the last writer has gone.
    const flags = OPEN.readWrite | OPEN.nonBlock;
    // Each is set as soon as it is open, so that `closeAll` finds it.
    post.control = this.#tried(`unable to open ${path}`, () => this.#kernel.open(dir, path, flags));
    this.#makeFifo(dir, `${prefix}ok`);
    post.ok = this.#tried(
      `unable to read ${prefix}ok`,
      () => this.#kernel.open(dir, `${prefix}ok`, OPEN.read | OPEN.nonBlock),
    );
    this.#tried(`unable to watch ${path}`, () => this.#controls.open(post));
    return post.ok;
  }

  #makeFifo(dir: Fd, path: string): void {
    try {
      this.#kernel.mkfifo(dir, path, 0o600);
    } catch (thrown) {
      // As a rule it exists. Anything else shows when it is opened.
      rethrowUnlessSysError(thrown);
    }
  }

  /** Closes everything that is open, and lets the locks go. */
  closeAll(unit: Unit): void {
    for (const post of [unit.main, unit.log]) {
      if (post === undefined) continue;
      if (post.control >= 0) this.#controls.close(post);
      for (const fd of [post.control, post.ok, post.record.fd]) if (fd >= 0) this.#kernel.close(fd);
      if (post.lock.held === undefined) this.#kernel.close(post.lock.fd);
      else this.#kernel.letGo(post.lock.held);
    }
    this.closePipe(unit);
    this.#kernel.close(unit.dir);
  }

  /** Closes both ends of the log pipe, if it is open. */
  closePipe(unit: Unit): void {
    const { pipe } = unit;
    this.closeWritingEnd(unit);
    if (pipe !== undefined) this.#kernel.close(pipe.read);
    unit.pipe = undefined;
  }

  /** Closes the writing end of the log pipe, if it is open. */
  closeWritingEnd({ pipe }: Unit): void {
    if (pipe === undefined || pipe.write < 0) return;
    this.#kernel.close(pipe.write);
    pipe.write = -1;
  }
}
