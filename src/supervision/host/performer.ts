/**
 * The machines of pairs put before a kernel: steps a machine with an event, performs its effects in order, and feeds every
 * reply back.
 */
import { ERRNO } from "../../posix/errno.ts";
import type { Loggers } from "../../loggers/host.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Now } from "../../time/now.ts";
import { type PairEffect, type PairEvent, step, wakeAtMs, type Who } from "../pair.ts";
import type { ServiceEffect, ServiceEvent } from "../service.ts";
import type { Controls } from "./controls.ts";
import type { LogStarter } from "./log_starter.ts";
import type { PrintLine } from "./posts.ts";
import type { RecordKeeping } from "./record_keeping.ts";
import type { Starter } from "./starter.ts";
import type { Succession } from "./succession.ts";
import type { Unit } from "./unit.ts";

/** The parts of a supervisor that perform effects. */
export interface PerformerParts {
  readonly controls: Controls;
  readonly keeping: RecordKeeping;
  readonly succession: Succession;
  readonly starter: Starter;
  readonly logStarter: LogStarter;
  readonly loggers: Loggers<Unit>;
  readonly line: PrintLine;
  /** False for a service that has left, whose descriptors are closed. */
  readonly has: (unit: Unit) => boolean;
  /** The service leaves. */
  readonly leave: (unit: Unit) => void;
}

/** Runs the machines of all services of a supervisor. */
export class Performer {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #parts: PerformerParts;

  constructor(kernel: Kernel, loop: Loop, parts: PerformerParts) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#parts = parts;
  }

  /**
   * Tells the machine an event, and every reply that its effects bring, then sees to FIFOs and clock. Any error that is
   * thrown is a defect: the service is set aside, and the others go on.
   */
  tell(unit: Unit, event: PairEvent): void {
    const { has, controls } = this.#parts;
    if (unit.aside || !has(unit)) return;
    try {
      this.#play(unit, event);
      if (!has(unit)) return;
      controls.pauseBehindHooks(unit);
      this.#loop.schedule(unit, Math.min(wakeAtMs(unit.pair), unit.listenAtMs));
    } catch (thrown) {
      unit.aside = true;
      this.#loop.schedule(unit, Infinity);
      const text = `internal fault, service is set aside: ${thrownText(thrown)}`;
      this.#parts.line(unit.name, "fatal", text);
    }
  }

  /** The clocks are read once for an event and all that follows from it, and again after a start, which takes time. */
  #play(unit: Unit, first: PairEvent): void {
    const { keeping } = this.#parts;
    const events = [first];
    let now = this.#now();
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      const { state, effects } = step(unit.pair, event, now);
      unit.pair = state;
      for (const effect of effects) {
        keeping.before(unit, effect, events);
        const reply = this.#perform(unit, effect, events);
        if (reply !== undefined) events.push(reply);
        if (effect.kind === "start") now = this.#now();
      }
      if (events.length === 0) keeping.settle(unit, events);
    }
  }

  #now(): Now {
    return { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
  }

  #perform(unit: Unit, effect: PairEffect, events: PairEvent[]): PairEvent | undefined {
    const { logStarter, leave } = this.#parts;
    switch (effect.kind) {
      case "look at pipe":
        return { kind: "pipe looked at", holdsLines: logStarter.pipeHoldsLines(unit) };
      case "close pipe":
        return void logStarter.closePipe(unit);
      case "leave":
        return void leave(unit);
      default: {
        const event = this.#performFor(unit, effect.who, effect, events);
        return event === undefined ? undefined : { kind: "to", who: effect.who, event };
      }
    }
  }

  #performFor(unit: Unit, who: Who, effect: ServiceEffect, events: PairEvent[]): ServiceEvent | undefined {
    const { keeping, starter } = this.#parts;
    switch (effect.kind) {
      case "publish":
        // Record keeping has it, and will write it.
        return undefined;
      case "signal":
        return void this.#signal(unit, who, effect.pid, effect.signal);
      case "hook":
        return starter.startHook(unit, who, effect.name, () => keeping.beforeHook(unit, events));
      case "start":
        return this.#start(unit, who, effect);
      case "probe finish":
        return { kind: starter.finishOpens(unit.dir) ? "finish found" : "finish absent" };
      case "report":
        return void this.#reportOnce(unit, effect.level, effect.text);
    }
  }

  #start(unit: Unit, who: Who, effect: ServiceEffect & { readonly kind: "start" }): ServiceEvent {
    const { keeping, logStarter, starter } = this.#parts;
    const reply = who === "log" ? logStarter.start(unit) : starter.start(unit, effect);
    const post = unit.post(who);
    if (post !== undefined) keeping.answered(post, reply);
    return reply;
  }

  #signal(unit: Unit, who: Who, pid: number, signal: number): void {
    const { loggers, succession, line } = this.#parts;
    if (who === "log" && unit.feed !== undefined) return loggers.tree.signal(unit.feed, signal);
    try {
      if (!succession.signal(pid, signal)) this.#kernel.kill(pid, signal);
    } catch (thrown) {
      // ESRCH: it has ended and is about to be reaped.
      if (errnoOf(thrown) === ERRNO.ESRCH) return;
      line(unit.name, "warning", `unable to send signal ${signal}: ${thrownText(thrown)}`);
    }
  }

  #reportOnce(unit: Unit, level: "warning" | "fatal", text: string): void {
    const isRepeated = level === "warning" && text === unit.warned;
    if (level === "warning") unit.warned = text;
    if (!isRepeated) this.#parts.line(unit.name, level, text);
  }
}
