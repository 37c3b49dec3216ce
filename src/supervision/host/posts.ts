/**
 * Entering a directory and opening what runsv(8) opens in it, in runsv's order and with its words; and closing all of
 * it. Nothing here waits, and what could not be opened in full is closed again by the caller (`closeAll`).
 */
import type { Now } from "../../time/now.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type FileStat, type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { RECORD_PATHS } from "../../survival/host/records.ts";
import { newPair } from "../pair.ts";
import { newService } from "../service_state.ts";
import type { Controls } from "./controls.ts";
import { type Lock, type LogPipe, newPost, type Post, Unit, type UnitName } from "./unit.ts";

/** readlink(2) of `supervise` may give so many bytes (runsv.c). */
const LINK_MAX = 255;
/** No service takes these: its records, status files, looks at the directory and probes of finish are opened for a moment. */
const SPARE_DESCRIPTORS = 10;

/** The log pipe by its name. */
const PIPE = "log/supervise/pipe";
/** Nobody reads it, or it is not there. */
const NOT_HELD: ReadonlySet<number> = new Set([ERRNO.ENXIO, ERRNO.ENOENT]);

/** Why a directory cannot be supervised: the text after `fatal: `. */
export class Unusable extends Error {}

/** A message about a service: its name, a level, a text. */
export type Line = (name: string, level: string, text: string) => void;

export class Posts {
  readonly #kernel: Kernel;
  readonly #controls: Controls;
  readonly #line: Line;
  #descriptors = Infinity;

  constructor(kernel: Kernel, controls: Controls, line: Line) {
    this.#kernel = kernel;
    this.#controls = controls;
    this.#line = line;
  }

  /** How many descriptors this process may have; some of them stay free. */
  allowDescriptors(most: number): void {
    if (most > 0) this.#descriptors = most;
  }

  /** A place may be held that may not be entered: a look at `.` in it is what chdir(2) would be refused. */
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

  newUnit(called: UnitName, wake: (unit: Unit) => void): Unit {
    const { dir, name } = called;
    const now: Now = { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
    const main = newService("main", this.exists(dir, "down") ? "down" : "up", now);
    const log = this.#hasLog(dir, name)
      ? newService("log", this.exists(dir, "log/down") ? "down" : "up", now)
      : undefined;
    return new Unit(called, newPair(main, log), wake);
  }

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

  openAll(unit: Unit): void {
    unit.main = newPost(unit, "main", this.#lock(unit.dir, ""));
    if (unit.pair.log !== undefined) {
      unit.log = newPost(unit, "log", this.#lock(unit.dir, "log/"));
      unit.pipe = this.#tried("unable to create log pipe", () => this.#pipe(unit.dir));
    }
    let last = this.#openPost(unit.main);
    if (unit.log !== undefined) last = this.#openPost(unit.log);
    // The lowest free number is given out first: so this one tells how many are left.
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

  /** `supervise/` made (or the directory its link names), and `supervise/lock` held. */
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
   * A FIFO, so that the next supervisor finds it again with what is in it, for as long as the service or its logger
   * has it open. The service gets it open for reading and writing: with nobody else there it is not told of a broken
   * pipe, and waits. One that nobody has is made anew, so that its number and time tell what belongs together. Where
   * there can be none, an ordinary pipe.
   */
  #pipe(dir: Fd): LogPipe {
    if (!this.#isHeld(dir) && !this.#renewFifo(dir)) return { ...this.#kernel.pipe(), isNamed: false };
    return this.#openFifo(dir);
  }

  /** A writer that does not wait is let in where there is a reader. In doubt it is, and opening it tells more. */
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

  /** False where there cannot be one. */
  #renewFifo(dir: Fd): boolean {
    this.remove(dir, PIPE);
    try {
      this.#kernel.mkfifo(dir, PIPE, 0o600);
      return true;
    } catch (thrown) {
      return errnoOf(thrown) === ERRNO.EEXIST;
    }
  }

  /** The second opening finds a reader and a writer, and so does not wait either. */
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

  /** What is not there need not be removed; what stays is found out when it is opened. */
  remove(dir: Fd, path: string): void {
    try {
      this.#kernel.unlink(dir, path);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  /** After this nothing of us is there for the next supervisor: it left as it was told to. */
  forget({ dir, log }: Unit): void {
    this.remove(dir, RECORD_PATHS.main);
    if (log === undefined) return;
    this.remove(dir, RECORD_PATHS.log);
    this.remove(dir, PIPE);
  }

  #makeSupervise(dir: Fd, prefix: string): void {
    try {
      return this.#kernel.mkdir(dir, `${prefix}supervise`, 0o700);
    } catch (thrown) {
      // It may exist, or be a link whose target is to be made; anything else shows when the lock is opened.
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
      // It exists as a rule; what else is wrong shows when it is opened.
      rethrowUnlessSysError(thrown);
    }
  }

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

  closePipe(unit: Unit): void {
    const { pipe } = unit;
    this.closeWritingEnd(unit);
    if (pipe !== undefined) this.#kernel.close(pipe.read);
    unit.pipe = undefined;
  }

  closeWritingEnd({ pipe }: Unit): void {
    if (pipe === undefined || pipe.write < 0) return;
    this.#kernel.close(pipe.write);
    pipe.write = -1;
  }
}
