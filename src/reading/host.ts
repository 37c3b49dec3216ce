/**
 * logs: what services have logged, merged by time, and what they log from now on.
 *
 * Reading is lazy: of each log one piece is in memory. Following is one inotify descriptor with a watch on every log
 * directory, set before the first look, so that nothing falls in between; idle, it makes no system call. Standard
 * output is watched too: where its reader has gone there is nothing left to do.
 */
import { EXIT } from "../posix/exit_code.ts";
import { CWD, type Fd, STDERR, STDOUT } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { isPath, servicesDirectory, within } from "../cli/service_path.ts";
import { CHANGE, type Kernel } from "../runtime/kernel.ts";
import { Loop } from "../runtime/loop.ts";
import { errnoText, print, printLine, thrownText } from "../runtime/report.ts";
import { Zlib } from "../runtime/zlib.ts";
import { bytesOfText, textOfBytes } from "../sys/bytes.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../sys/error.ts";
import { Log, type LogKernel, type LogMeans } from "./host/log.ts";
import { PIECE_BYTES } from "./host/log_file.ts";
import { compareInstants } from "./instant.ts";
import type { Line } from "./line.ts";
import { Merge } from "./merge.ts";
import type { LogsOptions } from "./options.ts";
import { logDirectories, placesText } from "./place.ts";
import { LinePrinter } from "./print.ts";
import { isWanted, LastLines } from "./selection.ts";

const OUTPUT_LENGTH = 65_536;
/** A log takes two descriptors, and is given a third while it is looked at. */
const FEW_LOGS = 200;

const NOT_ASCII = /[\x80-\xff]/;

const WATCHED = CHANGE.modify | CHANGE.create | CHANGE.movedFrom | CHANGE.movedTo | CHANGE.deleteSelf |
  CHANGE.moveSelf | CHANGE.onlyDirectory;
const GONE = CHANGE.deleteSelf | CHANGE.moveSelf | CHANGE.ignored | CHANGE.unmount;

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

/** Nobody reads what is printed. */
class NoReader extends Error {}

/** Returns the exit code: 0; 1 when a log was not found, or not read in full; 111 when nothing more can be done. */
export function runLogs(kernel: LogsKernel, options: LogsOptions): number {
  const logs = new Logs(kernel, options);
  try {
    return logs.run();
  } catch (thrown) {
    if (thrown instanceof NoReader) return 0;
    printLine(kernel, STDERR, `logs: fatal: ${fatalText(thrown)}`);
    return EXIT.fatal;
  }
}

function fatalText(thrown: unknown): string {
  if (!(thrown instanceof SysError)) return thrownText(thrown);
  return `unable to ${thrown.call}${thrown.path === "" ? "" : ` ${thrown.path}`}: ${errnoText(thrown.errno)}`;
}

class Logs {
  readonly #kernel: LogsKernel;
  readonly #options: LogsOptions;
  readonly #printer: LinePrinter;
  readonly #merge = new Merge();
  readonly #byWatch = new Map<number, Log[]>();
  #logs: Log[] = [];
  #changes: Fd = -1;
  #output = "";
  #code = 0;
  #zlib: Zlib | undefined;
  #fault: unknown;

  constructor(kernel: LogsKernel, options: LogsOptions) {
    this.#kernel = kernel;
    this.#options = options;
    const { services, json } = options;
    const names = services.map((service) => service.replace(/(?<=.)\/+$/, ""));
    this.#printer = new LinePrinter({ services: names, json, decode, encode: bytesOfText });
  }

  run(): number {
    const { follow, services } = this.#options;
    if (services.length > FEW_LOGS) this.#kernel.raiseDescriptorLimit();
    if (follow) this.#changes = this.#kernel.changes();
    const means = this.#means();
    for (const [index, service] of services.entries()) this.#open(means, index, service);
    this.#printThere();
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

  #open(means: LogMeans, index: number, service: string): void {
    const path = this.#find(service);
    if (path === undefined) return;
    const log = new Log(means, index, service, path);
    try {
      if (this.#changes >= 0) this.#watch(log);
      log.open(this.#options.since);
      this.#logs.push(log);
    } catch (thrown) {
      this.#complain(`unable to read ${path}: ${errnoText(errnoOf(thrown))}`);
    }
  }

  /** Two names may be of one directory, which has one watch. */
  #watch(log: Log): void {
    const watch = this.#kernel.addChangeWatch(this.#changes, log.path, WATCHED);
    this.#byWatch.set(watch, [...this.#byWatch.get(watch) ?? [], log]);
  }

  // Finding

  #find(service: string): string | undefined {
    const directory = isPath(service) ? service : within(this.#servicesDirectory(), service);
    let trouble: number = ERRNO.ENOENT;
    const places = logDirectories(directory);
    for (const place of places) {
      const errno = this.#statErrno(`${place}/current`);
      if (errno === 0) return place;
      if (errno !== ERRNO.ENOENT && errno !== ERRNO.ENOTDIR) trouble = errno;
    }
    const why = trouble === ERRNO.ENOENT ? `no file current in ${placesText(places)}` : errnoText(trouble);
    this.#complain(`unable to find the log of ${service}: ${why}`);
    return undefined;
  }

  #servicesDirectory(): string {
    const svdir = this.#kernel.environment.find((entry) => entry.startsWith("SVDIR="))?.slice(
      "SVDIR=".length,
    );
    return servicesDirectory(svdir, (path) => this.#statErrno(path) === 0);
  }

  #statErrno(path: string): number {
    try {
      this.#kernel.stat(CWD, path);
      return 0;
    } catch (thrown) {
      return errnoOf(thrown);
    }
  }

  // What there is

  #printThere(): void {
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

  #drain(into: (line: Line) => void): void {
    for (let line = this.#merge.next(); line !== undefined; line = this.#merge.next()) {
      if (this.#isWanted(line)) into(line);
    }
  }

  #print(line: Line): void {
    this.#output += this.#printer.text(line);
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

  // What comes

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

  /** A pipe or socket without a reader is always ready; nothing else is for `priority`. */
  #watchReader(loop: Loop): void {
    try {
      loop.watch(STDOUT, "priority", () => loop.stop());
    } catch (thrown) {
      // A file cannot be waited for (epoll_ctl(2), EPERM).
      rethrowUnlessSysError(thrown);
    }
  }

  #takeChanges(): void {
    const changed = new Map<Log, number>();
    const todo = new Set<Log>();
    const absorb = () => {
      for (const [log, mask] of this.#absorb()) {
        changed.set(log, (changed.get(log) ?? 0) | mask);
        // Once more, if it is the one being looked at.
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

  /** What has gone with its directory is complained of once. */
  #refresh(log: Log, absorb: () => void, isGone: () => boolean): void {
    try {
      log.refresh(absorb);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (!isGone()) this.#complain(`unable to read ${log.path}: ${errnoText(errno)}`);
    }
  }

  /** Takes in the events that are there. Returns the logs they concern, with what happened to their directory. */
  #absorb(): Map<Log, number> {
    const changed = new Map<Log, number>();
    // Of the two halves of a rename the second may come with the next read.
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
    this.#code = 1;
    printLine(this.#kernel, STDERR, `logs: warning: ${text}`);
  }
}

/** Most lines are ASCII, and are their own text. */
function decode(bytes: string): string {
  return NOT_ASCII.test(bytes) ? textOfBytes(bytes) : bytes;
}
