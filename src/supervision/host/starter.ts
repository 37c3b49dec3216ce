/** Starting the programs of a service: `run`, `finish` and the hooks, with what they inherit. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import type { Children } from "../../runtime/children.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import { errnoOf, SysError } from "../../sys/error.ts";
import type { Who } from "../pair.ts";
import type { ServiceEffect, ServiceEvent } from "../service.ts";
import type { HookName } from "../service_state.ts";
import type { LogProcess } from "../../loggers/host.ts";
import type { Posts, PrintLine } from "./posts.ts";
import type { Unit } from "./unit.ts";

/** The owner of a program may execute it (S_IXUSR). */
const OWNER_EXECUTES = 0o100;

/** Settings of the supervisor, and calls back to it. */
export interface StarterOptions {
  /** True when every process of a service leads a session of its own (runsvdir -P). */
  readonly newSessions: boolean;
  readonly line: PrintLine;
  /** A process was started. */
  readonly onStarted: (pid: number) => void;
  /** A process that was started, or a hook, has ended. */
  readonly onEnded: (unit: Unit, who: Who, pid: number, status: number) => void;
}

/** A program of a service, to be started. */
export interface Program {
  readonly path: string;
  readonly argv: readonly string[];
  /** The message, before the error, when the program cannot be executed. */
  readonly complaint: string;
}

/** Starts the programs of all services of a supervisor. */
export class Starter {
  readonly #kernel: Kernel;
  readonly #children: Children;
  readonly #posts: Posts;
  readonly #options: StarterOptions;
  /** Log processes that live, by pid. */
  readonly #logs = new Map<number, LogProcess>();

  constructor(kernel: Kernel, children: Children, posts: Posts, options: StarterOptions) {
    this.#kernel = kernel;
    this.#children = children;
    this.#posts = posts;
    this.#options = options;
  }

  /** The log process of this pid, if it is a child of ours. */
  logOf(pid: number): LogProcess | undefined {
    return this.#logs.get(pid);
  }

  /** Has the end of the child `pid` told to `onEnded`. */
  expect(unit: Unit, who: Who, pid: number): void {
    if (who === "log") this.#logs.set(pid, { asked: 0 });
    this.#children.expect(pid, unit, (status) => {
      if (who === "log") this.#logs.delete(pid);
      this.#options.onEnded(unit, who, pid, status);
    });
  }

  /** Starts `run` or `finish` of the service itself. */
  start(unit: Unit, effect: ServiceEffect & { readonly kind: "start" }): ServiceEvent {
    const path = `./${effect.what}`;
    const argv = effect.what === "run" ? [path] : [path, `${effect.code}`, `${effect.signal}`];
    return this.spawn(unit, "main", "started", { path, argv, complaint: `unable to start ${path}` });
  }

  /** Starts `control/NAME` if its owner may execute it, as runsv tests it. `beforeStart` is called only then. */
  startHook(unit: Unit, who: Who, name: HookName, beforeStart: () => void): ServiceEvent {
    const path = `control/${name}`;
    try {
      if ((this.#kernel.stat(unit.dir, path).mode & OWNER_EXECUTES) === 0) return { kind: "hook absent" };
    } catch (thrown) {
      if (errnoOf(thrown) !== ERRNO.ENOENT) {
        this.#options.line(unit.name, "warning", `unable to stat ${path}: ${thrownText(thrown)}`);
      }
      return { kind: "hook absent" };
    }
    beforeStart();
    return this.spawn(unit, who, "hook started", { path, argv: [path], complaint: `unable to run ${path}` });
  }

  /** Starts a program in the directory of the service or of its log, with the log pipe. Answers with `kind`. */
  spawn(unit: Unit, who: Who, kind: "started" | "hook started", program: Program): ServiceEvent {
    const { path, argv, complaint } = program;
    try {
      const pid = this.#kernel.spawn({
        path,
        argv,
        directoryFd: unit.dir,
        newSession: this.#options.newSessions,
        ...this.#streams(unit, who),
      });
      this.expect(unit, who, pid);
      this.#options.onStarted(pid);
      unit.warned = "";
      return { kind, pid };
    } catch (thrown) {
      return notStarted(thrown, complaint);
    }
  }

  #streams({ pipe }: Unit, who: Who): { stdin?: Fd; stdout?: Fd; directoryPath?: string } {
    if (who === "log") return { directoryPath: "log", ...(pipe === undefined ? {} : { stdin: pipe.read }) };
    return pipe === undefined || pipe.write < 0 ? {} : { stdout: pipe.write };
  }

  /** Tells whether there is a `finish`, by opening it as runsv does. */
  finishOpens(dir: Fd): boolean {
    try {
      this.#kernel.close(this.#kernel.open(dir, "finish", OPEN.read | OPEN.nonBlock));
      return true;
    } catch (thrown) {
      // Out of descriptors or memory, which the child that runs it does not need.
      return SHORTAGES.has(errnoOf(thrown)) && this.#posts.exists(dir, "finish");
    }
  }
}

/** The answer to a start that failed. A fork that was refused is tried again later; all else is the program's own fault. */
export function notStarted(thrown: unknown, complaint: string): ServiceEvent {
  if (!(thrown instanceof SysError)) throw thrown;
  const text = errnoText(thrown.errno);
  if (thrown.call !== "exec") return { kind: "not started", why: "refused", text };
  return { kind: "not started", why: "unusable", text: `${complaint}: ${text}` };
}
