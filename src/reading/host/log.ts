/**
 * The log of one service: the old logs of its directory and `current`, one behind the other, as lines.
 *
 * What is read is held by a descriptor, so rotation takes nothing away: a `current` that was renamed is read to its
 * end, then what was rotated meanwhile, then the new `current`. Which old log the one at hand became is known from
 * inotify, whose events are looked at before names are compared (`sawRotation`), or from its inode.
 *
 * A log that is rotated and removed within one look (`#look`) is missed, as is one that came and went between two looks.
 * The look may have had it open as `current`, but when the names changed meanwhile nothing tells whether it is older or
 * newer than the logs beside it, so its lines could only come out of order or twice. svlogd with `n1` or more never
 * removes the log that it has just rotated; only a person, or `N0` on a full disk, does.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { thrownText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { labelOf } from "../../rotation/names.ts";
import { oldLogs, otherName, unreadLogs } from "../chain.ts";
import { compareInstants, type Instant } from "../instant.ts";
import { type Line, lineOf } from "../line.ts";
import type { LineSource } from "../merge.ts";
import { LineSplitter } from "../splitter.ts";
import { instantOfLabel, StampReader } from "../stamp.ts";
import { countLines, placeBack, type Tail } from "./backwards.ts";
import { type FileMeans, LogFile, Unreadable } from "./log_file.ts";

export type LogKernel = Pick<Kernel, "open" | "close" | "readAt" | "stat" | "statFd" | "readDirectory">;

export interface LogMeans extends FileMeans {
  readonly kernel: LogKernel;
  /** Half a line at the end is held until its rest comes. */
  readonly follow: boolean;
  /** Something could not be read; the rest goes on. */
  readonly complain: (text: string) => void;
}

/** A rotation between two looks at the directory is seen by a third; nothing rotates so often in a row. */
const MOST_LOOKS = 100;

/** An old log to be read. */
interface Entry {
  readonly name: string;
  /** Open already: it was `current`. */
  readonly file?: LogFile;
}

interface Reading {
  readonly file: LogFile;
  /** What it was called when it was opened, for messages. */
  readonly name: string;
}

export class Log implements LineSource {
  readonly index: number;
  readonly service: string;
  readonly path: string;
  readonly #means: LogMeans;
  readonly #stamps = new StampReader();
  readonly #splitter: LineSplitter;
  #directory: Fd = -1;
  /** Labels of old logs that are read, or to be read. */
  #known: ReadonlySet<string> = new Set<string>();
  /** Old logs to be read, the oldest first. */
  #todo: Entry[] = [];
  /** Where to begin in the first of them. */
  #start = 0;
  /** What is in this one, and has no stamp, is not wanted. */
  #tooOld: string | undefined;
  #reading: Reading | undefined;
  /** The newest file. */
  #current: LogFile | undefined;
  /** What inotify says `current` has become, one name a rotation, since it was looked at. */
  #rotations: string[] = [];
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

  /** Looks at what there is. Old logs that end before `since` are passed over. Throws SysError. */
  open(since: Instant | undefined): void {
    this.#directory = this.#means.kernel.open(CWD, this.path, OPEN.path | OPEN.directory);
    const { names, current } = this.#look();
    this.#known = new Set(names.map(labelOf));
    this.#current = current;
    const young = since === undefined ? 0 : names.findIndex((name) => !endsBefore(name, since));
    const from = young < 0 ? names.length : young;
    // The last of those may end with half of a line that goes on.
    this.#tooOld = names[from - 1];
    this.#todo = names.slice(Math.max(from - 1, 0)).map((name) => ({ name }));
  }

  /** Passes over what is in front of the last lines for which `tail` asks. To be called before the first `next`. */
  skipToLast(tail: Tail): void {
    let left = tail.count;
    if (this.#current !== undefined) {
      const { size } = this.#means.kernel.statFd(this.#current.fd);
      const place = placeBack(this.#current, size, { ...tail, count: left }, this.#means.follow);
      this.#current.seek(place.position);
      left = place.left;
    }
    let from = this.#todo.length;
    for (; left > 0 && from > 0; from--) {
      left = this.#skipIn(this.#todo[from - 1]?.name ?? "", { ...tail, count: left });
    }
    this.#todo = this.#todo.slice(from);
  }

  /** Returns how many lines are missing yet. */
  #skipIn(name: string, tail: Tail): number {
    const file = this.#openOld(name);
    if (file === undefined) return tail.count;
    this.#start = 0;
    try {
      const { size } = this.#means.kernel.statFd(file.fd);
      const place = file.isPlain
        ? placeBack(file, size, tail, false)
        : { position: 0, left: Math.max(tail.count - countLines(file, tail) + 1, 0) };
      this.#start = place.position;
      return place.left;
    } catch (thrown) {
      // It will be tried again, and complained of, when it is read.
      if (!(thrown instanceof Unreadable || thrown instanceof SysError)) throw thrown;
      return tail.count;
    } finally {
      file.close();
    }
  }

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

  get isOpen(): boolean {
    return this.#directory >= 0;
  }

  /** inotify says that `current` has become this old log. The first one since `current` was opened is ours. */
  sawRotation(name: string): void {
    if (!this.#known.has(labelOf(name))) this.#rotations.push(name);
  }

  /** Looks whether `current` is another by now. `absorb` takes in the events that are there. Throws SysError. */
  refresh(absorb: () => void): void {
    const old = this.#current;
    if (old !== undefined && this.#isCurrent(old)) return this.#lookForTruncation(old);
    const { names, current } = this.#look();
    absorb();
    const ours = old === undefined ? undefined : this.#rotations[0] ?? this.#nameByInode(old, names);
    const fresh = unreadLogs(names, this.#known, old === undefined ? "" : ours && labelOf(ours));
    // It was rotated before a line of it was read.
    if (old !== undefined && this.#reading?.file !== old) this.#todo.push({ name: "current", file: old });
    this.#todo.push(...fresh.map((name) => ({ name })));
    this.#known = new Set(names.map(labelOf));
    this.#current = current;
    // What was rotated after the look is the `current` that was opened in it, and later ones.
    const seen = this.#rotations.findLastIndex((name) => this.#known.has(labelOf(name)));
    this.#rotations = this.#rotations.slice(Math.max(seen, old === undefined ? -1 : 0) + 1);
    this.#forgetRotationsBefore(current);
  }

  /**
   * What is still `current` was rotated by none of the events so far: those that are left are of logs that came and went.
   * If they stayed, the next rotation would be taken for the first of them, and its log would be read twice.
   */
  #forgetRotationsBefore(current: LogFile | undefined): void {
    if (this.#rotations.length === 0 || current === undefined) return;
    if (this.#isCurrent(current)) this.#rotations = [];
  }

  close(): void {
    this.#reading?.file.close();
    if (this.#current !== this.#reading?.file) this.#current?.close();
    for (const { file } of this.#todo) file?.close();
    if (this.#directory >= 0) this.#means.kernel.close(this.#directory);
    this.#directory = -1;
    this.#reading = this.#current = undefined;
    this.#todo = [];
  }

  // What there is

  /** The old logs and `current` of one moment: names that are the same before and after it was opened. */
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

  /** Undefined for one that was removed meanwhile, as the oldest is at a rotation, or cannot be read. */
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

  /** For when inotify lost events. */
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

  /** False when there is no more, for now. */
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

  #runDry(): boolean {
    if (this.#means.follow || this.#splitter.held === "") return false;
    this.#splitter.flush();
    return true;
  }

  #openNext(): Reading | undefined {
    for (let entry = this.#todo.shift(); entry !== undefined; entry = this.#todo.shift()) {
      const { name } = entry;
      const file = entry.file ?? this.#openOld(name);
      if (file?.isPlain === true) file.seek(this.#start);
      this.#start = 0;
      if (file !== undefined) return { file, name };
    }
    return this.#current === undefined ? undefined : { file: this.#current, name: "current" };
  }

  #pieceOf({ file, name }: Reading): string {
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

/** An old log is called by the moment of its rotation: nothing in it is younger. */
function endsBefore(name: string, since: Instant): boolean {
  const end = instantOfLabel(labelOf(name));
  return end !== undefined && compareInstants(end, since) < 0;
}
