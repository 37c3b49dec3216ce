/**
 * All loggers of a fleet: the tree's, and those that svlogds share. How they are started, and how the fleet waits for
 * them when it leaves.
 */
import { MOST_LINKS } from "../../posix/maximum.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { CWD } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Children } from "../../runtime/children.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { OWN } from "../../logging/identity.ts";
import { Broker, type LogProcess } from "./broker.ts";
import type { LogSource } from "./feed.ts";
import { type LoggerNews, LoggerProcess } from "./logger_process.ts";
import { type HolderCalls, type LogNews, TreeLogger } from "./tree_logger.ts";

/** The time that loggers have, after the last service has left, to write what they have read. Then they are killed. */
const LEAVE_MS = 5000;
/** The time to wait for a process that cannot even be killed (its disk hangs). */
const KILL_MS = 1000;

/** Questions that the loggers of a fleet ask it, and news that they tell it. */
export interface LoggersOptions<Source extends LogSource> extends HolderCalls, LogNews<Source> {
  /** Absolute path of the program's own file, or of a link to it; undefined when it is not known. */
  readonly program: string | undefined;
  /** The log process of this fleet that has this pid. */
  readonly logOf: (pid: number) => LogProcess | undefined;
}

/** The loggers of one fleet. */
export class Loggers<Source extends LogSource> {
  /** Writes the logs that have a `config` and no `run`. */
  readonly tree: TreeLogger<Source>;
  /** Brings svlogds and shared loggers together. */
  readonly broker: Broker;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #program: string | undefined;
  #leaving: { readonly done: () => void; killed: boolean } | undefined;
  readonly #leaveClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#late() };

  constructor(
    kernel: Kernel,
    loop: Loop,
    children: Children,
    { program, logOf, ...owner }: LoggersOptions<Source>,
  ) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#children = children;
    this.#program = program;
    this.tree = new TreeLogger(kernel, loop, { start: (news) => this.#start(OWN, news), ...owner });
    this.broker = new Broker(kernel, loop, {
      logOf,
      start: (identity, news) => this.#start(identity, news),
    });
  }

  #start(identity: string, { onReport, onEnded }: LoggerNews): LoggerProcess {
    return LoggerProcess.start(this.#kernel, this.#loop, this.#children, {
      program: this.program(),
      identity,
      onReport,
      onEnded: (status) => {
        onEnded(status);
        this.#leaveWhenEmpty();
      },
    });
  }

  /**
   * Path of the program's own file, with links resolved. The script form takes its applet from the name of the file it
   * is started by, and a link has the name of another applet. Throws SysError when the file is not known.
   */
  program(): string {
    let path = this.#program;
    if (path === undefined) throw new SysError({ call: "exec", errno: ERRNO.ENOENT });
    for (let links = 0; links < MOST_LINKS; links++) {
      try {
        const target = this.#kernel.readLink(CWD, path);
        path = target.startsWith("/") ? target : path.slice(0, path.lastIndexOf("/") + 1) + target;
      } catch (thrown) {
        rethrowUnlessSysError(thrown);
        return path;
      }
    }
    return path;
  }

  /** Has all loggers leave, after the last service has left. They write what they have read; then `done` is called. */
  leave(done: () => void): void {
    if (this.#leaving !== undefined) return;
    this.#leaving = { done, killed: false };
    this.broker.close();
    for (const process of this.#processes()) process.close();
    this.#loop.schedule(this.#leaveClock, this.#kernel.monotonicMs() + LEAVE_MS);
    this.#leaveWhenEmpty();
  }

  #processes(): LoggerProcess[] {
    const { process } = this.tree;
    return [...process === undefined ? [] : [process], ...this.broker.processes()];
  }

  #leaveWhenEmpty(): void {
    if (this.#leaving !== undefined && this.#processes().length === 0) this.#left();
  }

  #left(): void {
    this.#loop.schedule(this.#leaveClock, Infinity);
    this.#leaving?.done();
  }

  #late(): void {
    if (this.#leaving === undefined) return;
    if (this.#leaving.killed) return this.#left();
    this.#leaving.killed = true;
    for (const process of this.#processes()) process.kill(SIGNAL.KILL);
    this.#loop.schedule(this.#leaveClock, this.#kernel.monotonicMs() + KILL_MS);
  }
}
