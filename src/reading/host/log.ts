/**
 * The log of one service as lines: the old logs of its directory, one after the other, and `current`.
 *
 * The file that is read is held by a descriptor, so rotation takes nothing away. A `current` that was renamed is read
 * to its end, then the logs that were rotated meanwhile, then the new `current`. The old log that our `current` became
 * is known from inotify, whose events are taken in before names are compared (`sawRotation`), or from its inode.
 *
 * The reader misses a log that comes and goes between two looks at the directory, or within one look (`#look`). Such a
 * look may have had the log open as `current`. But the names have changed meanwhile, and nothing tells whether that log
 * is older or newer than those beside it, so its lines could only come out of order or twice. svlogd with `n1` or more
 * never removes the log that it has just rotated; only a person does, or `N0` on a full disk.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { thrownText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { labelOf } from "../../rotation/names.ts";
import { oldLogs, otherName, unreadLogs } from "../old_logs.ts";
import { compareInstants, type Instant } from "../instant.ts";
import { type Line, lineOf } from "../line.ts";
import type { LineSource } from "../merge.ts";
import { LineSplitter } from "../splitter.ts";
import { instantOfLabel, StampReader } from "../stamp.ts";
import { type FileMeans, LogFile, Unreadable } from "./log_file.ts";
import { countLines, findTailStart, type Tail } from "./tail_start.ts";

/** All that reading a log asks of the operating system. */
export type LogKernel = Pick<Kernel, "open" | "close" | "readAt" | "stat" | "statFd" | "readDirectory">;

/** The means to read logs, shared by all of them. */
export interface LogMeans extends FileMeans {
  readonly kernel: LogKernel;
  /** True when the log is followed, so half a line at its end is held until its rest comes. */
  readonly follow: boolean;
  /** Prints a warning that something could not be read; reading goes on with the rest. */
  readonly complain: (text: string) => void;
}

/** Looks at a directory until two in a row agree. No logger rotates that often in a row. */
const MOST_LOOKS = 100;

/** An old log that is to be read. */
interface QueuedLog {
  readonly name: string;
  /** The open file, if the log was our `current`. */
  readonly file?: LogFile;
}

/** The file that is being read. */
interface OpenLog {
  readonly file: LogFile;
  /** The file's name when it was opened, for messages. */
  readonly name: string;
}

/** A log that gives its lines one by one, from the oldest, and follows its directory. */
export class Log implements LineSource {
  readonly index: number;
  readonly service: string;
  readonly path: string;
  readonly #means: LogMeans;
  readonly #stamps = new StampReader();
  readonly #splitter: LineSplitter;
  #directory: Fd = -1;
  /** Labels of old logs that have been read or are to be read. */
  #known: ReadonlySet<string> = new Set<string>();
  /** Old logs that are to be read, the oldest first. */
  #todo: QueuedLog[] = [];
  /** The position at which to begin in the first of them. */
  #start = 0;
  /** The name of a log whose lines are too old. So its lines of unknown time are not wanted either. */
  #tooOld: string | undefined;
  #reading: OpenLog | undefined;
  /** The newest file. */
  #current: LogFile | undefined;
  /** The old logs that `current` has become since the last look, one name a rotation, as inotify told them. */
  #rotations: string[] = [];
  /** Lines that were read and not given out, from `#at` on. */
  #lines: Line[] = [];
  #at = 0;
  #time: Instant | undefined;

  constructor(means: LogMeans, index: number, service: string, path: string) {
    this.#means = means;
    this.index = index;
    this.service = service;
    this.path = path;
    this.#splitter = new LineSplitter(this.#stamps, (text) => this.#take(text));
  }

  /** Opens the directory and `current`, and finds the old logs that do not end before `since`. Throws SysError. */
  open(since: Instant | undefined): void {
    this.#directory = this.#means.kernel.open(CWD, this.path, OPEN.path | OPEN.directory);
    const { names, current } = this.#look();
    this.#known = new Set(names.map(labelOf));
    this.#current = current;
    const young = since === undefined ? 0 : names.findIndex((name) => !endsBefore(name, since));
    const from = young < 0 ? names.length : young;
    // The last log that is too old may end with half of a line that goes on in the next.
    this.#tooOld = names[from - 1];
    this.#todo = names.slice(Math.max(from - 1, 0)).map((name) => ({ name }));
  }

  /** Skips everything before the last lines that `tail` asks for. Has to be called before the first `next`. */
  skipToLast(tail: Tail): void {
    let missing = tail.count;
    if (this.#current !== undefined) {
      const { size } = this.#means.kernel.statFd(this.#current.fd);
      const start = findTailStart(this.#current, size, { ...tail, count: missing }, this.#means.follow);
      this.#current.seek(start.position);
      missing = start.missing;
    }
    let from = this.#todo.length;
    for (; missing > 0 && from > 0; from--) {
      missing = this.#skipIn(this.#todo[from - 1]?.name ?? "", { ...tail, count: missing });
    }
    this.#todo = this.#todo.slice(from);
  }

  /** Finds where the tail begins in an old log. Returns how many lines are still missing. */
  #skipIn(name: string, tail: Tail): number {
    const file = this.#openOld(name);
    if (file === undefined) return tail.count;
    this.#start = 0;
    try {
      const { size } = this.#means.kernel.statFd(file.fd);
      const start = file.isPlain
        ? findTailStart(file, size, tail, false)
        : { position: 0, missing: Math.max(tail.count - countLines(file, tail) + 1, 0) };
      this.#start = start.position;
      return start.missing;
    } catch (thrown) {
      // Reading the log will fail again, and will be complained of then.
      if (!(thrown instanceof Unreadable || thrown instanceof SysError)) throw thrown;
      return tail.count;
    } finally {
      file.close();
    }
  }

  /** The next line; undefined if there is none for now. */
  next(): Line | undefined {
    for (;;) {
      const line = this.#lines[this.#at];
      if (line !== undefined) {
        this.#at++;
        return line;
      }
      this.#lines = [];
      this.#at = 0;
      if (!this.#readMore()) return undefined;
    }
  }

  /** True while the directory is open. */
  get isOpen(): boolean {
    return this.#directory >= 0;
  }

  /** Takes in that `current` has become this old log. The first one since we opened `current` is our file. */
  sawRotation(name: string): void {
    if (!this.#known.has(labelOf(name))) this.#rotations.push(name);
  }

  /**
   * Looks whether `current` is another file by now, and if so queues what was rotated. `absorb` takes in the events that
   * are pending. Throws SysError.
   */
  refresh(absorb: () => void): void {
    const old = this.#current;
    if (old !== undefined && this.#isCurrent(old)) return this.#lookForTruncation(old);
    const { names, current } = this.#look();
    absorb();
    const ours = old === undefined ? undefined : this.#rotations[0] ?? this.#nameByInode(old, names);
    const fresh = unreadLogs(names, this.#known, old === undefined ? "" : ours && labelOf(ours));
    // Our `current` was rotated before a line of it was read.
    if (old !== undefined && this.#reading?.file !== old) this.#todo.push({ name: "current", file: old });
    this.#todo.push(...fresh.map((name) => ({ name })));
    this.#known = new Set(names.map(labelOf));
    this.#current = current;
    // A log that was rotated after the look is the `current` that the look opened, or a later one.
    const seen = this.#rotations.findLastIndex((name) => this.#known.has(labelOf(name)));
    this.#rotations = this.#rotations.slice(Math.max(seen, old === undefined ? -1 : 0) + 1);
    this.#forgetRotationsBefore(current);
  }

  /**
   * None of the events so far is about a file that is still `current`: those that are left are of logs that came and
   * went. If they stayed, the next rotation would be taken for the first of them, and its log would be read twice.
   */
  #forgetRotationsBefore(current: LogFile | undefined): void {
    if (this.#rotations.length === 0 || current === undefined) return;
    if (this.#isCurrent(current)) this.#rotations = [];
  }

  /** Closes everything. */
  close(): void {
    this.#reading?.file.close();
    if (this.#current !== this.#reading?.file) this.#current?.close();
    for (const { file } of this.#todo) file?.close();
    if (this.#directory >= 0) this.#means.kernel.close(this.#directory);
    this.#directory = -1;
    this.#reading = this.#current = undefined;
    this.#todo = [];
  }

  // The directory

  /** The old logs and `current` of one moment: the names are the same before and after `current` was opened. */
  #look(): { readonly names: readonly string[]; readonly current: LogFile | undefined } {
    for (let looks = 1;; looks++) {
      const before = this.#list();
      const current = this.#openCurrent();
      const names = this.#list();
      if (before.join() === names.join() || looks === MOST_LOOKS) return { names, current };
      current?.close();
    }
  }

  #list(): string[] {
    const { kernel } = this.#means;
    const fd = kernel.open(this.#directory, ".", OPEN.read | OPEN.directory);
    try {
      return oldLogs(kernel.readDirectory(fd));
    } finally {
      kernel.close(fd);
    }
  }

  #openCurrent(): LogFile | undefined {
    const fd = this.#openIfThere("current");
    return fd === undefined ? undefined : new LogFile(this.#means, fd, "plain");
  }

  #openIfThere(name: string): Fd | undefined {
    try {
      return this.#means.kernel.open(this.#directory, name, OPEN.read | OPEN.nonBlock);
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return undefined;
      throw thrown;
    }
  }

  /** Undefined if the log cannot be read, or was removed meanwhile, as the oldest is at a rotation. */
  #openOld(name: string): LogFile | undefined {
    try {
      const fd = this.#openIfThere(name) ?? this.#openIfThere(otherName(name));
      return fd === undefined ? undefined : new LogFile(this.#means, fd);
    } catch (thrown) {
      this.#complain(name, thrown);
      return undefined;
    }
  }

  #isCurrent(file: LogFile): boolean {
    const { kernel } = this.#means;
    try {
      const there = kernel.stat(this.#directory, "current");
      const ours = kernel.statFd(file.fd);
      return there.inode === ours.inode && there.device === ours.device;
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return false;
      throw thrown;
    }
  }

  #lookForTruncation(file: LogFile): void {
    if (this.#means.kernel.statFd(file.fd).size >= file.position) return;
    this.#splitter.flush();
    file.seek(0);
  }

  /** The old log that `file` has become, for when inotify lost events. */
  #nameByInode(file: LogFile, names: readonly string[]): string | undefined {
    const { kernel } = this.#means;
    const { inode } = kernel.statFd(file.fd);
    return names.find((name) => {
      try {
        return kernel.stat(this.#directory, name).inode === inode;
      } catch (thrown) {
        rethrowUnlessSysError(thrown);
        return false;
      }
    });
  }

  // Lines

  #take(text: string): void {
    const line = lineOf(this.index, text, this.#time, this.#stamps);
    this.#time = line.time;
    if (line.time === undefined && this.#tooOld !== undefined && this.#reading?.name === this.#tooOld) return;
    this.#lines.push(line);
  }

  /** Reads the next piece, or goes on to the next file. False if there is no more for now. */
  #readMore(): boolean {
    const reading = this.#reading ??= this.#openNext();
    if (reading === undefined) return this.#runDry();
    const piece = this.#pieceOf(reading);
    if (piece !== "") {
      this.#splitter.push(piece);
      return true;
    }
    if (reading.file === this.#current) return this.#runDry();
    this.#splitter.boundary();
    reading.file.close();
    this.#reading = undefined;
    return true;
  }

  /** Called at the end of the log. True if a line that was held is given out. */
  #runDry(): boolean {
    if (this.#means.follow || this.#splitter.held === "") return false;
    this.#splitter.flush();
    return true;
  }

  #openNext(): OpenLog | undefined {
    for (let queued = this.#todo.shift(); queued !== undefined; queued = this.#todo.shift()) {
      const { name } = queued;
      const file = queued.file ?? this.#openOld(name);
      if (file?.isPlain === true) file.seek(this.#start);
      this.#start = 0;
      if (file !== undefined) return { file, name };
    }
    return this.#current === undefined ? undefined : { file: this.#current, name: "current" };
  }

  #pieceOf({ file, name }: OpenLog): string {
    try {
      return file.next();
    } catch (thrown) {
      this.#complain(name, thrown);
      return "";
    }
  }

  #complain(name: string, thrown: unknown): void {
    if (!(thrown instanceof Unreadable || thrown instanceof SysError)) throw thrown;
    this.#means.complain(`unable to read ${this.path}/${name}: ${thrownText(thrown)}`);
  }
}

/** True when an old log ends before `since`. Its name is the time of its rotation, so no line in it is younger. */
function endsBefore(name: string, since: Instant): boolean {
  const end = instantOfLabel(labelOf(name));
  return end !== undefined && compareInstants(end, since) < 0;
}
