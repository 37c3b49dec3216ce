/**
 * Loggers as actors: what `svlogfleet` does, and what a svlogd does that joins one, as far as a fleet can see it.
 *
 * They know what must never happen to a log: two that read one pipe at a time, two loggers of one tree, a log that is
 * given twice.
 */
import {
  decodeOrder,
  encodeFrame,
  encodeMessage,
  fleetName,
  type Order,
  type Report,
} from "../../src/logging/joining.ts";
import { bytesOf, byteString } from "../../src/sys/bytes.ts";
import { type Actor, type Actors, ORPHANED } from "./actors.ts";
import type { Pipe } from "../kernel/pipe.ts";
import { type Listener, type Passed, Socket } from "../kernel/socket.ts";
import type { Directory } from "../kernel/tree.ts";
import type { World } from "../kernel/world.ts";

/** The temper of loggers at the moment. */
export type Temper = "is quick" | "is slow" | "refuses" | "dies soon" | "fails at once" | "talks nonsense";

/** A thing that was passed, as the kernel knows it. */
export interface Given {
  readonly pipe: Pipe | undefined;
  readonly socket: Socket | undefined;
  readonly directory: Directory | undefined;
}

interface Feed {
  readonly id: number;
  readonly pipe: Pipe;
  readonly directory: Directory | undefined;
  readonly passed: readonly Passed[];
  /** The connection of a svlogd that joined. */
  readonly connection: Socket | undefined;
  reads: boolean;
  paused: boolean;
  busy: boolean;
}

/** The idle time after which svlogfleet leaves, or asks to. */
const IDLE_MS = 5000;
const FAILED = 111;
/** The time for which an orphan holds the feeds that it has not begun. */
const HOLD_MS = 3000;
const AGAIN_MS = 20;
/** The number of times that a svlogd asks to be let in. */
const ASKS_MOST = 3;

export class Loggers {
  temper: Temper = "is quick";
  readonly #world: World;
  readonly #actors: Actors;
  readonly #given: (passed: Passed) => Given;
  readonly #alive = new Map<number, Logger>();
  /** The socket at which the fleet listens; undefined while it does not. */
  listener: Listener | undefined;
  fleetPid = 0;

  constructor(world: World, actors: Actors, given: (passed: Passed) => Given) {
    this.#world = world;
    this.#actors = actors;
    this.#given = given;
    actors.onLogBegins = (actor) => this.#mayJoin(actor);
  }

  /** The number of loggers of the fleet that is there now. */
  get count(): number {
    return [...this.#alive.values()].filter(({ isOrphan }) => !isOrphan).length;
  }

  /** Tells that the fleet has executed itself. The loggers are its children still, and hear no more of it. */
  leaveBehind(): void {
    for (const logger of this.#alive.values()) logger.leaveBehind();
  }

  /** A process of `svlogfleet IDENTITY` begins. */
  begin(identity: string, control: Socket): number {
    if (
      identity === "own" && [...this.#alive.values()].some((logger) => logger.isOfTree && !logger.isOrphan)
    ) {
      this.#world.violate("a tree has one logger", "a second one starts");
    }
    const actor = this.#actors.beginLogger(`svlogfleet ${identity}`);
    const logger = new Logger(this, this.#world, actor, identity, control, this.#given);
    this.#alive.set(actor.pid, logger);
    return actor.pid;
  }

  /** Tells that the logger's process has ended, in any way. */
  ended(actor: Actor): void {
    this.#alive.delete(actor.pid);
  }

  /** True when a logger has the log, and so its lock. The logger may belong to a fleet that is gone. */
  isLocked(log: Directory | undefined): boolean {
    return log !== undefined &&
      [...this.#alive.values()].some((logger) => logger.isOfTree && logger.reads(log));
  }

  end(actor: Actor, status: number): void {
    this.#actors.end(actor, status);
  }

  /** The pid of the tree's logger, if that reads the log of this directory. */
  readerOf(log: Directory): number | undefined {
    for (const logger of this.#alive.values()) if (logger.isOfTree && logger.reads(log)) return logger.pid;
    return undefined;
  }

  /** Settles the loggers: from here on they do what they should, and no log is paused. */
  settle(): void {
    this.temper = "is quick";
    for (const logger of this.#alive.values()) logger.settle();
  }

  // A svlogd that wants to join

  #mayJoin(actor: Actor): void {
    const isSvlogd = actor.service.character.log === "joins" && !actor.label.includes("--config");
    if (isSvlogd) this.#asks(actor);
  }

  #asks(actor: Actor): void {
    const { service } = actor;
    const stdin = actor.stdin?.pipe;
    if (stdin === undefined) return;
    const us = { pid: actor.pid, uid: 0, gid: 0, groups: [] };
    const connection = this.listener?.name === fleetName(this.fleetPid)
      ? this.listener.connect(us, { ...us, pid: this.fleetPid })
      : undefined;
    if (connection === undefined) return actor.asks > 0 ? this.#actors.goesAlone(actor) : undefined;
    actor.asks++;
    actor.connection = connection;
    connection.onChange = () => this.#answered(actor, connection);
    const frame = encodeFrame({
      key: `1:${service.directory.number % 2}`,
      root: "1:1",
      fileKeys: ["1:2"],
      options: OPTIONS,
    });
    const text = frame === undefined ? "" : byteString(frame, 0, frame.length);
    const { random } = this.#world;
    const what = this.temper === "talks nonsense" ? random.pick(["nothing", "half", "nonsense"]) : "frame";
    if (what === "nothing") return;
    stdin.openEnd(true, false);
    const passed = { file: { pipe: stdin }, release: () => stdin.closeEnd(true, false) };
    const said = { half: text.slice(0, 9), nonsense: "nonsense", frame: text }[what];
    connection.send(said ?? "", [passed]);
  }

  /** `joined`: it stays, and reads nothing. An end before that: it writes by itself. Later: it ends, too. */
  #answered(actor: Actor, connection: Socket): void {
    if (actor.state !== "alive") return;
    const text = connection.take()?.text;
    if (text === "joined\n") actor.hasJoined = true;
    else if (text !== undefined) this.#actors.end(actor, Number(text) << 8);
    else if (connection.isEnded && actor.hasJoined) this.#actors.end(actor, FAILED << 8);
    else if (connection.isEnded && actor.asks < ASKS_MOST) this.#asks(actor);
    else if (connection.isEnded) this.#actors.goesAlone(actor);
  }
}

const OPTIONS = {
  stamp: 2,
  replacement: undefined,
  replaced: "",
  lineBytes: 1000,
  bufferBytes: 1024,
  verbose: false,
  directories: ["/var/log/one"],
} as const;

class Logger {
  readonly #loggers: Loggers;
  readonly #world: World;
  readonly #actor: Actor;
  readonly #identity: string;
  readonly #control: Socket;
  readonly #given: (passed: Passed) => Given;
  readonly #feeds = new Map<number, Feed>();
  /** Log directories it may write to; undefined before it is sealed. */
  #covered: Set<Directory> | undefined;
  readonly #unsent: string[] = [];
  #leaves = false;
  #fleetGone = false;
  #isLeftBehind = false;
  #looksSoon = false;
  #joins = 0;
  #lastJoin = 0;
  #idleSince = 0;

  constructor(
    loggers: Loggers,
    world: World,
    actor: Actor,
    identity: string,
    control: Socket,
    given: (passed: Passed) => Given,
  ) {
    this.#loggers = loggers;
    this.#world = world;
    this.#actor = actor;
    this.#identity = identity;
    this.#control = control;
    this.#given = given;
    control.onChange = () => this.look();
    actor.onEnd = () => this.#ended();
    actor.onOrphaned = () => this.#orphaned();
    actor.onGoOn = () => this.#lookAtAll();
    this.#world.after(0, () => this.look());
    this.#idles();
  }

  get isOrphan(): boolean {
    return this.#actor.orphan || this.#isLeftBehind;
  }

  leaveBehind(): void {
    this.#isLeftBehind = true;
    this.#orphaned();
  }

  /** Gives its pipes to an orphan: a process that reads beside it now finds the directory locked. */
  #orphaned(): void {
    if (!this.isOfTree) return;
    for (const { pipe } of this.#feeds.values()) {
      if (pipe.reader === this.#actor.label) pipe.reader = ORPHANED;
    }
  }

  get isOfTree(): boolean {
    return this.#identity === "own";
  }

  get pid(): number {
    return this.#actor.pid;
  }

  reads(directory: Directory): boolean {
    return [...this.#feeds.values()].some((feed) => feed.directory === directory && feed.reads);
  }

  settle(): void {
    for (const feed of this.#feeds.values()) feed.paused = false;
    this.#lookAtAll();
  }

  get #active(): boolean {
    return this.#actor.state === "alive" && !this.#actor.stopped;
  }

  #delayMs(): number {
    return this.#world.random.between(0, this.#loggers.temper === "is slow" ? 3000 : 5);
  }

  #lookAtAll(): void {
    this.look();
    for (const feed of this.#feeds.values()) this.#readSoon(feed);
  }

  /** A little later it reads one order, and then the next. */
  look(): void {
    if (this.#looksSoon || this.#fleetGone || !this.#control.isReadable) return;
    this.#looksSoon = true;
    this.#world.after(this.#delayMs(), () => {
      this.#looksSoon = false;
      if (!this.#active || this.#leaves) return;
      if (this.#loggers.temper === "dies soon" && this.#world.random.chance(0.3)) {
        return this.#loggers.end(this.#actor, this.#world.random.pick([FAILED << 8, 9, 11]));
      }
      if (this.#loggers.temper === "fails at once") return this.#loggers.end(this.#actor, FAILED << 8);
      this.#order();
      this.look();
    });
  }

  #order(): void {
    if (this.#control.isEnded) {
      this.#fleetGone = true;
      this.#control.onChange = undefined;
      if (this.isOfTree && this.#covered === undefined && this.#feeds.size > 0) this.#holds();
      return this.#leaveIfAlone();
    }
    const message = this.#control.take();
    if (message === undefined) return;
    const order = decodeOrder(bytesOf(message.text), message.text.length);
    this.#world.note(`logger ${this.pid} hears ${message.text}`);
    if (order === undefined) return this.#world.violate("orders make sense", message.text);
    this.#obey(order, message.passed);
  }

  /** Holds the feeds that the logger has not begun for the next fleet. If no fleet comes, the logger begins them. */
  #holds(): void {
    this.#world.after(HOLD_MS, () => {
      if (this.#active) return this.#seal();
      if (this.#actor.state === "alive") this.#holds();
    });
  }

  #obey(order: Order, passed: readonly Passed[]): void {
    switch (order.do) {
      case "feed":
        return this.#feed(order.id, passed);
      case "seal":
        return this.#seal();
      case "signal":
        return this.#signal(order.id, order.signal);
      case "leave":
        this.#leaves = true;
        return this.#world.after(this.#delayMs(), () => this.#leave());
      case "join":
        return this.#join(passed);
    }
  }

  #leave(): void {
    if (this.#active) return this.#loggers.end(this.#actor, 0);
    if (this.#actor.state === "alive") this.#world.after(100, () => this.#leave());
  }

  #say(report: Report): void {
    if (this.#loggers.temper === "talks nonsense" && this.#world.random.chance(0.5)) {
      this.#control.send(
        this.#world.random.pick([
          "nonsense",
          '{"said":"ended","id":-1}',
          '{"said":"ended","id":9999,"code":0}',
        ]),
      );
    }
    const bytes = encodeMessage(report);
    this.#unsent.push(byteString(bytes, 0, bytes.length));
    if (this.#unsent.length === 1) this.#sendMore();
  }

  /** Sends what is left. Messages that the socket does not take now are sent a little later. */
  #sendMore(): void {
    if (this.#actor.state !== "alive") return;
    for (let [next] = this.#unsent; next !== undefined; [next] = this.#unsent) {
      if (this.#control.send(next) === false) return this.#world.after(AGAIN_MS, () => this.#sendMore());
      this.#unsent.shift();
    }
  }

  // Feeds of the tree

  #feed(id: number, passed: readonly Passed[]): void {
    const [pipe, log] = passed.map((one) => this.#given(one));
    if (pipe?.pipe === undefined || log?.directory === undefined) {
      return this.#world.violate("a log is given with its pipe and its directory", `${id}`);
    }
    if (this.#feeds.has(id)) this.#world.violate("a log is given once", `${id}`);
    const feed = { ...NEW_FEED, id, pipe: pipe.pipe, directory: log.directory, passed };
    if (this.#covered !== undefined && !this.#covered.has(log.directory)) {
      this.#release(feed);
      return this.#say({ said: "uncovered", id });
    }
    this.#feeds.set(id, feed);
    if (this.#covered !== undefined) this.#begin(feed);
  }

  #seal(): void {
    this.#covered = new Set();
    for (const { directory } of this.#feeds.values()) {
      if (directory !== undefined) this.#covered.add(directory);
    }
    for (const feed of this.#feeds.values()) this.#begin(feed);
  }

  #begin(feed: Feed): void {
    if (this.#loggers.temper === "refuses" && this.#world.random.chance(0.5)) return this.#over(feed, FAILED);
    if (this.#loggers.isLocked(feed.directory)) return this.#over(feed, FAILED);
    const { reader } = feed.pipe;
    // A shared logger notices a little later that somebody killed a svlogd that is there in its place.
    if (this.isOfTree && reader !== undefined && !/^svlogfleet \d/.test(reader)) {
      this.#world.violate("a pipe has one reader at a time", `${this.#actor.label} reads beside ${reader}`);
    }
    // A logger takes what lies in its socket, also when its fleet died meanwhile: then it holds the lock as an orphan.
    feed.pipe.reader = this.isOfTree && this.isOrphan ? ORPHANED : this.#actor.label;
    feed.reads = true;
    feed.pipe.waiting.set(feed, () => this.#readSoon(feed));
    if (this.isOfTree) this.#say({ said: "started", id: feed.id });
    this.#readSoon(feed);
  }

  #readSoon(feed: Feed): void {
    if (feed.busy || !feed.reads || feed.paused) return;
    if (feed.pipe.text === "" && feed.pipe.writers > 0) return;
    feed.busy = true;
    this.#world.after(this.#delayMs(), () => {
      feed.busy = false;
      if (!this.#active || this.#leaves || feed.paused || !feed.reads) return;
      feed.pipe.take(Infinity);
      if (feed.pipe.writers === 0) this.#over(feed, 0);
    });
  }

  #signal(id: number, signal: number): void {
    if (this.#covered === undefined) this.#world.violate("signals are for those that can hear them", `${id}`);
    const feed = this.#feeds.get(id);
    if (feed === undefined) return;
    if (signal === 15 || signal === 9) return this.#over(feed, 0);
    if (signal === 19) feed.paused = true;
    if (signal !== 18) return;
    feed.paused = false;
    this.#readSoon(feed);
  }

  #over(feed: Feed, code: number): void {
    if (this.#feeds.get(feed.id) !== feed) return;
    if (feed.connection !== undefined) feed.connection.send(`${code}`);
    this.#release(feed);
    if (feed.connection === undefined) this.#say({ said: "ended", id: feed.id, code });
    if (this.#feeds.size === 0) this.#idles();
    this.#leaveIfAlone();
  }

  #release(feed: Feed): void {
    this.#feeds.delete(feed.id);
    if (feed.connection !== undefined) feed.connection.onChange = undefined;
    const isReader = feed.pipe.reader === this.#actor.label || feed.pipe.reader === ORPHANED;
    if (feed.reads && isReader) feed.pipe.reader = undefined;
    feed.pipe.waiting.delete(feed);
    feed.reads = false;
    for (const one of feed.passed) one.release();
  }

  /** Leaves if the fleet is gone and the logger has no work left. */
  #leaveIfAlone(): void {
    if (this.#fleetGone && this.#feeds.size === 0) this.#world.after(this.#delayMs(), () => this.#leave());
  }

  // Those that join

  #join([passed]: readonly Passed[]): void {
    const connection = passed === undefined ? undefined : this.#given(passed).socket;
    this.#joins++;
    if (connection === undefined) return this.#world.violate("who joins is passed on", "nobody");
    const message = connection.take();
    const pipe = message?.passed[0] === undefined ? undefined : this.#given(message.passed[0]).pipe;
    const all = [...message?.passed ?? [], ...passed === undefined ? [] : [passed]];
    if (pipe === undefined || this.#loggers.temper === "refuses") {
      for (const one of all) one.release();
      return this.#idles();
    }
    const feed = { ...NEW_FEED, id: ++this.#lastJoin, pipe, connection, passed: all };
    this.#feeds.set(feed.id, feed);
    connection.onChange = () => {
      // Somebody killed the svlogd that is there in its place.
      if (connection.isEnded) this.#world.after(0, () => this.#over(feed, 0));
    };
    connection.send("joined\n");
    this.#begin(feed);
  }

  #idles(): void {
    if (this.isOfTree) return;
    const since = this.#idleSince = this.#world.nowMs;
    this.#world.after(IDLE_MS, () => {
      if (this.#actor.state !== "alive" || this.#feeds.size > 0 || this.#idleSince !== since) return;
      if (this.#active) this.#say({ said: "idle", joins: this.#joins });
      else this.#idles();
    });
  }

  #ended(): void {
    this.#loggers.ended(this.#actor);
    for (const feed of [...this.#feeds.values()]) this.#release(feed);
    this.#control.close();
  }
}

const NEW_FEED = { directory: undefined, connection: undefined, reads: false, paused: false, busy: false };
