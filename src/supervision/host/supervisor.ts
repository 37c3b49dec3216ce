/**
 * The machines of pairs put before a kernel: performs their effects and feeds every reply back.
 *
 * All services of one process are here, and no call waits. The parts: `Posts` opens and closes what a service has open,
 * `Controls` hears commands, `Starter` and `LogStarter` start programs, `RecordKeeping` writes status files and records,
 * `Succession` takes up what a dead supervisor has left, `Loggers` has the fleet's loggers.
 */
import { ERRNO } from "../../posix/errno.ts";
import type { Fd } from "../../posix/descriptor.ts";
import type { Children } from "../../runtime/children.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import type { Reporter } from "../../runtime/reporter.ts";
import { errnoOf, SysError } from "../../sys/error.ts";
import {
  type PairEffect,
  type PairEvent,
  step as stepPair,
  wakeAtMs as pairWakeAtMs,
  type Who,
} from "../pair.ts";
import type { Now } from "../../time/now.ts";
import type { ServiceEffect, ServiceEvent } from "../service.ts";
import { isCalm, type ServiceState } from "../service_state.ts";
import type { Voice } from "../voice.ts";
import { Controls } from "./controls.ts";
import { LogStarter } from "./log_starter.ts";
import { Loggers } from "../../loggers/host.ts";
import { type Line, Posts, Unusable } from "./posts.ts";
import { RecordKeeping } from "./record_keeping.ts";
import { Starter } from "./starter.ts";
import { Succession } from "./succession.ts";
import { BOTH, type Post, type Unit } from "./unit.ts";

/** What a supervisor is told by the applet that it works for. */
export interface SupervisorOptions {
  /** Every process of a service leads a session of its own (runsvdir -P). */
  readonly newSessions: boolean;
  /** A service was told to exit, and has left. */
  readonly onLeft: (key: string) => void;
  readonly voice: Voice;
  /** Absolute path of the program's own file, or of a link to it, to start loggers; undefined: there are none. */
  readonly program: string | undefined;
}

/** A directory that is to be supervised. */
interface Beginning {
  readonly key: string;
  readonly path: string;
  readonly name: string;
  readonly fileKey: string | undefined;
  /** Take up what is left of the service, to retire it at once; start nothing. */
  readonly retires: boolean;
}

/** The services of one process. */
export class Supervisor {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #reporter: Reporter;
  readonly #options: SupervisorOptions;
  readonly #units = new Map<string, Unit>();
  readonly #controls: Controls;
  readonly #posts: Posts;
  readonly #keeping: RecordKeeping;
  readonly #succession: Succession;
  readonly #starter: Starter;
  readonly #loggers: Loggers<Unit>;
  readonly #logStarter: LogStarter;
  /** True from the start until all services that were there then have begun. */
  #begins = false;
  /** What the life before this one has left open, until all have begun. */
  #kept: readonly Fd[] = [];
  readonly #onWake = (unit: Unit): void => {
    this.#feed(unit, { kind: "to", who: "log", event: { kind: "wake" } });
    this.#feed(unit, { kind: "to", who: "main", event: { kind: "wake" } });
  };

  constructor(
    kernel: Kernel,
    loop: Loop,
    children: Children,
    reporter: Reporter,
    options: SupervisorOptions,
  ) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#children = children;
    this.#reporter = reporter;
    this.#options = options;
    const line: Line = (name, level, text) => this.#line(name, level, text);
    const onEnded = (unit: Unit, who: Who, pid: number, status: number) =>
      this.#feed(unit, { kind: "to", who, event: { kind: "ended", pid, status } });
    this.#controls = new Controls(kernel, loop, (post, letter) => this.#command(post, letter));
    this.#posts = new Posts(kernel, this.#controls, line);
    this.#keeping = new RecordKeeping(
      kernel,
      line,
      (unit) => this.#succession.holders.holderOf(unit) ?? unit.feed?.logger,
    );
    this.#succession = new Succession(kernel, loop, children, this.#keeping, {
      onEnded,
      onChild: (unit, who, pid) => this.#starter.expect(unit, who, pid),
      onHandedOver: (unit) => {
        if (this.#has(unit)) this.#keeping.handedOver(unit);
      },
    });
    this.#starter = new Starter(kernel, children, this.#posts, {
      newSessions: options.newSessions,
      line,
      onStarted: (pid) => this.#keeping.lastPid = pid,
      onEnded,
    });
    this.#loggers = this.#newLoggers();
    this.#logStarter = new LogStarter(kernel, {
      posts: this.#posts,
      starter: this.#starter,
      loggers: this.#loggers,
      succession: this.#succession,
    });
  }

  #newLoggers(): Loggers<Unit> {
    const { holders } = this.#succession;
    return new Loggers(this.#kernel, this.#loop, this.#children, {
      program: this.#options.program,
      logOf: (pid) => this.#starter.logOf(pid),
      hasHolders: () => holders.hasAny,
      dismissHolders: () => holders.dismissAll(),
      holdersHaveLeft: () => holders.haveLeft(),
      onLocked: (unit) => holders.handedOver(unit),
      onEnded: (unit, pid, status) => {
        unit.feed = undefined;
        this.#feed(unit, { kind: "to", who: "log", event: { kind: "ended", pid, status } });
      },
      onReplaced: (unit, pid) =>
        this.#feed(unit, { kind: "to", who: "log", event: { kind: "replaced", pid } }),
    });
  }

  /** True when the next life would miss nothing: no hook runs, no command waits behind one, no service is leaving. */
  get isCalm(): boolean {
    return [...this.#units.values()].every(({ aside, pair: { main, log, leaving } }) =>
      aside || (leaving === "no" && isCalm(main) && (log === undefined || isCalm(log)))
    );
  }

  /** True when the service is supervised. */
  has(key: string): boolean {
    return this.#units.has(key);
  }

  /** How many services are supervised. */
  get size(): number {
    return this.#units.size;
  }

  /** Tells how many descriptors this process may have; some of them stay free. */
  allowDescriptors(most: number): void {
    this.#posts.allowDescriptors(most);
    this.#keeping.allowDescriptors(most);
  }

  // Beginning

  /**
   * Supervises the directory at `path` under `name`. Returns undefined; or the reason why it cannot be supervised, as the
   * end of runsv's `fatal:` line, and then nothing of it is held. With a `fileKey` it must be that directory, and not
   * another one that came under its name meanwhile.
   */
  begin(key: string, path: string, name: string, fileKey?: string): string | undefined {
    return this.#begin({ key, path, name, fileKey, retires: false });
  }

  /** Takes up what a dead supervisor has left of the service, to retire it at once. Nothing new is started. */
  beginToRetire(key: string, path: string, name: string, fileKey: string): void {
    this.#begin({ key, path, name, fileKey, retires: true });
  }

  #begin({ key, path, name, fileKey, retires }: Beginning): string | undefined {
    let dir: Fd;
    try {
      dir = this.#posts.enter(path, fileKey);
    } catch (thrown) {
      return `unable to change to directory: ${thrownText(thrown)}`;
    }
    const unit = this.#posts.newUnit({ key, name, path, dir }, this.#onWake);
    const trouble = this.#open(unit);
    if (trouble !== undefined) return trouble;
    if (retires && BOTH.every((who) => hasNothing(unit.service(who)))) {
      this.#release(unit);
      return undefined;
    }
    this.#units.set(key, unit);
    if (unit.log !== undefined) this.#feed(unit, { kind: "to", who: "log", event: { kind: "publish" } });
    this.#feed(unit, { kind: "to", who: "main", event: { kind: retires ? "retire" : "publish" } });
    return undefined;
  }

  /** Returns the reason why it cannot be supervised; then nothing of it is held. */
  #open(unit: Unit): string | undefined {
    try {
      this.#posts.openAll(unit);
      for (const who of BOTH) this.#succession.takeUp(unit, who);
      return undefined;
    } catch (thrown) {
      this.#children.disown(unit);
      this.#release(unit);
      if (thrown instanceof Unusable) return thrown.message;
      if (thrown instanceof SysError) return thrownText(thrown);
      throw thrown;
    }
  }

  /**
   * What must stay open when this process executes itself: FIFOs of commands, those that tell of a supervisor, and log
   * pipes; and what the life before this one left open for services that have not begun again yet.
   */
  fifos(): Fd[] {
    const opened = [...this.#units.values()].flatMap(({ main, log, pipe }) =>
      [
        ...[main, log].flatMap((post) => post === undefined ? [] : [post.control, post.ok]),
        ...(pipe?.isNamed === true ? [pipe.read, pipe.write] : []),
      ].filter((fd) => fd >= 0)
    );
    return [...this.#kept, ...opened];
  }

  /**
   * To be called before anything is opened. What the life before this one has left open stays open, and the ends of
   * unknown children are remembered, until `allBegun`.
   */
  expectBeginnings(): void {
    this.#begins = true;
    this.#kept = this.#kernel.keptFromLastLife();
  }

  /** All services that were there at the start have begun. */
  allBegun(): void {
    if (!this.#begins) return;
    this.#begins = false;
    this.#succession.allBegun();
    for (const fd of this.#kept) this.#kernel.close(fd);
    this.#kept = [];
    this.#children.reap();
  }

  // Leaving

  /** As `x` on the service, which `u` takes back. */
  exit(key: string): void {
    const post = this.#units.get(key)?.main;
    if (post !== undefined) this.#command(post, "x");
  }

  /** Tells a service to exit for good. One that was set aside would never answer, and must hold up nobody. */
  retire(key: string): void {
    const unit = this.#units.get(key);
    if (unit === undefined) return;
    if (unit.aside) this.#leave(unit);
    else this.#feed(unit, { kind: "to", who: "main", event: { kind: "retire" } });
  }

  /** Tells all services to exit for good. From now on no svlogd joins a logger. */
  retireAll(): void {
    this.#loggers.broker.close();
    for (const key of [...this.#units.keys()]) this.retire(key);
  }

  /** The process ends at once, and its services go on: the tree's logger gets the logs that it was not given yet. */
  abandon(): void {
    this.#loggers.tree.hurry();
  }

  /** After the last service has left: tells the loggers to leave, and calls `done` when they have. */
  leave(done: () => void): void {
    this.#loggers.leave(done);
  }

  // Running

  #now(): Now {
    return { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
  }

  #command({ unit, who }: Post, letter: string): void {
    this.#feed(unit, { kind: "to", who, event: { kind: "command", letter } });
  }

  /** Steps the machine with an event and with every reply that its effects bring, then sees to FIFOs and clock. */
  #feed(unit: Unit, event: PairEvent): void {
    if (unit.aside || !this.#has(unit)) return;
    try {
      this.#play(unit, event);
      if (!this.#has(unit)) return;
      this.#controls.mind(unit);
      this.#loop.schedule(unit, Math.min(pairWakeAtMs(unit.pair), unit.listenAtMs));
    } catch (thrown) {
      unit.aside = true;
      this.#loop.schedule(unit, Infinity);
      this.#line(unit.name, "fatal", `internal fault, service is set aside: ${thrownText(thrown)}`);
    }
  }

  /** False for a service that has left, whose descriptors are closed. */
  #has(unit: Unit): boolean {
    return this.#units.get(unit.key) === unit;
  }

  /** The clocks are read once for an event and all that follows from it, and again after a start, which takes time. */
  #play(unit: Unit, first: PairEvent): void {
    const events = [first];
    let now = this.#now();
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      const { state, effects } = stepPair(unit.pair, event, now);
      unit.pair = state;
      for (const effect of effects) {
        this.#keeping.before(unit, effect, events);
        const reply = this.#perform(unit, effect, events);
        if (reply !== undefined) events.push(reply);
        if (effect.kind === "start") now = this.#now();
      }
      if (events.length === 0) this.#keeping.settle(unit, events);
    }
  }

  #perform(unit: Unit, effect: PairEffect, events: PairEvent[]): PairEvent | undefined {
    switch (effect.kind) {
      case "look at pipe":
        return { kind: "pipe looked at", holdsLines: this.#logStarter.pipeHoldsLines(unit) };
      case "close pipe":
        return void this.#logStarter.closePipe(unit);
      case "leave":
        return void this.#leave(unit);
      default: {
        const event = this.#performFor(unit, effect.who, effect, events);
        return event === undefined ? undefined : { kind: "to", who: effect.who, event };
      }
    }
  }

  #performFor(unit: Unit, who: Who, effect: ServiceEffect, events: PairEvent[]): ServiceEvent | undefined {
    switch (effect.kind) {
      case "publish":
        return undefined;
      case "signal":
        return void this.#signal(unit, who, effect.pid, effect.signal);
      case "hook":
        return this.#starter.startHook(
          unit,
          who,
          effect.name,
          () => this.#keeping.beforeHook(unit, events),
        );
      case "start":
        return this.#start(unit, who, effect);
      case "probe finish":
        return { kind: this.#starter.finishOpens(unit.dir) ? "finish found" : "finish absent" };
      case "report":
        return void this.#reportOnce(unit, effect.level, effect.text);
    }
  }

  #start(unit: Unit, who: Who, effect: ServiceEffect & { readonly kind: "start" }): ServiceEvent {
    const reply = who === "log" ? this.#logStarter.start(unit) : this.#starter.start(unit, effect);
    const post = unit.post(who);
    if (post !== undefined) this.#keeping.answered(post, reply);
    return reply;
  }

  #signal(unit: Unit, who: Who, pid: number, signal: number): void {
    if (who === "log" && unit.feed !== undefined) return this.#loggers.tree.signal(unit.feed, signal);
    try {
      if (!this.#succession.signal(pid, signal)) this.#kernel.kill(pid, signal);
    } catch (thrown) {
      // ESRCH: it has ended and is about to be reaped.
      if (errnoOf(thrown) === ERRNO.ESRCH) return;
      this.#line(unit.name, "warning", `unable to send signal ${signal}: ${thrownText(thrown)}`);
    }
  }

  #reportOnce(unit: Unit, level: "warning" | "fatal", text: string): void {
    const isRepeated = level === "warning" && text === unit.warned;
    if (level === "warning") unit.warned = text;
    if (!isRepeated) this.#line(unit.name, level, text);
  }

  #leave(unit: Unit): void {
    this.#loop.schedule(unit, Infinity);
    this.#units.delete(unit.key);
    if (unit.feed !== undefined) this.#loggers.tree.forget(unit.feed);
    // A service that was set aside may have left something behind, which its files tell the next supervisor.
    if (!unit.aside) this.#posts.forget(unit);
    this.#release(unit);
    this.#options.onLeft(unit.key);
  }

  #release(unit: Unit): void {
    this.#succession.forget(unit);
    this.#posts.closeAll(unit);
  }

  #line(name: string, level: string, text: string): void {
    this.#reporter.line(this.#options.voice(name, level, text));
  }
}

/** True for a service that has no process, and no end of one to digest. */
function hasNothing(service: ServiceState | undefined): boolean {
  return service === undefined ||
    (service.pid === 0 && service.ended === undefined && service.phase === "down");
}
