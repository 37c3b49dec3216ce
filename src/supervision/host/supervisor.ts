/**
 * The machines of pairs put before a kernel: opens what runsv(8) opens, performs effects and feeds every reply back.
 * All services of one process are here, and no call waits.
 */
import type { LogProcess } from "../../loggers/host/broker.ts";
import type { Now } from "../../time/now.ts";
import { SIGNAL } from "../../posix/signal.ts";
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import { type Children } from "../../runtime/children.ts";
import { type Kernel, OPEN, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { type Loop } from "../../runtime/loop.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import type { Reporter } from "../../runtime/reporter.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import {
  type PairEffect,
  type PairEvent,
  step as stepPair,
  wakeAtMs as pairWakeAtMs,
  type Who,
} from "../pair.ts";
import {
  adopted,
  type HookName,
  isCalm,
  listening,
  REFUSED_PAUSE_MS,
  type ServiceEffect,
  type ServiceEvent,
  type ServiceState,
} from "../service.ts";
import type { Voice } from "../voice.ts";
import { Adoption } from "./adoption.ts";
import { Memories } from "./memories.ts";
import { type Line, Posts, Unusable } from "./posts.ts";
import { logConfigIn, Loggers } from "../../loggers/host.ts";
import { StatusFiles } from "./status_files.ts";
import { BOTH, type Post, type Unit } from "./unit.ts";
/** Bytes taken from one control FIFO in one turn. */
const COMMANDS_A_TURN = 64;
/** Effects that another process can notice: before them the status files must be right. */
const NOTICED: ReadonlySet<PairEffect["kind"]> = new Set(["signal", "start", "close pipe", "leave"] as const);
const COMMAND_LETTERS = "udoxtkpcahiq12";

export interface SupervisorOptions {
  /** Every process of a service leads a session of its own (runsvdir -P). */
  readonly newSessions: boolean;
  /** A service has left: told to exit, and gone. */
  readonly onLeft: (key: string) => void;
  readonly voice: Voice;
  /** Absolute path of the program's own file, or of a link to it, to start loggers; undefined: there are none. */
  readonly program: string | undefined;
}

export class Supervisor {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #reporter: Reporter;
  readonly #options: SupervisorOptions;
  readonly #units = new Map<string, Unit>();
  readonly #children: Children;
  /** Log processes of services, by pid. */
  readonly #logs = new Map<number, LogProcess>();
  readonly #posts: Posts;
  readonly #memories: Memories;
  readonly #files: StatusFiles;
  readonly #adoption: Adoption;
  /** From the start until what was there then has been begun. */
  #begins = false;
  #kept: readonly Fd[] = [];
  readonly #loggers: Loggers<Unit>;
  readonly #letters = new Uint8Array(COMMANDS_A_TURN);
  readonly #onControl = (fd: Fd): void => this.#readCommands(fd);
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
    children.onStranger = (ended) => this.#loggers.ended(ended);
    this.#reporter = reporter;
    this.#options = options;
    const line: Line = (name, level, text) => this.#line(name, level, text);
    this.#posts = new Posts(kernel, loop, line, this.#onControl);
    this.#memories = new Memories(kernel);
    this.#files = new StatusFiles(kernel, this.#memories, line);
    this.#adoption = new Adoption(kernel, loop, children, {
      onEnded: (unit, who, pid, status) =>
        this.#feed(unit, { kind: "to", who, event: { kind: "ended", pid, status } }),
      onHandedOver: (unit) => {
        if (this.#has(unit)) this.#files.remember(unit, "log");
      },
      others: (unit) => this.#memories.beside(unit),
      onOwn: (unit, who, pid) => this.#expect(unit, who, pid),
    });
    this.#loggers = new Loggers(kernel, loop, {
      program: options.program,
      logOf: (pid) => this.#logs.get(pid),
      hasHolders: () => this.#adoption.hasHolders,
      dismissHolders: () => this.#adoption.dismissHolders(),
      holdersHaveLeft: () => this.#adoption.holdersHaveLeft(),
      onLocked: (unit) => this.#adoption.handedOver(unit),
      onEnded: (unit, pid, status) => this.#fed(unit, { kind: "ended", pid, status }),
      onReplaced: (unit, pid) => this.#fed(unit, { kind: "replaced", pid }),
    });
  }

  /** Nothing is under way but what is written down: no hook, no command behind one, no service on its way out. */
  get isCalm(): boolean {
    return [...this.#units.values()].every(({ aside, pair: { main, log, leaving } }) =>
      aside || (leaving === "no" && isCalm(main) && (log === undefined || isCalm(log)))
    );
  }

  has(key: string): boolean {
    return this.#units.has(key);
  }

  get size(): number {
    return this.#units.size;
  }

  /** How many descriptors this process may have; some of them stay free. */
  allowDescriptors(most: number): void {
    this.#posts.allowDescriptors(most);
    this.#memories.allowDescriptors(most);
  }

  /**
   * Supervises the directory at `path` under `name`. Returns undefined, or the reason why it cannot be, as the
   * end of runsv's `fatal:` line; then nothing of it is held. With an `identity` it must be that directory, and
   * not another that came under its name meanwhile.
   */
  begin(key: string, path: string, name: string, identity?: string): string | undefined {
    return this.#begin({ key, path, name, identity }, false);
  }

  /** Takes up what a supervisor that died has left of it, to retire that at once. Nothing new is started. */
  beginToRetire(key: string, path: string, name: string, identity: string): void {
    this.#begin({ key, path, name, identity }, true);
  }

  #begin(
    { key, path, name, identity }: {
      readonly key: string;
      readonly path: string;
      readonly name: string;
      readonly identity: string | undefined;
    },
    retires: boolean,
  ): string | undefined {
    let dir: Fd;
    try {
      dir = this.#posts.enter(path, identity);
    } catch (thrown) {
      return `unable to change to directory: ${thrownText(thrown)}`;
    }
    const unit = this.#posts.newUnit({ key, name, path, dir }, this.#onWake);
    try {
      this.#posts.openAll(unit);
      for (const who of BOTH) this.#adopt(unit, who);
    } catch (thrown) {
      this.#children.disown(unit);
      this.#release(unit);
      if (thrown instanceof Unusable) return thrown.message;
      if (thrown instanceof SysError) return thrownText(thrown);
      throw thrown;
    }
    if (retires && BOTH.every((who) => hasNothing(unit.service(who)))) {
      this.#release(unit);
      return undefined;
    }
    this.#units.set(key, unit);
    if (unit.log !== undefined) this.#feed(unit, { kind: "to", who: "log", event: { kind: "publish" } });
    this.#feed(unit, { kind: "to", who: "main", event: { kind: retires ? "retire" : "publish" } });
    return undefined;
  }

  /**
   * Takes up what a supervisor that died has left. One that was about to leave had no more to do; and a log that was
   * given the end of its pipe gets another one, and is wanted as from the start.
   */
  #adopt(unit: Unit, who: Who): void {
    const post = unit.post(who);
    const fresh = unit.service(who);
    if (post === undefined || fresh === undefined) return;
    const memory = this.#memories.read(unit, who);
    if (memory === undefined) return;
    if (memory.want === "exit" && memory.phase === "down" && !memory.starting) return;
    const want = who === "log" && memory.want === "exit" ? fresh.want : memory.want;
    const found = this.#adoption.take(unit, who, memory);
    if (who === "log" && want !== "up") this.#adoption.handOver(unit);
    if (found.kind === "alive") {
      post.notBeforeNs = memory.notBeforeNs;
      post.notAfterNs = memory.starting ? this.#kernel.bootNs() : memory.notAfterNs;
    }
    const state = adopted(who, { ...memory, want }, found, this.#now());
    unit.pair = who === "main" ? { ...unit.pair, main: state } : { ...unit.pair, log: state };
  }

  /** The FIFOs that commands come by, and that tell that somebody supervises; and log pipes. */
  fifos(): Fd[] {
    return [...this.#units.values()].flatMap(({ main, log, pipe }) =>
      [
        ...[main, log].flatMap((post) => post === undefined ? [] : [post.control, post.ok]),
        ...(pipe?.isNamed === true ? [pipe.read, pipe.write] : []),
      ].filter((fd) => fd >= 0)
    );
  }

  /**
   * From here on children that end before their services have begun are remembered for these; and what the life
   * before this one has left open stays open. To be called before anything is opened.
   */
  expectBeginnings(): void {
    this.#begins = true;
    this.#kept = this.#kernel.keptFromLastLife();
  }

  /** Whatever was there at the start has begun. Those that ended before nobody tells of any more. */
  allBegun(): void {
    if (!this.#begins) return;
    this.#begins = false;
    this.#adoption.allBegun();
    for (const fd of this.#kept) this.#kernel.close(fd);
    this.#kept = [];
    this.#children.reap();
  }

  /** As `x` on the service, which `u` takes back. */
  exit(key: string): void {
    const unit = this.#units.get(key);
    if (unit !== undefined) this.#command(unit, "main", "x");
  }

  /** Told to exit for good. One that was set aside would never answer, and must hold up nobody. */
  retire(key: string): void {
    const unit = this.#units.get(key);
    if (unit === undefined) return;
    if (unit.aside) this.#leave(unit);
    else this.#feed(unit, { kind: "to", who: "main", event: { kind: "retire" } });
  }

  /** For good: from now on nobody joins a logger. */
  retireAll(): void {
    this.#loggers.broker.close();
    for (const key of [...this.#units.keys()]) this.retire(key);
  }

  /** The process ends at once, and its services go on. */
  abandon(): void {
    this.#loggers.tree.hurry();
  }

  /** After the last service: its loggers leave, and then `done` is called. */
  leave(done: () => void): void {
    this.#loggers.leave(done);
  }

  // Running

  #now(): Now {
    return { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
  }

  #readCommands(fd: Fd): void {
    const child = this.#posts.of(fd);
    if (child === undefined) return;
    const n = this.#kernel.read(fd, this.#letters);
    // The bytes are taken out first: feeding may come back here for another service.
    let letters = "";
    for (let i = 0; i < n && n !== WOULD_BLOCK; i++) {
      const letter = String.fromCharCode(this.#letters[i] ?? 0);
      if (COMMAND_LETTERS.includes(letter)) letters += letter;
    }
    for (const letter of letters) this.#command(child.unit, child.who, letter);
  }

  #command(unit: Unit, who: Who, letter: string): void {
    this.#feed(unit, { kind: "to", who, event: { kind: "command", letter } });
  }

  /** Steps the machine with an event and with every reply that its effects bring, then sees to pipe and clock. */
  #feed(unit: Unit, event: PairEvent): void {
    if (unit.aside || !this.#has(unit)) return;
    try {
      this.#play(unit, event);
      if (!this.#has(unit)) return;
      unit.listenAtMs = Infinity;
      this.#minds(unit, "main");
      this.#minds(unit, "log");
      this.#loop.schedule(unit, Math.min(pairWakeAtMs(unit.pair), unit.listenAtMs));
    } catch (thrown) {
      unit.aside = true;
      this.#loop.schedule(unit, Infinity);
      this.#line(unit.name, "fatal", `internal fault, service is set aside: ${thrownText(thrown)}`);
    }
  }

  /** False for one that has left, whose descriptors are closed. */
  #has(unit: Unit): boolean {
    return this.#units.get(unit.key) === unit;
  }

  /**
   * The clocks are read once for an event and all that follows from it, but again when a program has been started,
   * which takes time. The status files are written once for all of it: before anything that another process can
   * notice (`#noticed`), and at the end.
   */
  #play(unit: Unit, first: PairEvent): void {
    const events = [first];
    let now = this.#now();
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      const { state, effects } = stepPair(unit.pair, event, now);
      unit.pair = state;
      for (const effect of effects) {
        const reply = this.#perform(unit, effect, events);
        if (reply !== undefined) events.push(reply);
        if (effect.kind === "start") now = this.#now();
      }
      if (events.length > 0) continue;
      for (const post of [unit.main, unit.log]) if (post?.owesStop === true) owe(post, false);
      this.#noticed(unit, events);
    }
  }

  /** Whatever is about to happen, the status files tell the state that led to it. */
  #noticed(unit: Unit, events: PairEvent[]): void {
    for (const who of BOTH) {
      const post = unit.post(who);
      if (post === undefined || !(post.stale || post.forgetful)) continue;
      const { stale } = post;
      post.stale = post.forgetful = false;
      const event = stale ? this.#files.publish(unit, who) : this.#files.remember(unit, who);
      if (event !== undefined) events.push({ kind: "to", who, event });
    }
  }

  /** Leaves the control FIFO unread while commands wait behind a hook. */
  #minds(unit: Unit, who: Who): void {
    const post = unit.post(who);
    const service = unit.service(who);
    if (post === undefined || service === undefined) return;
    const pause = !listening(service);
    if (pause === post.paused) return;
    if (pause) this.#loop.unwatch(post.control);
    else if (!this.#listens(unit, post.control)) return;
    post.paused = pause;
  }

  /** Out of memory, or of what one user may watch: it is tried again, and the commands stay in the pipe. */
  #listens(unit: Unit, control: Fd): boolean {
    try {
      this.#loop.watch(control, "read", this.#onControl);
      return true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      unit.listenAtMs = this.#kernel.monotonicMs() + REFUSED_PAUSE_MS;
      return false;
    }
  }

  #perform(unit: Unit, effect: PairEffect, events: PairEvent[]): PairEvent | undefined {
    this.#foretold(unit, effect);
    if (NOTICED.has(effect.kind)) this.#noticed(unit, events);
    switch (effect.kind) {
      case "look at pipe":
        return { kind: "pipe looked at", holdsLines: this.#pipeHoldsLines(unit) };
      case "close pipe":
        this.#closePipe(unit);
        return undefined;
      case "leave":
        this.#leave(unit);
        return undefined;
      default: {
        const event = this.#performFor(unit, effect.who, effect, events);
        return event === undefined ? undefined : { kind: "to", who: effect.who, event };
      }
    }
  }

  /** What will have been done although nobody knows it, should this process die in the midst of it. */
  #foretold(unit: Unit, effect: PairEffect): void {
    if (effect.kind !== "start" && effect.kind !== "signal") return;
    const post = unit.post(effect.who);
    if (post === undefined) return;
    if (effect.kind === "signal") return effect.signal === SIGNAL.TERM ? owe(post, true) : undefined;
    post.starting = post.forgetful = true;
    post.notBeforeNs = this.#kernel.bootNs();
    post.notAfterNs = 0n;
  }

  #performFor(unit: Unit, who: Who, effect: ServiceEffect, events: PairEvent[]): ServiceEvent | undefined {
    switch (effect.kind) {
      case "publish": {
        const post = unit.post(who);
        if (post !== undefined) post.stale = true;
        return undefined;
      }
      case "signal":
        return this.#signal(unit, who, effect);
      case "hook":
        return this.#startHook(unit, who, effect.name, events);
      case "start":
        return this.#start(unit, who, effect);
      case "probe finish":
        return { kind: this.#finishOpens(unit.dir) ? "finish found" : "finish absent" };
      case "report":
        this.#reportOnce(unit, effect);
        return undefined;
    }
  }

  #reportOnce(unit: Unit, { level, text }: ServiceEffect & { readonly kind: "report" }): void {
    const again = level === "warning" && text === unit.warned;
    if (level === "warning") unit.warned = text;
    if (!again) this.#line(unit.name, level, text);
  }

  #signal(
    unit: Unit,
    who: Who,
    { pid, signal }: ServiceEffect & { readonly kind: "signal" },
  ): undefined {
    if (who === "log" && unit.feed !== undefined) return void this.#loggers.tree.signal(unit.feed, signal);
    try {
      if (!this.#adoption.signal(pid, signal)) this.#kernel.kill(pid, signal);
    } catch (thrown) {
      // ESRCH: it has ended and is about to be reaped.
      if (errnoOf(thrown) !== ERRNO.ESRCH) {
        this.#line(unit.name, "warning", `unable to send signal ${signal}: ${thrownText(thrown)}`);
      }
    }
  }

  #finishOpens(dir: Fd): boolean {
    try {
      this.#kernel.close(this.#kernel.open(dir, "finish", OPEN.read | OPEN.nonBlock));
      return true;
    } catch (thrown) {
      const errno = errnoOf(thrown);
      // Out of descriptors or memory, which the child that runs it does not need.
      return SHORTAGES.has(errno) && this.#posts.exists(dir, "finish");
    }
  }

  /** Used when its owner may execute it, as runsv tests it. */
  #startHook(unit: Unit, who: Who, name: HookName, events: PairEvent[]): ServiceEvent {
    const path = `control/${name}`;
    try {
      if ((this.#kernel.stat(unit.dir, path).mode & 0o100) === 0) return { kind: "hook absent" };
    } catch (thrown) {
      if (errnoOf(thrown) !== ERRNO.ENOENT) {
        this.#line(unit.name, "warning", `unable to stat ${path}: ${thrownText(thrown)}`);
      }
      return { kind: "hook absent" };
    }
    this.#noticed(unit, events);
    return this.#spawned(unit, who, "hook started", path, [path], `unable to run ${path}`);
  }

  #start(unit: Unit, who: Who, effect: ServiceEffect & { readonly kind: "start" }): ServiceEvent {
    const event = this.#tryToStart(unit, who, effect);
    const post = unit.post(who);
    if (post === undefined) return event;
    post.starting = false;
    post.forgetful = true;
    if (event.kind === "started") post.notAfterNs = this.#kernel.bootNs();
    return event;
  }

  #tryToStart(unit: Unit, who: Who, effect: ServiceEffect & { readonly kind: "start" }): ServiceEvent {
    if (who === "log") return this.#startLog(unit);
    const path = `./${effect.what}`;
    const argv = effect.what === "run" ? [path] : [path, `${effect.code}`, `${effect.signal}`];
    return this.#spawned(
      unit,
      who,
      "started",
      path,
      argv,
      `unable to start ${path}`,
    );
  }

  // The log

  /** `log/run`; where there is none but a `log/config`, the tree's logger or a svlogd of its own. */
  #startLog(unit: Unit): ServiceEvent {
    let complaint = "unable to start log/./run";
    try {
      const config = logConfigIn(this.#kernel, unit.dir);
      if (config === undefined) {
        this.#adoption.handOver(unit);
        this.#loggers.broker.open();
        return this.#spawned(unit, "log", "started", "./run", ["./run"], complaint);
      }
      complaint = "unable to start a logger for log";
      if (!config.needsOwn && this.#loggers.tree.isUsable) return this.#beginFeed(unit);
      this.#adoption.handOver(unit);
      const program = this.#loggers.program();
      const argv = ["denit", "svlogd", "--config", "config", ...config.options, "main"];
      return this.#spawned(unit, "log", "started", program, argv, complaint);
    } catch (thrown) {
      return notStarted(thrown, complaint);
    }
  }

  #beginFeed(unit: Unit): ServiceEvent {
    unit.feed = this.#loggers.tree.begin(unit);
    unit.warned = "";
    return { kind: "started", pid: unit.feed.pid };
  }

  /** What the tree's logger has to say about the log of a service. */
  #fed(unit: Unit, event: ServiceEvent): void {
    if (event.kind === "ended") unit.feed = undefined;
    this.#feed(unit, { kind: "to", who: "log", event });
  }

  /** The reading end is kept for a feed: should its logger die now, the next one reads on. */
  #closePipe(unit: Unit): void {
    if (unit.feed === undefined) return this.#posts.closePipe(unit);
    this.#posts.closeWritingEnd(unit);
    this.#loggers.tree.drain(unit.feed);
  }

  // Programs

  #spawned(
    unit: Unit,
    who: Who,
    kind: "started" | "hook started",
    path: string,
    argv: readonly string[],
    complaint: string,
  ): ServiceEvent {
    try {
      const pid = this.#kernel.spawn({
        path,
        argv,
        directoryFd: unit.dir,
        newSession: this.#options.newSessions,
        ...this.#streams(unit, who),
      });
      this.#expect(unit, who, pid);
      this.#memories.lastPid = pid;
      unit.warned = "";
      return { kind, pid };
    } catch (thrown) {
      return notStarted(thrown, complaint);
    }
  }

  #expect(unit: Unit, who: Who, pid: number): void {
    if (who === "log") this.#logs.set(pid, { asked: 0 });
    this.#children.expect(pid, unit, (status) => {
      if (who === "log") this.#logs.delete(pid);
      this.#feed(unit, { kind: "to", who, event: { kind: "ended", pid, status } });
    });
  }

  #streams(unit: Unit, who: Who): { stdin?: Fd; stdout?: Fd; directoryPath?: string } {
    if (who === "log") {
      return { directoryPath: "log", ...(unit.pipe === undefined ? {} : { stdin: unit.pipe.read }) };
    }
    return unit.pipe === undefined || unit.pipe.write < 0 ? {} : { stdout: unit.pipe.write };
  }

  #pipeHoldsLines(unit: Unit): boolean {
    return unit.pipe !== undefined && this.#kernel.poll(unit.pipe.read, "read", 0);
  }

  #leave(unit: Unit): void {
    this.#loop.schedule(unit, Infinity);
    this.#units.delete(unit.key);
    if (unit.feed !== undefined) this.#loggers.tree.forget(unit.feed);
    // One that was set aside may have left something behind.
    if (!unit.aside) this.#posts.forget(unit);
    this.#release(unit);
    this.#options.onLeft(unit.key);
  }

  #release(unit: Unit): void {
    this.#adoption.forget(unit);
    this.#posts.closeAll(unit);
  }

  #line(name: string, level: string, text: string): void {
    this.#reporter.line(this.#options.voice(name, level, text));
  }
}

/** No process, and no end of one that was not seen. */
function hasNothing(service: ServiceState | undefined): boolean {
  return service === undefined ||
    (service.pid === 0 && service.ended === undefined && service.phase === "down");
}

function owe(post: Post, stop: boolean): void {
  post.owesStop = stop;
  post.forgetful = true;
}

/** What could not be made a process is tried again later; everything else is the program's own fault. */
function notStarted(thrown: unknown, complaint: string): ServiceEvent {
  if (!(thrown instanceof SysError)) throw thrown;
  const text = errnoText(thrown.errno);
  if (thrown.call !== "exec") return { kind: "not started", why: "refused", text };
  return { kind: "not started", why: "unusable", text: `${complaint}: ${text}` };
}
