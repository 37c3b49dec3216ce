/**
 * One shared logger. The broker knows it, with or without a process, as long as there is anything to remember of it.
 * shared_logger.ts decides when a process may be started.
 *
 * Connections of svlogds are passed to its process. While a start is held up, and while the process leaves, connections
 * are kept. A connection that cannot be passed at all is closed, and its svlogd writes by itself.
 */
import type { Fd } from "../../posix/descriptor.ts";
import type { Report } from "../../logging/joining.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { ended, forgottenAtMs, mayJoin, newSharedLogger, type SharedLoggerState } from "../shared_logger.ts";
import type { LoggerNews, LoggerProcess } from "./logger_process.ts";

/** The connection of a svlogd, with its frame still unread, and the pid of that svlogd. */
export interface Joiner {
  readonly fd: Fd;
  readonly pid: number;
}

/** The broker as a shared logger knows it. */
export interface SharedLoggerOptions {
  /** Starts its process; throws SysError when it cannot. */
  readonly start: (news: LoggerNews) => LoggerProcess;
  /** Called when there is no process, and nothing to remember any more. */
  readonly onOver: () => void;
}

/** The logger of one user and one directory of log directories. */
export class SharedLogger implements Sleeper {
  wakeAtMs = Infinity;
  #process: LoggerProcess | undefined;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #options: SharedLoggerOptions;
  /** The number of orders to join that were queued for its process. */
  #joins = 0;
  /** True when the broker is closed: no svlogd joins any more. */
  #refuses = false;
  /** True when its process has been told to leave. */
  #leaves = false;
  readonly #kept: Joiner[] = [];
  #state: SharedLoggerState = newSharedLogger();

  constructor(kernel: Kernel, loop: Loop, options: SharedLoggerOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#options = options;
  }

  /** The process of the logger; undefined while it has none. */
  get process(): LoggerProcess | undefined {
    return this.#process;
  }

  /** Passes a connection on, now or later, or closes it. */
  join(joiner: Joiner): void {
    if (this.#leaves || this.#refuses) return this.#keep(joiner);
    if (this.#process !== undefined) return this.#pass(this.#process, joiner);
    switch (mayJoin(this.#state, this.#kernel.monotonicMs())) {
      case "now":
        return this.#startFor([joiner]);
      case "later":
        this.#keep(joiner);
        return this.#loop.schedule(this, this.#state.startAtMs);
      case "no":
        return this.#kernel.close(joiner.fd);
    }
  }

  #startFor(joiners: readonly Joiner[]): void {
    try {
      this.#process = this.#options.start({
        onReport: (report) => this.#heard(report),
        onEnded: (status) => this.#ended(status),
      });
      this.#joins = 0;
      this.#loop.schedule(this, Infinity);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      for (const { fd } of joiners) this.#kernel.close(fd);
      return this.#forgetInTime();
    }
    for (const joiner of joiners) this.#pass(this.#process, joiner);
  }

  /** A process that reports to be idle is told to leave, unless a svlogd that joins is on its way to it. */
  #heard(report: Report): void {
    if (report.said !== "idle" || report.joins !== this.#joins) return;
    this.#leaves = true;
    this.#process?.queue("leave", { order: { do: "leave" } });
  }

  #pass(process: LoggerProcess, { fd, pid }: Joiner): void {
    this.#joins++;
    process.queue(`join ${fd}`, {
      order: { do: "join", pid },
      pack: () => ({ descriptors: [fd], opened: [] }),
      onSent: () => this.#kernel.close(fd),
      onUnsent: () => this.#keep({ fd, pid }),
    });
  }

  #keep(joiner: Joiner): void {
    if (this.#refuses) this.#kernel.close(joiner.fd);
    else this.#kept.push(joiner);
  }

  /** Lets no svlogd join from now on, and closes the connections that were not passed on. The process goes on. */
  refuseAll(): void {
    this.#refuses = true;
    for (const { fd } of this.#kept.splice(0)) this.#kernel.close(fd);
  }

  #ended(status: number): void {
    if (this.#process === undefined) return;
    const { startedAtMs } = this.#process;
    this.#process = undefined;
    this.#leaves = false;
    this.#state = ended(this.#state, { startedAtMs, status }, this.#kernel.monotonicMs());
    for (const joiner of this.#kept.splice(0)) this.join(joiner);
    if (this.#process === undefined && this.#kept.length === 0) this.#forgetInTime();
  }

  #forgetInTime(): void {
    const atMs = forgottenAtMs(this.#state);
    if (atMs <= this.#kernel.monotonicMs()) this.#options.onOver();
    else this.#loop.schedule(this, atMs);
  }

  /** A start that was held up is due, or the state may be forgotten. */
  wake(): void {
    const kept = this.#kept.splice(0);
    if (kept.length > 0) this.#startFor(kept);
    else if (this.#process === undefined) this.#forgetInTime();
  }
}
