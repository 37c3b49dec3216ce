/**
 * Checks of the truth, whatever the supervisor believes: at rest (no disturbance, everything is mended, nothing is
 * under way), and after the supervisor has left.
 */
import { bytesOf } from "../../src/sys/bytes.ts";
import { statLine, unpackStatus } from "../../src/runit/status.ts";
import { type Actor, OWED, type Service } from "./actors.ts";
import type { SimulatedKernel } from "./kernel.ts";
import type { Tester } from "./tester.ts";

/**
 * Descriptors of one service: its directory, lock, control, ok, and the record for the next supervisor; a log has the
 * last four, and two of its pipe.
 */
const FILES_OF_SERVICE = 5;
const FILES_OF_LOG = 6;

export class Truth {
  readonly #kernel: SimulatedKernel;
  readonly #tester: Tester;

  constructor(kernel: SimulatedKernel, tester: Tester) {
    this.#kernel = kernel;
    this.#tester = tester;
  }

  #violate(invariant: string, text: string): void {
    this.#kernel.world.violate(invariant, text);
  }

  /** Checks the truth at rest: nothing is under way, and every service was told its want. */
  checkAtRest(): void {
    const present = new Set(this.#tester.present());
    let logs = 0;
    for (const service of present) {
      this.#checkMain(service);
      if (this.#checkLog(service)) logs++;
      this.#checkWatches(service);
    }
    for (const actor of this.#kernel.actors.all.values()) this.#checkActor(actor, present);
    this.#checkFinishes();
    this.#checkDescriptors(present.size, logs);
  }

  #checkActor(actor: Actor, present: ReadonlySet<Service>): void {
    if (actor.state === "ended") this.#violate("every child is reaped", `${actor.label} ${actor.pid}`);
    if (actor.role === "probe") {
      return actor.orphan ? undefined : this.#violate("at rest", `${actor.label} runs`);
    }
    if (actor.role === "logger" || actor.role === "stranger" || (actor.orphan && actor.role === "hook")) {
      return;
    }
    if (!present.has(actor.service)) this.#violate("what has gone is stopped", `${actor.label} ${actor.pid}`);
    if (actor.role === "hook" || actor.role === "finish") this.#violate("at rest", `${actor.label} runs`);
  }

  /** True for a service that has a supervisor. */
  isSupervised({ directory }: Service, prefix = "supervise"): boolean {
    const ok = this.#kernel.tree.find(directory, `${prefix}/ok`);
    return ok?.kind === "fifo" && ok.pipe.readers > 0;
  }

  #processOf(service: Service, role: "run" | "log"): Actor | undefined {
    return this.#kernel.actors.of(service).find((actor) => actor.role === role && actor.state === "alive");
  }

  #checkMain(service: Service): void {
    const { name, directory } = service;
    if (!this.isSupervised(service)) return this.#violate("what is there is supervised", name);
    const want = this.#tester.asked.get(directory) ?? "up";
    const run = this.#processOf(service, "run");
    if (want === "up" && run === undefined) this.#violate("what is wanted up runs", name);
    if (want === "down" && run !== undefined) this.#violate("what is wanted down is down", name);
    this.#checkFiles(service, "supervise", run?.pid ?? 0, want);
    const waiting = run?.stdout?.pipe?.text ?? "";
    if (waiting !== "" && service.hasUnnamedPipe !== true && this.isSupervised(service, "log/supervise")) {
      this.#violate("what is said is written", `${name}: ${JSON.stringify(waiting)}`);
    }
    if (service.logged && !this.isSupervised(service, "log/supervise")) {
      this.#violate("no service starts without its logger", name);
    }
  }

  #checkLog(service: Service): boolean {
    if (!this.isSupervised(service, "log/supervise")) return false;
    const pid = this.#loggerOf(service);
    if (pid === undefined) this.#violate("what is wanted up runs", `${service.name}/log`);
    this.#checkFiles(service, "log/supervise", pid ?? 0, "up");
    return true;
  }

  /** A process of its own, or that of the tree, but not both. */
  #loggerOf(service: Service): number | undefined {
    const log = service.directory.entries.get("log");
    const own = this.#processOf(service, "log")?.pid;
    const shared = log?.kind === "directory" ? this.#kernel.loggers.readerOf(log) : undefined;
    if (own !== undefined && shared !== undefined) {
      this.#violate("one process at a time", `${service.name}/log`);
    }
    return own ?? shared;
  }

  /** The three files say what is true. */
  #checkFiles(service: Service, prefix: string, pid: number, want: "up" | "down"): void {
    const [status, stat, pidText] = ["status", "stat", "pid"].map((name) => {
      const file = this.#kernel.tree.find(service.directory, `${prefix}/${name}`);
      return file?.kind === "file" ? file.text : "missing";
    });
    const record = unpackStatus(bytesOf(status ?? ""));
    const phase = pid === 0 ? "down" : "run";
    const told = record === undefined
      ? `status of ${status?.length} bytes`
      : `${record.phase} ${record.pid} ${record.wantUp ? "up" : "down"}${record.paused ? " paused" : ""}`;
    const truth = `${phase} ${pid} ${want}`;
    if (told !== truth) {
      this.#violate("the status files say what is", `${service.name} ${prefix}: ${told}, not ${truth}`);
    }
    const line = statLine({ phase, paused: false, gotTerm: record?.gotTerm ?? false, want });
    if (stat !== line) {
      this.#violate("the status files say what is", `${service.name} ${prefix}/stat: ${stat}`);
    }
    if (pidText !== (pid === 0 ? "" : `${pid}\n`)) {
      this.#violate("the status files say what is", `${service.name} ${prefix}/pid: ${pidText}`);
    }
  }

  /** Checks that no watch is left of the time when the directory was filled. */
  #checkWatches({ name, directory }: Service): void {
    const log = directory.entries.get("log");
    for (const inode of log === undefined ? [directory] : [directory, log]) {
      if (this.#kernel.notifications.isWatched(inode)) this.#violate("no watch is left over", name);
    }
  }

  #checkFinishes(): void {
    for (const service of this.#kernel.actors.services()) {
      if (this.#processOf(service, "run") !== undefined || !OWED.has(service.finish)) continue;
      this.#violate("finish runs once for each end of run", `${service.name}: finish is ${service.finish}`);
    }
  }

  #checkDescriptors(services: number, logs: number, left = false): void {
    const kernel = this.#kernel;
    const expected = services * FILES_OF_SERVICE + logs * FILES_OF_LOG + (kernel.hasTitle ? 2 : 0);
    if (kernel.openOf("inode") + kernel.openOf("pipe") !== expected) {
      this.#violate(
        "no descriptor is left open",
        `${kernel.describeDescriptors()} for ${services}, ${logs} logs`,
      );
    }
    const adopted = [...kernel.actors.all.values()].filter(({ orphan, role }) => orphan && role !== "logger");
    if (kernel.openOf("process") > (left ? 0 : adopted.length)) {
      this.#violate(
        "no descriptor is left open",
        `${kernel.openOf("process")} processes for ${adopted.length}`,
      );
    }
    const { count } = kernel.loggers;
    if (kernel.openOf("socket") !== count) {
      this.#violate("no descriptor is left open", `${kernel.openOf("socket")} sockets for ${count} loggers`);
    }
    // The fleet listens from the first log on.
    if (kernel.openOf("listener") > (left ? 0 : 1)) {
      this.#violate("no descriptor is left open", `${kernel.openOf("listener")} listeners`);
    }
    if (kernel.locks !== services + logs) this.#violate("locks are held while supervised", `${kernel.locks}`);
  }

  /**
   * The supervisor has returned, and told all services to exit before. `mayBeUnknown`: it may not have been able to
   * look at what the one before it has left.
   */
  checkAfterLeaving(mayBeUnknown: boolean): void {
    for (const actor of this.#kernel.actors.all.values()) {
      // Nobody's any more, or nobody waits for it: they end by themselves.
      if (actor.role === "stranger" || actor.role === "probe") continue;
      const isOfBefore = actor.orphan || this.#kernel.wordOfLastLife !== "";
      if (isOfBefore && (mayBeUnknown || actor.role === "hook" || actor.role === "logger")) continue;
      // A log that could not be looked at is none: it sees the end of its pipe and leaves a little later than the service.
      if (isOfBefore && actor.role === "log" && actor.service.logRuns === -Infinity) continue;
      this.#violate("no child is left", `${actor.label} ${actor.pid} ${actor.state}`);
    }
    if (!mayBeUnknown) this.#checkFinishes();
    this.#checkDescriptors(0, 0, true);
  }
}
