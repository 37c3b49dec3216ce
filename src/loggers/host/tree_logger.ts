/**
 * The tree's logger done: its machine and those of its feeds (feed.ts), put before a process.
 *
 * A log that starts is answered at once, with the pid of the logger that has it or will have it. Whatever comes of it
 * later (an end, another pid) is told in a later turn, never in the midst of a step of the pair it belongs to.
 */
import type { Now } from "../../time/now.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Report } from "../../logging/joining.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { type FeedEvent, type FeedState, newFeed, step as stepFeed } from "../feed.ts";
import {
  isUsable,
  newTreeLogger,
  step as stepLogger,
  type TreeLoggerEvent,
  type TreeLoggerState,
  wakeAtMs,
} from "../tree_logger.ts";
import type { LoggerProcess } from "./logger_process.ts";
import type { Unit } from "../../supervision/host/unit.ts";

/** svlogd's exit code for a log directory that cannot be used. */
const UNUSABLE = 111;

/** A log that is fed through the tree's logger. */
export interface Feed {
  readonly id: number;
  readonly unit: Unit;
  /** The process that has it, or will have it. */
  logger: LoggerProcess | undefined;
  /** What the log's machine believes its process is. */
  pid: number;
  state: FeedState;
}

/** The logger of a dead fleet is waited for so long; then the logs that it still has are tried again, one by one. */
const HANDOVER_MS = 3000;
const HANDOVER_LOOK_MS = 10;

export interface TreeLoggerOptions {
  /** False while the logger of a dead fleet has not left. Throws SysError where that cannot be found out. */
  readonly mayBegin: () => boolean;
  /** The logger of a dead fleet has logs, and was not told yet to leave. */
  readonly isHeld: () => boolean;
  /** Starts a process; throws SysError when that cannot be. */
  readonly start: (onReport: (report: Report) => void) => LoggerProcess;
  readonly onEnded: (unit: Unit, pid: number, status: number) => void;
  readonly onReplaced: (unit: Unit, pid: number) => void;
  /** The logger writes it: nobody else has it any more. */
  readonly onBegun: (unit: Unit) => void;
}

export class TreeLogger implements Sleeper {
  wakeAtMs = Infinity;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #options: TreeLoggerOptions;
  readonly #feeds = new Map<number, Feed>();
  #state: TreeLoggerState = newTreeLogger();
  #process: LoggerProcess | undefined;
  #lastId = 0;
  readonly #wakeLater = (): void => {
    if (this.#isHandedOver()) return this.#tell({ kind: "wake" });
    this.#loop.schedule(this, this.#kernel.monotonicMs() + HANDOVER_LOOK_MS);
  };
  /** What is to be told to the pairs. */
  readonly #news: (() => void)[] = [];
  readonly #tellNews = (): void => {
    for (const news of this.#news.splice(0)) news();
  };

  constructor(kernel: Kernel, loop: Loop, options: TreeLoggerOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#options = options;
  }

  /** False while each log should have a svlogd of its own. */
  get isUsable(): boolean {
    return isUsable(this.#state, this.#now());
  }

  get process(): LoggerProcess | undefined {
    return this.#process;
  }

  /** A life of the log begins. Throws SysError when there is no logger and none can be started. */
  begin(unit: Unit): Feed {
    const isHeld = this.#options.isHeld();
    // Whoever still has it is told to leave now, even if the first try may be too early.
    if (this.#state.phase === "sealed") this.#options.mayBegin();
    const feed: Feed = { id: ++this.#lastId, unit, logger: undefined, pid: 0, state: newFeed() };
    this.#tell({ kind: "wanted" });
    this.#feeds.set(feed.id, feed);
    feed.pid = this.#state.pid;
    feed.logger = this.#process;
    if (this.#state.phase === "sealed") this.#give(feed);
    if (isHeld) this.#process?.sendAll();
    return feed;
  }

  signal(feed: Feed, signal: number): void {
    this.#step(feed, { kind: "signal", signal, heard: this.#hears });
  }

  /** The fleet has no writing end of its pipe any more. */
  drain(feed: Feed): void {
    this.#step(feed, { kind: "drain", heard: this.#hears });
  }

  get #hears(): boolean {
    return this.#state.phase === "sealed";
  }

  /** Its service has gone, and nobody wants to know of its end. */
  forget(feed: Feed): void {
    this.#feeds.delete(feed.id);
    this.#retract(feed);
    this.#idleIfEmpty();
  }

  /**
   * After whatever else this turn has to do: services that are still beginning have logs that belong to the set, however
   * long the process was kept from running meanwhile.
   */
  wake(): void {
    this.#loop.goOn(this.#wakeLater);
  }

  #isHandedOver(): boolean {
    const { phase, startedAtMs } = this.#state;
    if (phase !== "gathering" || this.#kernel.monotonicMs() > startedAtMs + HANDOVER_MS) return true;
    return this.#hasPipes() && this.#mayBegin();
  }

  /**
   * What is in a pipe is lost when nobody has the pipe any more; and whoever takes over from a logger that leaves, and
   * the service itself, may be killed. So the next logger has all of them before the last one is told to leave.
   */
  #hasPipes(): boolean {
    if (!this.#options.isHeld()) return true;
    for (const feed of this.#feeds.values()) this.#step(feed, { kind: "logger" });
    this.#process?.sendAll();
    return this.#process?.hasAll !== false;
  }

  #mayBegin(): boolean {
    try {
      return this.#options.mayBegin();
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  /** The fleet ends now: the logger gets what it has not got yet, as far as that needs no waiting. */
  hurry(): void {
    this.#tell({ kind: "hurry" });
    this.#process?.sendAll();
  }

  /** The process has been collected. */
  ended(status: number): void {
    this.#process?.ended();
    this.#process = undefined;
    const before = [...this.#feeds.values()];
    const { state, effects } = stepLogger(this.#state, { kind: "ended", status }, this.#now());
    this.#set(state);
    for (const effect of effects) {
      if (effect.kind !== "gone") continue;
      const event: FeedEvent = { kind: "logger gone", planned: effect.planned, status: effect.status };
      for (const feed of before) this.#step(feed, event);
    }
    this.#startAgain();
    // Nobody is in the midst of a step here, and no status file may name for longer what is no more.
    this.#tellNews();
  }

  // The machines

  #now(): Now {
    return { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
  }

  #set(state: TreeLoggerState): void {
    this.#state = state;
    this.#loop.schedule(this, wakeAtMs(state));
  }

  #tell(first: TreeLoggerEvent): void {
    const events = [first];
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      const { state, effects } = stepLogger(this.#state, event, this.#now());
      this.#set(state);
      for (const effect of effects) {
        if (effect.kind === "start") events.push(this.#start());
        else if (effect.kind === "seal") this.#seal();
        else if (effect.kind === "leave") this.#process?.post("leave", { order: { do: "leave" } });
      }
    }
  }

  #start(): TreeLoggerEvent {
    const process = this.#options.start((report) => this.#heard(process, report));
    this.#process = process;
    return { kind: "started", pid: process.pid };
  }

  #seal(): void {
    const feeds = [...this.#feeds.values()];
    for (const feed of feeds) this.#step(feed, { kind: "logger" });
    this.#process?.post("seal", { order: { do: "seal" } });
    for (const feed of feeds) this.#step(feed, { kind: "listens" });
  }

  #give(feed: Feed): void {
    this.#step(feed, { kind: "logger" });
    this.#step(feed, { kind: "listens" });
  }

  #heard(process: LoggerProcess, report: Report): void {
    if (process !== this.#process || !("id" in report)) return;
    const feed = this.#feeds.get(report.id);
    if (feed === undefined) return;
    if (report.said === "started") return this.#options.onBegun(feed.unit);
    if (report.said === "ended") return this.#step(feed, { kind: "said ended", code: report.code });
    this.#step(feed, { kind: "said uncovered" });
    if (feed.state.place === "waiting") this.#tell({ kind: "said uncovered" });
  }

  #step(feed: Feed, event: FeedEvent): void {
    const { state, effects } = stepFeed(feed.state, event);
    feed.state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case "give":
          this.#hand(feed);
          break;
        case "send":
          this.#send(feed, effect.signal);
          break;
        case "end":
          this.#over(feed, effect.status);
      }
    }
  }

  /** Those that wait are given to the next logger; where there can be none they end, and their machines pause. */
  #startAgain(): void {
    const waiting = [...this.#feeds.values()].filter(({ state }) => state.place === "waiting");
    if (waiting.length === 0) return;
    try {
      this.#tell({ kind: "wanted" });
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      for (const feed of waiting) this.#step(feed, { kind: "no logger" });
      return;
    }
    const { pid } = this.#state;
    for (const feed of waiting) {
      feed.pid = pid;
      feed.logger = this.#process;
      this.#report(() => this.#options.onReplaced(feed.unit, pid));
    }
  }

  // Messages

  #hand(feed: Feed): void {
    const { id, unit } = feed;
    this.#process?.post(`feed ${id}`, {
      order: { do: "feed", id, name: unit.name },
      pack: () => {
        const pipe = unit.pipe?.read;
        if (pipe === undefined) throw new SysError({ call: "pipe", errno: ERRNO.EBADF });
        const log = this.#kernel.open(unit.dir, "log", OPEN.path | OPEN.directory);
        return { descriptors: [pipe, log], opened: [log] };
      },
      failed: (thrown) => this.#couldNotGive(feed, thrown),
    });
  }

  /** As a svlogd that cannot enter its directory. */
  #couldNotGive(feed: Feed, thrown: unknown): void {
    rethrowUnlessSysError(thrown);
    this.#step(feed, { kind: "said ended", code: UNUSABLE });
  }

  /** Of two that undo each other the later one counts; of many alike one. */
  #send({ id }: Feed, signal: number): void {
    const opposite = OPPOSITES.get(signal);
    if (opposite !== undefined) this.#process?.retract(`signal ${id} ${opposite}`);
    this.#process?.post(`signal ${id} ${signal}`, { order: { do: "signal", id, signal } });
  }

  #retract({ id }: Feed): void {
    this.#process?.retract(`feed ${id}`);
    for (const signal of SIGNALS) this.#process?.retract(`signal ${id} ${signal}`);
  }

  // Ends

  #over(feed: Feed, status: number): void {
    this.forget(feed);
    this.#report(() => this.#options.onEnded(feed.unit, feed.pid, status));
  }

  #report(news: () => void): void {
    this.#news.push(news);
    this.#loop.goOn(this.#tellNews);
  }

  #idleIfEmpty(): void {
    if (this.#feeds.size === 0 && this.#process !== undefined) this.#tell({ kind: "idle" });
  }
}

const OPPOSITES: ReadonlyMap<number, number> = new Map([[SIGNAL.STOP, SIGNAL.CONT], [
  SIGNAL.CONT,
  SIGNAL.STOP,
]]);
/** Those that a feed makes something of (feed.ts). */
const SIGNALS = [1, 9, 14, 15, SIGNAL.CONT, SIGNAL.STOP];
