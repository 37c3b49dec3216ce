/**
 * logs: prints what services have logged, merged by time, and what they log from now on.
 *
 * Reading is lazy: one piece of each log is in memory. To follow, one inotify descriptor watches every log directory.
 * The watches are set before the first look, so that no change is missed between the two. An idle `logs -f` makes no
 * system call. It watches standard output too, and ends when the reader of that has gone.
 */
import { ServiceFinder } from "../cli/host/service_finder.ts";
import { type Fd, STDERR, STDOUT } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { EXIT } from "../posix/exit_code.ts";
import { CHANGE, type Kernel } from "../runtime/kernel.ts";
import { Loop } from "../runtime/loop.ts";
import { statErrno } from "../runtime/probe.ts";
import { errnoText, print, printLine, thrownText } from "../runtime/report.ts";
import { Zlib } from "../runtime/zlib.ts";
import { bytesOfText, textOfBytes } from "../sys/bytes.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../sys/error.ts";
import { Log, type LogKernel, type LogMeans } from "./host/log.ts";
import { PIECE_BYTES } from "./host/log_file.ts";
import { compareInstants } from "./instant.ts";
import type { Line } from "./line.ts";
import { LineFormatter } from "./line_format.ts";
import { directoriesText, logDirectories, withoutSlashes } from "./log_directories.ts";
import { Merge } from "./merge.ts";
import type { LogsOptions } from "./options.ts";
import { isWanted, LastLines } from "./selection.ts";

/** Bytes that are gathered before they are written. */
const OUTPUT_LENGTH = 65_536;
/** More logs may need a higher limit of descriptors: each takes two, and a third during a look. */
const FEW_LOGS = 200;
/** A log was not found or could not be read in full. */
const INCOMPLETE = 1;

const NOT_ASCII = /[\x80-\xff]/;

/** The changes that are watched in a log directory. */
const WATCHED = CHANGE.modify | CHANGE.create | CHANGE.movedFrom | CHANGE.movedTo | CHANGE.deleteSelf |
  CHANGE.moveSelf | CHANGE.onlyDirectory;
/** The changes that say that the directory itself has gone. */
const GONE = CHANGE.deleteSelf | CHANGE.moveSelf | CHANGE.ignored | CHANGE.unmount;

/** All that `logs` asks of the operating system. */
export type LogsKernel =
  & LogKernel
  & Pick<
    Kernel,
    | "environment"
    | "monotonicMs"
    | "write"
    | "poll"
    | "changes"
    | "addChangeWatch"
    | "readChanges"
    | "watch"
    | "unwatch"
    | "wait"
    | "ready"
    | "raiseDescriptorLimit"
  >;

/** Thrown when the reader of standard output has gone. */
class NoReader extends Error {}

/** Runs `logs`. Returns 0; 1 if a log was not found or not read in full; 111 if nothing more could be done. */
export function runLogs(kernel: LogsKernel, options: LogsOptions): number {
  const run = new LogsRun(kernel, options);
  try {
    return run.run();
  } catch (thrown) {
    if (thrown instanceof NoReader) return EXIT.done;
    printLine(kernel, STDERR, `logs: fatal: ${fatalText(thrown)}`);
    return EXIT.fatal;
  }
}

function fatalText(thrown: unknown): string {
  if (!(thrown instanceof SysError)) return thrownText(thrown);
  return `unable to ${thrown.call}${thrown.path === "" ? "" : ` ${thrown.path}`}: ${errnoText(thrown.errno)}`;
}

class LogsRun {
  readonly #kernel: LogsKernel;
  readonly #options: LogsOptions;
  readonly #formatter: LineFormatter;
  readonly #merge = new Merge();
  readonly #byWatch = new Map<number, Log[]>();
  #logs: Log[] = [];
  #changes: Fd = -1;
  #output = "";
  #code: number = EXIT.done;
  #zlib: Zlib | undefined;
  #fault: unknown;

  constructor(kernel: LogsKernel, options: LogsOptions) {
    this.#kernel = kernel;
    this.#options = options;
    const { services, json } = options;
    const names = services.map(withoutSlashes);
    this.#formatter = new LineFormatter({ services: names, json, decode, encode: bytesOfText });
  }

  run(): number {
    const { follow, services } = this.#options;
    if (services.length > FEW_LOGS) this.#kernel.raiseDescriptorLimit();
    if (follow) this.#changes = this.#kernel.changes();
    const means = this.#means();
    const finder = new ServiceFinder(this.#kernel);
    for (const [index, service] of services.entries()) {
      const path = this.#findLog(service, finder.directoryOf(service));
      if (path !== undefined) this.#open(new Log(means, index, service, path));
    }
    this.#printPresent();
    if (follow && this.#logs.length > 0) this.#follow();
    return this.#code;
  }

  #means(): LogMeans {
    return {
      kernel: this.#kernel,
      buffer: new Uint8Array(PIECE_BYTES),
      zlib: () => this.#zlib ??= new Zlib(this.#kernel),
      follow: this.#options.follow,
      complain: (text) => this.#complain(text),
    };
  }

  #open(log: Log): void {
    try {
      if (this.#changes >= 0) this.#watch(log);
      log.open(this.#options.since);
      this.#logs.push(log);
    } catch (thrown) {
      this.#complain(`unable to read ${log.path}: ${errnoText(errnoOf(thrown))}`);
    }
  }

  /** Two names may mean one directory, which has one watch. */
  #watch(log: Log): void {
    const watch = this.#kernel.addChangeWatch(this.#changes, log.path, WATCHED);
    this.#byWatch.set(watch, [...this.#byWatch.get(watch) ?? [], log]);
  }

  /** Finds the log directory of a service. Undefined, and a warning, if there is none. */
  #findLog(service: string, serviceDirectory: string): string | undefined {
    let trouble: number = ERRNO.ENOENT;
    const directories = logDirectories(serviceDirectory);
    for (const directory of directories) {
      const errno = statErrno(this.#kernel, `${directory}/current`);
      if (errno === 0) return directory;
      if (errno !== ERRNO.ENOENT && errno !== ERRNO.ENOTDIR) trouble = errno;
    }
    const why = trouble === ERRNO.ENOENT
      ? `no file current in ${directoriesText(directories)}`
      : errnoText(trouble);
    this.#complain(`unable to find the log of ${service}: ${why}`);
    return undefined;
  }

  // The lines that are there

  #printPresent(): void {
    const { last } = this.#options;
    const kept = last === undefined ? undefined : new LastLines(last);
    if (last !== undefined) this.#skipToLast(last);
    for (const log of this.#logs) this.#merge.add(log);
    this.#drain((line) => kept === undefined ? this.#print(line) : kept.put(line));
    for (const line of kept?.take() ?? []) this.#print(line);
    this.#flush();
  }

  #skipToLast(count: number): void {
    const { since } = this.#options;
    const tail = {
      count,
      counts: (line: Line) => this.#isWanted(line),
      isTooOld: ({ time }: Line) =>
        since !== undefined && time !== undefined && compareInstants(time, since) < 0,
    };
    for (const log of this.#logs) log.skipToLast(tail);
  }

  #isWanted(line: Line): boolean {
    return isWanted(line, this.#options, decode);
  }

  /** Takes the wanted lines out of the merge until all logs have run dry. */
  #drain(into: (line: Line) => void): void {
    for (let line = this.#merge.next(); line !== undefined; line = this.#merge.next()) {
      if (this.#isWanted(line)) into(line);
    }
  }

  #print(line: Line): void {
    this.#output += this.#formatter.format(line);
    if (this.#output.length >= OUTPUT_LENGTH) this.#flush();
  }

  #flush(): void {
    const output = this.#output;
    this.#output = "";
    try {
      print(this.#kernel, STDOUT, output);
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.EPIPE) throw new NoReader();
      throw thrown;
    }
  }

  // The lines that come

  #follow(): void {
    const loop = new Loop(this.#kernel, (thrown) => {
      this.#fault = thrown;
      loop.stop();
    });
    loop.watch(this.#changes, "read", () => {
      this.#takeChanges();
      if (this.#logs.length === 0) loop.stop();
    });
    this.#watchReader(loop);
    loop.run();
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** A pipe or socket without a reader is always ready; with one it is never ready for `priority`. */
  #watchReader(loop: Loop): void {
    try {
      loop.watch(STDOUT, "priority", () => loop.stop());
    } catch (thrown) {
      // A file cannot be waited for (epoll_ctl(2), EPERM).
      rethrowUnlessSysError(thrown);
    }
  }

  /** Looks at the logs in whose directories something happened, and prints their new lines. */
  #takeChanges(): void {
    const changed = new Map<Log, number>();
    const todo = new Set<Log>();
    const absorb = () => {
      for (const [log, mask] of this.#absorb()) {
        changed.set(log, (changed.get(log) ?? 0) | mask);
        // A log that is being looked at is queued once more.
        todo.delete(log);
        todo.add(log);
      }
    };
    absorb();
    for (const log of todo) {
      todo.delete(log);
      this.#refresh(log, absorb, () => ((changed.get(log) ?? 0) & GONE) !== 0);
    }
    for (const log of changed.keys()) this.#merge.add(log);
    this.#drain((line) => this.#print(line));
    this.#flush();
    for (const [log, mask] of changed) if ((mask & GONE) !== 0) this.#lose(log);
  }

  /** A log whose directory has gone is complained of elsewhere, once. */
  #refresh(log: Log, absorb: () => void, isGone: () => boolean): void {
    try {
      log.refresh(absorb);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (!isGone()) this.#complain(`unable to read ${log.path}: ${errnoText(errno)}`);
    }
  }

  /** Takes in the pending events. Returns the logs that they concern, with the mask of what happened. */
  #absorb(): Map<Log, number> {
    const changed = new Map<Log, number>();
    // A rename is two events, and the second may come with the next read.
    let wasCurrent = -1;
    for (;;) {
      const changes = this.#kernel.readChanges(this.#changes);
      if (changes.length === 0) return changed;
      for (const { watch, mask, name } of changes) {
        const logs = (mask & CHANGE.overflow) !== 0 ? this.#logs : this.#byWatch.get(watch) ?? [];
        const isRotation = wasCurrent === watch && (mask & CHANGE.movedTo) !== 0;
        wasCurrent = (mask & CHANGE.movedFrom) !== 0 && name === "current" ? watch : -1;
        for (const log of logs) {
          if (!log.isOpen) continue;
          if (isRotation) log.sawRotation(name);
          if (isRotation || name === "current" || name === "") {
            changed.set(log, (changed.get(log) ?? 0) | mask);
          }
        }
      }
    }
  }

  #lose(log: Log): void {
    this.#logs = this.#logs.filter((other) => other !== log);
    log.close();
    this.#complain(`${log.path} is gone`);
  }

  #complain(text: string): void {
    this.#code = INCOMPLETE;
    printLine(this.#kernel, STDERR, `logs: warning: ${text}`);
  }
}

/** The text that a byte string holds in UTF-8. Most lines are ASCII, so they are their own text. */
function decode(bytes: string): string {
  return NOT_ASCII.test(bytes) ? textOfBytes(bytes) : bytes;
}
