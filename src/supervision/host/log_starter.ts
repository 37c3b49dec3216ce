/**
 * Starting the log of a service: `log/run`; where there is none but a `log/config`, the tree's logger takes the log, or a
 * svlogd of its own is started.
 */
import { errnoText } from "../../runtime/report.ts";
import type { ServiceEvent } from "../service.ts";
import type { Holders } from "../../survival/host.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { logConfigIn, type Loggers } from "../../loggers/host.ts";
import type { Posts } from "./posts.ts";
import { notStarted, type Program, type Starter } from "./starter.ts";
import type { Unit } from "./unit.ts";

/** Starts the logs of all services of a supervisor. */
export class LogStarter {
  readonly #kernel: Kernel;
  readonly #posts: Posts;
  readonly #starter: Starter;
  readonly #loggers: Loggers<Unit>;
  readonly #holders: Holders<Unit>;

  constructor(
    kernel: Kernel,
    { posts, starter, loggers, holders }: {
      readonly posts: Posts;
      readonly starter: Starter;
      readonly loggers: Loggers<Unit>;
      readonly holders: Holders<Unit>;
    },
  ) {
    this.#kernel = kernel;
    this.#posts = posts;
    this.#starter = starter;
    this.#loggers = loggers;
    this.#holders = holders;
  }

  /** Starts the log as `log/` says. */
  start(unit: Unit): ServiceEvent {
    let complaint = "unable to start log/./run";
    try {
      const found = logConfigIn(this.#kernel, unit.dir);
      if (found.kind === "unreadable") {
        const text = `unable to read log/config: ${errnoText(found.errno)}`;
        return { kind: "not started", why: "unusable", text };
      }
      if (found.kind === "run") {
        this.#holders.dismissHolderOf(unit);
        this.#loggers.broker.open();
        return this.#spawn(unit, { path: "./run", argv: ["./run"], complaint });
      }
      complaint = "unable to start a logger for log";
      const { config } = found;
      if (!config.needsOwn && this.#loggers.tree.isUsable) return this.#beginFeed(unit);
      this.#holders.dismissHolderOf(unit);
      const argv = ["denit", "svlogd", "--config", "config", ...config.options, "main"];
      return this.#spawn(unit, { path: this.#loggers.program(), argv, complaint });
    } catch (thrown) {
      return notStarted(thrown, complaint);
    }
  }

  #spawn(unit: Unit, program: Program): ServiceEvent {
    return this.#starter.spawn(unit, "log", "started", program);
  }

  #beginFeed(unit: Unit): ServiceEvent {
    unit.feed = this.#loggers.tree.begin(unit);
    unit.warned = "";
    return { kind: "started", pid: unit.feed.pid };
  }

  /** Closes the fleet's ends of the log pipe. A feed keeps the reading end: if its logger dies now, the next one reads on. */
  closePipe(unit: Unit): void {
    if (unit.feed === undefined) return this.#posts.closePipe(unit);
    this.#posts.closeWritingEnd(unit);
    this.#loggers.tree.drain(unit.feed);
  }

  /** True when there are lines in the log pipe. */
  pipeHoldsLines({ pipe }: Unit): boolean {
    return pipe !== undefined && this.#kernel.poll(pipe.read, "read", 0);
  }
}
