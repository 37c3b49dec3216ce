/**
 * The tree's logger done: its machine (tree_logger.ts) and those of its feeds (feed.ts), put before a process.
 *
 * A log that starts is answered at once, with the pid of the logger that has it or will have it. What becomes of the
 * log later (its end, another pid) is told in a later turn, never while the caller is in the middle of a step.
 *
 * A fleet may follow a dead one whose logger still writes logs of this tree: its *holders*. What is in a pipe is lost
 * when nobody has the pipe open any more. So the next logger is given all pipes first, then the holders are dismissed,
 * and when they have left the set is sealed and the next logger begins. It locks the log directories that they have
 * left.
 */
import type { Report } from "../../logging/joining.ts";
import { EXIT } from "../../posix/exit_code.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import type { Now } from "../../time/now.ts";
import { type FeedEvent, newFeed, step as stepFeed } from "../feed.ts";
import {
  isUsable,
  newTreeLogger,
  step as stepLogger,
  type TreeLoggerEvent,
  type TreeLoggerState,
  wakeAtMs,
} from "../tree_logger.ts";
import type { Feed, LogSource } from "./feed.ts";
import { giveFeed, signalFeed, withdrawFeed } from "./feed_orders.ts";
import type { LoggerNews, LoggerProcess } from "./logger_process.ts";

/** The time to wait for holders. Then the next logger begins, and tries the logs that holders still have one by one. */
const HANDOVER_MS = 3000;
const HANDOVER_LOOK_MS = 10;

/** The loggers of a dead fleet that still write logs of this one. */
export interface HolderCalls {
  /** True while a log has a holder that was not dismissed. */
  readonly hasHolders: () => boolean;
  /** Sends TERM to all of them: the next logger is there. Throws SysError. */
  readonly dismissHolders: () => void;
  /** True when all that were dismissed have ended, so their log directories are free. Throws SysError. */
  readonly holdersHaveLeft: () => boolean;
}

/** News that the tree's logger tells the owner of its logs. */
export interface LogNews<Source extends LogSource> {
  /** The feed of this log has ended, as the process `pid` with this wait status. */
  readonly onEnded: (source: Source, pid: number, status: number) => void;
  /** Another logger has the log from now on, with this pid, in the middle of a life. */
  readonly onReplaced: (source: Source, pid: number) => void;
  /** The logger has locked the log directory: no other process writes this log any more. */
  readonly onLocked: (source: Source) => void;
}

/** The owner as the tree's logger knows it: who answers its questions, starts its process, and hears its news. */
export interface TreeLoggerOptions<Source extends LogSource> extends HolderCalls, LogNews<Source> {
  /** Starts a process; throws SysError when it cannot. */
  readonly start: (news: LoggerNews) => LoggerProcess;
}

/** The logger of the tree, whether it has a process at the moment or not. */
export class TreeLogger<Source extends LogSource> implements Sleeper {
  wakeAtMs = Infinity;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #options: TreeLoggerOptions<Source>;
  readonly #feeds = new Map<number, Feed<Source>>();
  #state: TreeLoggerState = newTreeLogger();
  #process: LoggerProcess | undefined;
  #lastId = 0;
  readonly #wakeLater = (): void => {
    if (this.#handOver()) return this.#tell({ kind: "wake" });
    this.#loop.schedule(this, this.#kernel.monotonicMs() + HANDOVER_LOOK_MS);
  };
  /** News for the owner, to be told in a later turn. */
  readonly #news: (() => void)[] = [];
  readonly #tellNews = (): void => {
    for (const news of this.#news.splice(0)) news();
  };

  constructor(kernel: Kernel, loop: Loop, options: TreeLoggerOptions<Source>) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#options = options;
  }

  /** False while no logger is to be started: each log that starts now should have a svlogd of its own. */
  get isUsable(): boolean {
    return isUsable(this.#state, this.#now());
  }

  /** The process of the tree's logger; undefined while there is none. */
  get process(): LoggerProcess | undefined {
    return this.#process;
  }

  /** Begins a life of a log. Throws SysError when there is no logger and none can be started. */
  begin(source: Source): Feed<Source> {
    const isHeld = this.#options.hasHolders();
    const feed: Feed<Source> = { id: ++this.#lastId, source, logger: undefined, pid: 0, state: newFeed() };
    this.#tell({ kind: "wanted" });
    this.#feeds.set(feed.id, feed);
    feed.pid = this.#state.pid;
    feed.logger = this.#process;
    if (this.#state.phase === "sealed") {
      this.#give(feed);
      // In the next turn the record of the log names this logger, beside the holder that leaves.
      if (isHeld) this.#loop.goOn(this.#replaceHolders);
    }
    return feed;
  }

  /** Signals a feed as if it were a process. */
  signal(feed: Feed<Source>, signal: number): void {
    this.#step(feed, { kind: "signal", signal, heard: this.#listens });
  }

  /** The service of this feed has gone, and the owner has closed the writing end of its pipe. */
  drain(feed: Feed<Source>): void {
    this.#step(feed, { kind: "drain", heard: this.#listens });
  }

  get #listens(): boolean {
    return this.#state.phase === "sealed";
  }

  /** Drops a feed whose end nobody wants to be told. */
  forget(feed: Feed<Source>): void {
    this.#feeds.delete(feed.id);
    if (this.#process !== undefined) withdrawFeed(this.#process, feed.id);
    this.#idleIfEmpty();
  }

  /**
   * A deadline of the machine has passed. The machine hears of it in the next turn, after all other work of this turn.
   * Services that still begin have logs that belong to the set, however long this process was kept from running.
   */
  wake(): void {
    this.#loop.goOn(this.#wakeLater);
  }

  // The hand-over from a dead fleet's loggers

  /** Does what can be done now to take the logs over from a dead fleet's loggers. True when the set may be sealed. */
  #handOver(): boolean {
    const { phase, startedAtMs } = this.#state;
    if (phase !== "gathering" || this.#kernel.monotonicMs() > startedAtMs + HANDOVER_MS) return true;
    return this.#sendPipes() && this.#dismissHolders();
  }

  /**
   * Gives the next logger all pipes while the holders still have them. True when it has them. If a holder left first
   * and the service were killed before the next logger has the pipe, its lines would be lost.
   */
  #sendPipes(): boolean {
    if (!this.#options.hasHolders()) return true;
    for (const feed of this.#feeds.values()) this.#step(feed, { kind: "logger" });
    return this.#sendOrders();
  }

  /** Sends what waits in the outbox, as far as the socket takes it. True when the logger has it all. */
  #sendOrders(): boolean {
    this.#process?.sendAll();
    return this.#process?.hasSentAll !== false;
  }

  /**
   * A sealed logger does not wait for holders: they leave now, even if its first try may come too early. It was given the
   * log when that began; logs that wait for the next logger are not for it.
   */
  readonly #replaceHolders = (): void => {
    if (this.#state.phase === "sealed" && this.#sendOrders()) this.#dismissHolders();
  };

  /** Tells the holders to leave. True when they have left. */
  #dismissHolders(): boolean {
    try {
      this.#options.dismissHolders();
      return this.#options.holdersHaveLeft();
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

  #ended(status: number): void {
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
    // The owner is in the middle of no step here, and no status file may name any longer a process that has ended.
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
        else if (effect.kind === "leave") this.#process?.queue("leave", { order: { do: "leave" } });
      }
    }
  }

  #start(): TreeLoggerEvent {
    const process = this.#options.start({
      onReport: (report) => this.#heard(process, report),
      onEnded: (status) => this.#ended(status),
    });
    this.#process = process;
    return { kind: "started", pid: process.pid };
  }

  #seal(): void {
    const feeds = [...this.#feeds.values()];
    for (const feed of feeds) this.#step(feed, { kind: "logger" });
    this.#process?.queue("seal", { order: { do: "seal" } });
    for (const feed of feeds) this.#step(feed, { kind: "listens" });
  }

  #give(feed: Feed<Source>): void {
    this.#step(feed, { kind: "logger" });
    this.#step(feed, { kind: "listens" });
  }

  #heard(process: LoggerProcess, report: Report): void {
    if (process !== this.#process || !("id" in report)) return;
    const feed = this.#feeds.get(report.id);
    if (feed === undefined) return;
    if (report.said === "started") return this.#options.onLocked(feed.source);
    if (report.said === "ended") return this.#step(feed, { kind: "said ended", code: report.code });
    this.#step(feed, { kind: "said uncovered" });
    if (feed.state.standing === "waiting") this.#tell({ kind: "said uncovered" });
  }

  #step(feed: Feed<Source>, event: FeedEvent): void {
    const { state, effects } = stepFeed(feed.state, event);
    feed.state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case "give":
          this.#hand(feed);
          break;
        case "send":
          if (this.#process !== undefined) signalFeed(this.#process, feed.id, effect.signal);
          break;
        case "end":
          this.#over(feed, effect.status);
      }
    }
  }

  /** Has a next logger started for the feeds that wait. If none can be started, they end, and their owner waits. */
  #startAgain(): void {
    const waiting = [...this.#feeds.values()].filter(({ state }) => state.standing === "waiting");
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
      this.#report(() => this.#options.onReplaced(feed.source, pid));
    }
  }

  #hand(feed: Feed<Source>): void {
    if (this.#process === undefined) return;
    giveFeed(this.#kernel, this.#process, feed, (thrown) => {
      rethrowUnlessSysError(thrown);
      // A svlogd that cannot enter its directory ends with the same code.
      this.#step(feed, { kind: "said ended", code: EXIT.fatal });
    });
  }

  // Ends

  #over(feed: Feed<Source>, status: number): void {
    this.forget(feed);
    this.#report(() => this.#options.onEnded(feed.source, feed.pid, status));
  }

  #report(news: () => void): void {
    this.#news.push(news);
    this.#loop.goOn(this.#tellNews);
  }

  #idleIfEmpty(): void {
    if (this.#feeds.size === 0 && this.#process !== undefined) this.#tell({ kind: "idle" });
  }
}
