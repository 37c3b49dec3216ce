/**
 * All loggers of a fleet: the one of the tree, and those that svlogds share; how they are started, and how they are
 * waited for when the fleet leaves.
 */
import { SIGNAL } from "../../posix/signal.ts";
import { CWD } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type EndedChild, type Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { Broker, type LogProcess } from "./broker.ts";
import { LoggerProcess } from "./logger_process.ts";
import { TreeLogger, type TreeLoggerOptions } from "./tree_logger.ts";

/** The identity of the tree's logger: the fleet's own. */
const OWN = "own";
/** What a logger has to write when the last service has left, is written by then; else it is killed. */
const LEAVE_MS = 5000;
/** What cannot even be killed (a disk that hangs) is not waited for. */
const KILL_MS = 1000;
/** As many as the kernel follows (path_resolution(7)). */
const LINKS_MAX = 40;

export interface LoggersOptions
  extends Pick<TreeLoggerOptions, "onEnded" | "onReplaced" | "mayBegin" | "isHeld" | "onBegun"> {
  /** Absolute path of the program's own file, or of a link to it; undefined where it is not known. */
  readonly program: string | undefined;
  readonly logOf: (pid: number) => LogProcess | undefined;
}

export class Loggers {
  readonly tree: TreeLogger;
  readonly broker: Broker;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #program: string | undefined;
  #leaving: { readonly done: () => void; killed: boolean } | undefined;
  readonly #leaveClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#late() };

  constructor(kernel: Kernel, loop: Loop, { program, logOf, ...tree }: LoggersOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#program = program;
    this.tree = new TreeLogger(kernel, loop, {
      start: (onReport) => LoggerProcess.start(kernel, loop, this.program(), OWN, onReport),
      ...tree,
    });
    this.broker = new Broker(kernel, loop, {
      logOf,
      start: (identity, onReport) => LoggerProcess.start(kernel, loop, this.program(), identity, onReport),
    });
  }

  /**
   * Our own file, links resolved: the script form is told by the name of the file which applet it is, and the name of a
   * link would be that of another one.
   */
  program(): string {
    let path = this.#program;
    if (path === undefined) throw new SysError({ call: "exec", errno: ERRNO.ENOENT });
    for (let links = 0; links < LINKS_MAX; links++) {
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

  /** True when it was one of the loggers that ended. */
  ended({ pid, status }: EndedChild): boolean {
    const isTree = this.tree.process?.pid === pid;
    if (isTree) this.tree.ended(status);
    else if (!this.broker.ended(pid, status)) return false;
    this.#leaveWhenEmpty();
    return true;
  }

  /** After the last service has left: what is under way is written, and no logger stays. */
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
