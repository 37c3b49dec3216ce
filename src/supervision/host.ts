/**
 * Supervision done: the machines of pairs and of the scan, put before a kernel.
 *
 * `Supervisor` has the services of one process: it opens what runsv(8) opens, performs effects and feeds every
 * reply back. `runsv` gives it one directory, `Fleet` (runsvdir) a directory of them. All of it runs in one loop;
 * no call waits.
 */
import {
  CHANGE,
  type Change,
  CWD,
  type Fd,
  type FileStat,
  type Held,
  type Kernel,
  OPEN,
  SIGNAL,
  WOULD_BLOCK,
} from "../runtime/kernel.ts";
import { Loop, type Sleeper, TURN_BUDGET_MS } from "../runtime/loop.ts";
import { PathWatch } from "../runtime/path_watch.ts";
import { errnoText, thrownText } from "../runtime/report.ts";
import { Reporter } from "../runtime/reporter.ts";
import { ERRNO, errnoOf, SysError } from "../sys/error.ts";
import {
  newPair,
  type PairEffect,
  type PairEvent,
  type PairState,
  step as stepPair,
  wakeAtMs as pairWakeAtMs,
  type Who,
} from "./pair.ts";
import {
  type Entry,
  newScan,
  QUIET_MS,
  RETRY_MS,
  type ScanEffect,
  type ScanEvent,
  type ScanState,
  step as stepScan,
  wakeAtMs as scanWakeAtMs,
} from "./scan.ts";
import {
  type HookName,
  listening,
  newService,
  type Now,
  REFUSED_PAUSE_MS,
  type ServiceEffect,
  type ServiceEvent,
  type ServiceState,
} from "./service.ts";
import { RUNSV_VOICE, type Voice } from "./voice.ts";
import { packStatus, pidLine, statLine, STATUS_SIZE } from "./status.ts";
import { scrollTitle, TITLE_MIN } from "./title.ts";

/** Bytes taken from one control FIFO in one turn. */
const COMMANDS_A_TURN = 64;
/** Files that could not be written are tried again after REFUSED_PAUSE_MS. */
const TROUBLE_OVER_MS = 2 * REFUSED_PAUSE_MS;
/** readlink(2) of `supervise` may give so many bytes (runsv.c). */
const LINK_MAX = 255;
/** No service takes these: status files, looks at the directory and probes of finish are opened for a moment. */
const SPARE_DESCRIPTORS = 8;
const BOTH: readonly Who[] = ["main", "log"];
/** What says nothing about the file that was to be opened. */
const SHORTAGES: ReadonlySet<number> = new Set([ERRNO.EMFILE, ERRNO.ENFILE, ERRNO.ENOMEM]);
/** Effects that another process can notice: before them the status files must be right. */
const NOTICED: ReadonlySet<PairEffect["kind"]> = new Set(["signal", "start", "close pipe", "leave"] as const);
const COMMAND_LETTERS = "udoxtkpcahiq12";
/** All that a supervisor hears; those it has no use for must not end it. */
const HEARD = [
  SIGNAL.CHLD,
  SIGNAL.TERM,
  SIGNAL.HUP,
  SIGNAL.INT,
  SIGNAL.QUIT,
  SIGNAL.ALRM,
  SIGNAL.USR1,
  SIGNAL.USR2,
  SIGNAL.PIPE,
  SIGNAL.PWR,
] as const;

/** Why a directory cannot be supervised: the text after `fatal: `. */
class Unusable extends Error {}

/** The open files of one service, or of its log. */
interface Post {
  readonly control: Fd;
  readonly ok: Fd;
  readonly lock: Lock;
  /** Content of the `pid` file; -1 when it has not been written. */
  pidWritten: number;
  /** The FIFO is left unread while commands wait in the inbox. */
  paused: boolean;
  /** The status files do not tell the state yet. */
  stale: boolean;
}

/** `supervise/lock` held: as a descriptor where it cannot be held without one. */
interface Lock {
  readonly fd: Fd;
  readonly held: Held | undefined;
}

/** One supervised directory. */
class Unit implements Sleeper {
  wakeAtMs = Infinity;
  readonly key: string;
  readonly name: string;
  readonly dir: Fd;
  pair: PairState;
  main: Post | undefined;
  log: Post | undefined;
  pipe: { readonly read: Fd; readonly write: Fd } | undefined;
  /** The last failure to write its files. */
  #failure = { errno: 0, atMs: -Infinity };
  /** The last warning of its machine: a fork that is refused at every try is one line, until one is not. */
  warned = "";
  /** A defect in its handling was met: it is left alone. */
  aside = false;
  /** When to try again to watch a control FIFO; Infinity when there is no need. */
  listenAtMs = Infinity;
  readonly #wake: (unit: Unit) => void;

  constructor(key: string, name: string, dir: Fd, pair: PairState, wake: (unit: Unit) => void) {
    this.key = key;
    this.name = name;
    this.dir = dir;
    this.pair = pair;
    this.#wake = wake;
  }

  wake(): void {
    this.#wake(this);
  }

  /**
   * One trouble is one line, whichever file and change meets it. A full disk takes a file now and then: so it is
   * over when nothing has failed for longer than the next try takes, and not with the first success.
   */
  isNews(errno: number, nowMs: number): boolean {
    const { errno: lastErrno, atMs } = this.#failure;
    this.#failure = { errno, atMs: nowMs };
    return errno !== lastErrno || nowMs - atMs > TROUBLE_OVER_MS;
  }

  post(who: Who): Post | undefined {
    return who === "main" ? this.main : this.log;
  }

  service(who: Who): ServiceState | undefined {
    return who === "main" ? this.pair.main : this.pair.log;
  }
}

/** A directory is known by device and inode, whatever its name. */
function identityOf({ device, inode }: FileStat): string {
  return `${device}:${inode}`;
}

interface Child {
  readonly unit: Unit;
  readonly who: Who;
}

export interface SupervisorOptions {
  /** Every process of a service leads a session of its own (runsvdir -P). */
  readonly newSessions: boolean;
  /** A service has left: told to exit, and gone. */
  readonly onLeft: (key: string) => void;
  readonly voice: Voice;
}

export class Supervisor {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #reporter: Reporter;
  readonly #options: SupervisorOptions;
  readonly #units = new Map<string, Unit>();
  #descriptors = Infinity;
  readonly #children = new Map<number, Child>();
  readonly #controls = new Map<Fd, Child>();
  readonly #letters = new Uint8Array(COMMANDS_A_TURN);
  readonly #text = new Uint8Array(128);
  readonly #status = new Uint8Array(STATUS_SIZE);
  readonly #onControl = (fd: Fd): void => this.#readCommands(fd);
  readonly #onWake = (unit: Unit): void => {
    this.#feed(unit, { kind: "to", who: "log", event: { kind: "wake" } });
    this.#feed(unit, { kind: "to", who: "main", event: { kind: "wake" } });
  };
  readonly #reapMore = (): void => this.reap();

  constructor(kernel: Kernel, loop: Loop, reporter: Reporter, options: SupervisorOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#reporter = reporter;
    this.#options = options;
  }

  get size(): number {
    return this.#units.size;
  }

  /** How many descriptors this process may have; some of them stay free. */
  allowDescriptors(most: number): void {
    if (most > 0) this.#descriptors = most;
  }

  /**
   * Supervises the directory at `path` under `name`. Returns undefined, or the reason why it cannot be, as the
   * end of runsv's `fatal:` line; then nothing of it is held. With an `identity` it must be that directory, and
   * not another that came under its name meanwhile.
   */
  begin(key: string, path: string, name: string, identity?: string): string | undefined {
    let dir: Fd;
    try {
      dir = this.#enter(path, identity);
    } catch (thrown) {
      return `unable to change to directory: ${thrownText(thrown)}`;
    }
    const unit = this.#newUnit(key, name, dir);
    try {
      this.#openAll(unit);
    } catch (thrown) {
      this.#closeAll(unit);
      if (thrown instanceof Unusable) return thrown.message;
      if (thrown instanceof SysError) return thrownText(thrown);
      throw thrown;
    }
    this.#units.set(key, unit);
    if (unit.log !== undefined) this.#feed(unit, { kind: "to", who: "log", event: { kind: "publish" } });
    this.#feed(unit, { kind: "to", who: "main", event: { kind: "publish" } });
    return undefined;
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

  retireAll(): void {
    for (const key of [...this.#units.keys()]) this.retire(key);
  }

  /** Collects children that ended, for at most one budget of a turn. */
  reap(): void {
    const begun = this.#kernel.monotonicMs();
    while (this.#kernel.monotonicMs() - begun < TURN_BUDGET_MS) {
      const exit = this.#kernel.reap();
      if (exit === undefined) return;
      // Others are orphans that fell to us: collecting them was all.
      const child = this.#children.get(exit.pid);
      if (child === undefined) continue;
      this.#children.delete(exit.pid);
      this.#feed(child.unit, { kind: "to", who: child.who, event: { kind: "ended", ...exit } });
    }
    this.#loop.goOn(this.#reapMore);
  }

  // Beginning

  /** A place may be held that may not be entered: a look at `.` in it is what chdir(2) would be refused. */
  #enter(path: string, identity: string | undefined): Fd {
    const dir = this.#kernel.open(CWD, path, OPEN.place | OPEN.directory);
    try {
      const found = this.#kernel.stat(dir, ".");
      if (identity !== undefined && identityOf(found) !== identity) throw new Unusable("it was replaced");
      return dir;
    } catch (thrown) {
      this.#kernel.close(dir);
      throw thrown;
    }
  }

  #newUnit(key: string, name: string, dir: Fd): Unit {
    const now = this.#now();
    const main = newService("main", this.#exists(dir, "down") ? "down" : "up", now);
    const log = this.#hasLog(dir, name)
      ? newService("log", this.#exists(dir, "log/down") ? "down" : "up", now)
      : undefined;
    return new Unit(key, name, dir, newPair(main, log), this.#onWake);
  }

  #exists(dir: Fd, path: string): boolean {
    return this.#stat(dir, path) !== undefined;
  }

  #stat(dir: Fd, path: string): FileStat | undefined {
    try {
      return this.#kernel.stat(dir, path);
    } catch (thrown) {
      errnoOf(thrown);
      return undefined;
    }
  }

  #hasLog(dir: Fd, name: string): boolean {
    try {
      if (this.#kernel.stat(dir, "log").kind === "directory") return true;
      this.#line(name, "warning", "./log: not a directory.");
    } catch (thrown) {
      if (errnoOf(thrown) !== ERRNO.ENOENT) {
        this.#line(name, "warning", `unable to stat() ./log: log service disabled.: ${thrownText(thrown)}`);
      }
    }
    return false;
  }

  #openAll(unit: Unit): void {
    const logged = unit.pair.log !== undefined;
    if (logged) unit.pipe = this.#tried("unable to create log pipe", () => this.#kernel.pipe());
    const mainLock = this.#lock(unit.dir, "");
    unit.main = { control: -1, ok: -1, lock: mainLock, pidWritten: -1, paused: false, stale: false };
    if (logged) {
      unit.log = {
        control: -1,
        ok: -1,
        lock: this.#lock(unit.dir, "log/"),
        pidWritten: 0,
        paused: false,
        stale: false,
      };
    }
    let last = this.#openPost(unit, "main", unit.main);
    if (unit.log !== undefined) last = this.#openPost(unit, "log", unit.log);
    // The lowest free number is given out first: so this one tells how many are left.
    if (last + SPARE_DESCRIPTORS >= this.#descriptors) {
      throw new Unusable(`unable to open more files: ${errnoText(ERRNO.EMFILE)}`);
    }
  }

  #tried<T>(complaint: string, action: () => T): T {
    try {
      return action();
    } catch (thrown) {
      if (thrown instanceof SysError) throw new Unusable(`${complaint}: ${errnoText(thrown.errno)}`);
      throw thrown;
    }
  }

  /** `supervise/` made (or the directory its link names), and `supervise/lock` held. */
  #lock(dir: Fd, prefix: string): Lock {
    this.#makeSupervise(dir, prefix);
    const path = `${prefix}supervise/lock`;
    const flags = OPEN.readWrite | OPEN.append | OPEN.create | OPEN.nonBlock;
    const fd = this.#tried(`unable to open ${path}`, () => this.#kernel.open(dir, path, flags, 0o600));
    try {
      if (this.#kernel.lock(fd, false)) return { fd, held: this.#kernel.holdOpen(fd) };
    } catch (thrown) {
      this.#kernel.close(fd);
      throw new Unusable(`unable to lock ${path}: ${thrownText(thrown)}`);
    }
    this.#kernel.close(fd);
    throw new Unusable(`unable to lock ${path}: ${errnoText(ERRNO.EAGAIN)}`);
  }

  #makeSupervise(dir: Fd, prefix: string): void {
    try {
      return this.#kernel.mkdir(dir, `${prefix}supervise`, 0o700);
    } catch (thrown) {
      // It may exist, or be a link whose target is to be made; anything else shows when the lock is opened.
      errnoOf(thrown);
    }
    let target: string;
    try {
      target = this.#kernel.readLink(dir, `${prefix}supervise`);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (errno === ERRNO.ENOENT || errno === ERRNO.EINVAL) return;
      throw new Unusable(`unable to readlink ./${prefix}supervise: ${errnoText(errno)}`);
    }
    if (target.length > LINK_MAX) {
      throw new Unusable(`unable to readlink ./${prefix}supervise: name too long`);
    }
    try {
      this.#kernel.mkdir(dir, target.startsWith("/") ? target : prefix + target, 0o700);
    } catch (thrown) {
      errnoOf(thrown);
    }
  }

  /** Returns the descriptor that was opened last. */
  #openPost(unit: Unit, who: Who, post: Post): Fd {
    const { dir } = unit;
    const prefix = who === "main" ? "supervise/" : "log/supervise/";
    const path = `${prefix}control`;
    this.#makeFifo(dir, path);
    const kind = this.#tried(`unable to stat ${path}`, () => this.#kernel.stat(dir, path)).kind;
    if (kind !== "fifo") throw new Unusable(`${path} exists but is not a fifo`);
    // One descriptor for reading and writing: it never reports that the last writer has gone.
    const flags = OPEN.readWrite | OPEN.nonBlock;
    const control = this.#tried(`unable to open ${path}`, () => this.#kernel.open(dir, path, flags));
    this.#setPost(unit, who, { ...post, control });
    this.#makeFifo(dir, `${prefix}ok`);
    const ok = this.#tried(
      `unable to read ${prefix}ok`,
      () => this.#kernel.open(dir, `${prefix}ok`, OPEN.read | OPEN.nonBlock),
    );
    this.#setPost(unit, who, { ...post, control, ok });
    this.#tried(`unable to watch ${path}`, () => this.#loop.watch(control, "read", this.#onControl));
    this.#controls.set(control, { unit, who });
    return ok;
  }

  /** At once after each open, so that `#closeAll` finds all there is. */
  #setPost(unit: Unit, who: Who, post: Post): void {
    if (who === "main") unit.main = post;
    else unit.log = post;
  }

  #makeFifo(dir: Fd, path: string): void {
    try {
      this.#kernel.mkfifo(dir, path, 0o600);
    } catch (thrown) {
      // It exists as a rule; what else is wrong shows when it is opened.
      errnoOf(thrown);
    }
  }

  #closeAll(unit: Unit): void {
    for (const post of [unit.main, unit.log]) {
      if (post === undefined) continue;
      if (post.control >= 0) {
        this.#loop.unwatch(post.control);
        this.#controls.delete(post.control);
      }
      for (const fd of [post.control, post.ok]) if (fd >= 0) this.#kernel.close(fd);
      if (post.lock.held === undefined) this.#kernel.close(post.lock.fd);
      else this.#kernel.letGo(post.lock.held);
    }
    this.#closePipe(unit);
    this.#kernel.close(unit.dir);
  }

  #closePipe(unit: Unit): void {
    if (unit.pipe === undefined) return;
    this.#kernel.close(unit.pipe.read);
    this.#kernel.close(unit.pipe.write);
    unit.pipe = undefined;
  }

  // Running

  #now(): Now {
    return { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
  }

  #readCommands(fd: Fd): void {
    const child = this.#controls.get(fd);
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
      if (events.length === 0) this.#noticed(unit, events);
    }
  }

  /** Whatever is about to happen, the status files tell the state that led to it. */
  #noticed(unit: Unit, events: PairEvent[]): void {
    for (const who of BOTH) {
      const post = unit.post(who);
      if (post?.stale !== true) continue;
      post.stale = false;
      const event = this.#publish(unit, who);
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
      errnoOf(thrown);
      unit.listenAtMs = this.#kernel.monotonicMs() + REFUSED_PAUSE_MS;
      return false;
    }
  }

  #perform(unit: Unit, effect: PairEffect, events: PairEvent[]): PairEvent | undefined {
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

  #performFor(unit: Unit, who: Who, effect: ServiceEffect, events: PairEvent[]): ServiceEvent | undefined {
    switch (effect.kind) {
      case "publish": {
        const post = unit.post(who);
        if (post !== undefined) post.stale = true;
        return undefined;
      }
      case "signal":
        return this.#signal(unit, effect.pid, effect.signal);
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

  #signal(unit: Unit, pid: number, signal: number): undefined {
    try {
      this.#kernel.kill(pid, signal);
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
      return SHORTAGES.has(errno) && this.#exists(dir, "finish");
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
    const path = `./${effect.what}`;
    const argv = effect.what === "run" ? [path] : [path, `${effect.code}`, `${effect.signal}`];
    return this.#spawned(
      unit,
      who,
      "started",
      path,
      argv,
      `unable to start ${who === "log" ? "log/" : ""}${path}`,
    );
  }

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
      this.#children.set(pid, { unit, who });
      unit.warned = "";
      return { kind, pid };
    } catch (thrown) {
      if (!(thrown instanceof SysError)) throw thrown;
      const text = errnoText(thrown.errno);
      if (thrown.call === "fork") return { kind: "not started", why: "refused", text };
      return { kind: "not started", why: "unusable", text: `${complaint}: ${text}` };
    }
  }

  #streams(unit: Unit, who: Who): { stdin?: Fd; stdout?: Fd; directoryPath?: string } {
    if (who === "log") {
      return { directoryPath: "log", ...(unit.pipe === undefined ? {} : { stdin: unit.pipe.read }) };
    }
    return unit.pipe === undefined ? {} : { stdout: unit.pipe.write };
  }

  #pipeHoldsLines(unit: Unit): boolean {
    return unit.pipe !== undefined && this.#kernel.poll(unit.pipe.read, "read", 0);
  }

  #leave(unit: Unit): void {
    this.#loop.schedule(unit, Infinity);
    this.#units.delete(unit.key);
    this.#closeAll(unit);
    this.#options.onLeft(unit.key);
  }

  // The status files

  #publish(unit: Unit, who: Who): ServiceEvent | undefined {
    const service = unit.service(who);
    const post = unit.post(who);
    if (service === undefined || post === undefined) return undefined;
    const prefix = who === "main" ? "supervise/" : "log/supervise/";
    let part = "pid";
    try {
      if (post.pidWritten !== service.pid) {
        this.#replace(unit.dir, `${prefix}pid`, this.#text, this.#put(pidLine(service.pid)));
        post.pidWritten = service.pid;
      }
      part = "stat";
      this.#replace(unit.dir, `${prefix}stat`, this.#text, this.#put(statLine(service)));
      part = "status";
      packStatus({ ...service, wantUp: service.want === "up" }, this.#status);
      this.#replace(unit.dir, `${prefix}status`, this.#status, STATUS_SIZE);
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof SysError)) throw thrown;
      const text = `unable to ${thrown.call} ${prefix}${part}.new: ${errnoText(thrown.errno)}`;
      if (unit.isNews(thrown.errno, this.#kernel.monotonicMs())) this.#line(unit.name, "warning", text);
      return { kind: "publish failed" };
    }
  }

  #put(line: string): number {
    for (let i = 0; i < line.length; i++) this.#text[i] = line.charCodeAt(i);
    return line.length;
  }

  /** Written beside and renamed, so that a reader sees the old file or the new one. */
  #replace(dir: Fd, path: string, bytes: Uint8Array<ArrayBuffer>, length: number): void {
    const beside = `${path}.new`;
    const fd = this.#kernel.open(
      dir,
      beside,
      OPEN.write | OPEN.create | OPEN.truncate | OPEN.nonBlock,
      0o644,
    );
    try {
      // A disk that is all but full takes a part: as good as nothing.
      if (this.#kernel.write(fd, bytes, length) !== length) {
        throw new SysError({ call: "write", path: beside, errno: ERRNO.ENOSPC });
      }
    } finally {
      this.#kernel.close(fd);
    }
    this.#kernel.rename(dir, beside, path);
  }

  #line(name: string, level: string, text: string): void {
    this.#reporter.line(this.#options.voice(name, level, text));
  }
}

// runsv

/** Exit code of a supervisor that could not begin (runsv.c: fatal). */
const FATAL = 111;

/** Supervises one directory until it is told to exit; returns the exit code. */
export function superviseOne(kernel: Kernel, path: string, voice: Voice = RUNSV_VOICE): number {
  let code = 0;
  const loop = newLoop(kernel, `runsv ${path}`);
  const reporter = new Reporter(kernel, loop, STDERR);
  const supervisor = new Supervisor(kernel, loop, reporter, {
    newSessions: false,
    onLeft: () => loop.stop(),
    voice,
  });
  // Also for what it is not: the limit that children start with is the one found, whatever a launcher made of it.
  kernel.raiseDescriptorLimit();
  const signals = kernel.signals(HEARD);
  loop.watchFirst(signals, () => {
    for (const signal of pendingSignals(kernel, signals)) {
      if (signal === SIGNAL.CHLD) supervisor.reap();
      else if (STOPS.has(signal)) supervisor.exit(ONLY);
    }
  });
  const trouble = supervisor.begin(ONLY, path, path);
  if (trouble !== undefined) {
    reporter.line(voice(path, "fatal", trouble));
    code = FATAL;
    loop.stop();
  }
  loop.run();
  return code;
}

/**
 * What pends now, each once, and before any of it is acted upon: while children are collected others end, and
 * their signals wait for the next turn instead of making this one endless.
 */
function pendingSignals(kernel: Kernel, fd: Fd): ReadonlySet<number> {
  const signals = new Set<number>();
  for (let reads = 0; reads < HEARD.length; reads++) {
    const signal = kernel.nextSignal(fd);
    if (signal === 0) break;
    signals.add(signal);
  }
  return signals;
}

const STDERR: Fd = 2;
const ONLY = "only";
/** runsv ends of its own will on TERM; by HUP, INT and QUIT stock runsv dies and orphans its service. */
const STOPS: ReadonlySet<number> = new Set([SIGNAL.TERM, SIGNAL.HUP, SIGNAL.INT, SIGNAL.QUIT]);

function newLoop(kernel: Kernel, who: string): Loop {
  const loop: Loop = new Loop(kernel, (thrown) => {
    new Reporter(kernel, loop, STDERR).line(`${who}: warning: internal fault: ${thrownText(thrown)}`);
  });
  return loop;
}

// runsvdir

export interface FleetOptions {
  readonly directory: string;
  readonly newSessions: boolean;
  /** The LOG argument, to be written over with what services say on standard error. */
  readonly title: Uint8Array | undefined;
}

/** Supervises a directory of services; returns the exit code (0 for TERM, 111 for HUP). */
export function superviseDirectory(kernel: Kernel, options: FleetOptions): number {
  return new Fleet(kernel, options).run();
}

/** Services begun in one turn: a start of thousands leaves the loop responsive. */
const BEGINNINGS_A_TURN = 8;
/** runsvdir.c writes a dot so often, so that old messages leave the title. */
const TITLE_TICK_MS = 900_000;
/** A new look waits for this many times the duration of the last one, so that a burst of changes costs little. */
const LOOK_PAUSE_FACTOR = 4;
/** After the start, and after a burst of beginnings, the memory that it took is given back, once. */
const SETTLE_MS = 500;
const BURST = 50;
const FILLING = CHANGE.create | CHANGE.modify | CHANGE.attributes | CHANGE.closeWrite | CHANGE.movedTo |
  CHANGE.movedFrom | CHANGE.delete;

class Fleet {
  readonly #kernel: Kernel;
  readonly #options: FleetOptions;
  readonly #loop: Loop;
  readonly #reporter: Reporter;
  readonly #supervisor: Supervisor;
  #scan: ScanState = newScan();
  readonly #scanClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#tell({ kind: "wake" }) };
  readonly #lookClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#look() };
  readonly #settleClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#kernel.releaseMemory() };
  readonly #beginnings: { readonly key: string; readonly name: string }[] = [];
  #begun = 0;
  #changes: Fd = -1;
  #watch: PathWatch | undefined;
  readonly #filling = new Map<number, string>();
  readonly #moved = new Set<string>();
  readonly #troubles = new Map<string, string>();
  #looked = false;
  /** Names that the last look could not look at. */
  #doubtful: string[] = [];
  #lookPauseMs = 0;
  #lookedAtMs = -Infinity;
  #stopping = false;
  #code = 0;

  constructor(kernel: Kernel, options: FleetOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#loop = newLoop(kernel, `runsvdir ${options.directory}`);
    this.#reporter = new Reporter(kernel, this.#loop, STDERR);
    this.#supervisor = new Supervisor(kernel, this.#loop, this.#reporter, {
      newSessions: options.newSessions,
      onLeft: (key) => this.#left(key),
      voice: RUNSV_VOICE,
    });
  }

  run(): number {
    this.#supervisor.allowDescriptors(this.#kernel.raiseDescriptorLimit());
    const signals = this.#kernel.signals(HEARD);
    this.#loop.watchFirst(signals, () => this.#onSignals(signals));
    this.#openTitle();
    this.#watchDirectory();
    this.#look();
    this.#settle();
    this.#loop.run();
    return this.#code;
  }

  #warn(text: string): void {
    this.#reporter.line(`runsvdir ${this.#options.directory}: warning: ${text}`);
  }

  /** One trouble is one line, however often it is met; another text, or its end, is news again. */
  #warnOnce(what: string, text: string): void {
    if (this.#troubles.get(what) === text) return;
    this.#troubles.set(what, text);
    this.#warn(text);
  }

  // Signals

  #onSignals(fd: Fd): void {
    const signals = pendingSignals(this.#kernel, fd);
    if (signals.has(SIGNAL.TERM) && this.#kernel.pid() !== 1) return this.#abandon();
    for (const signal of signals) {
      if (signal === SIGNAL.CHLD) this.#supervisor.reap();
      else if (signal === SIGNAL.ALRM) this.#look();
      else if (STOPS.has(signal)) this.#stop(signal === SIGNAL.TERM ? 0 : FATAL);
    }
  }

  /** runsvdir(8): TERM ends the scanner alone, at once; the services go on. */
  #abandon(): void {
    this.#code = 0;
    this.#loop.stop();
  }

  /** HUP (and what a terminal sends): every service is told to exit; the process leaves when all have. */
  #stop(code: number): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#code = code;
    this.#beginnings.length = 0;
    this.#loop.schedule(this.#scanClock, Infinity);
    this.#supervisor.retireAll();
    this.#leaveWhenEmpty();
  }

  #leaveWhenEmpty(): void {
    if (this.#stopping && this.#supervisor.size === 0) this.#loop.stop();
  }

  #left(key: string): void {
    this.#tell({ kind: "left", key });
    this.#leaveWhenEmpty();
  }

  // The title

  #openTitle(): void {
    const title = this.#options.title;
    if (title === undefined) return;
    try {
      this.#openTitlePipe(title);
    } catch (thrown) {
      this.#warn(`unable to create pipe for log: ${thrownText(thrown)}`);
      return this.#warn("log service disabled.");
    }
    const dot = new Uint8Array([0x2e]);
    const clock: Sleeper = {
      wakeAtMs: Infinity,
      wake: () => {
        scrollTitle(title, dot);
        this.#loop.schedule(clock, this.#kernel.monotonicMs() + TITLE_TICK_MS);
      },
    };
    clock.wake();
  }

  /** Standard error, ours and that of all services, goes into a pipe whose other end is read here. */
  #openTitlePipe(title: Uint8Array): void {
    const pipe = this.#kernel.pipe();
    const bytes = new Uint8Array(4096);
    try {
      this.#loop.watch(pipe.read, "read", () => {
        const n = this.#kernel.read(pipe.read, bytes);
        if (n > 0) scrollTitle(title, bytes.subarray(0, n));
      });
    } catch (thrown) {
      this.#kernel.close(pipe.read);
      this.#kernel.close(pipe.write);
      throw thrown;
    }
    this.#kernel.setNonBlocking(pipe.read, true);
    this.#kernel.setNonBlocking(pipe.write, true);
    this.#kernel.duplicate(pipe.write, STDERR);
    this.#kernel.close(pipe.write);
  }

  // Looking at the directory

  #watchDirectory(): void {
    try {
      const changes = this.#kernel.changes();
      this.#loop.watch(changes, "read", (fd) => this.#onChanges(this.#kernel.readChanges(fd)));
      this.#changes = changes;
      this.#watch = new PathWatch(this.#kernel, changes, this.#options.directory);
    } catch (thrown) {
      this.#warn(`unable to watch directories, looking every 5 seconds: ${thrownText(thrown)}`);
    }
  }

  #onChanges(changes: readonly Change[]): void {
    let look = false;
    for (const { watch, mask, name } of changes) {
      const key = this.#filling.get(watch);
      if (key !== undefined) {
        if (name === "log" && (mask & CHANGE.isDirectory) !== 0) this.#watchLog(key);
        this.#tell({ kind: "touched", key });
        continue;
      }
      const lost = (mask & CHANGE.overflow) !== 0;
      if (lost) this.#touchAll();
      if (lost || this.#watch?.concerns(watch, mask) === true) {
        this.#watch?.renew();
        look = true;
      }
      if (watch === this.#watch?.content) look = true;
      // Whole is only what came by the last change of its name.
      if ((mask & CHANGE.movedTo) !== 0) this.#moved.add(name);
      else if ((mask & (CHANGE.create | CHANGE.delete | CHANGE.movedFrom)) !== 0) this.#moved.delete(name);
    }
    if (look) this.#lookSoon();
  }

  /** Changes were lost: any directory that is being filled may be meant. */
  #touchAll(): void {
    for (const key of new Set(this.#filling.values())) this.#tell({ kind: "touched", key });
  }

  #lookSoon(): void {
    const due = this.#lookedAtMs + this.#lookPauseMs;
    if (due <= this.#kernel.monotonicMs()) this.#look();
    else if (this.#lookClock.wakeAtMs > due) this.#loop.schedule(this.#lookClock, due);
  }

  #look(): void {
    if (this.#stopping) return;
    const begun = this.#kernel.monotonicMs();
    // Watched first, listed then: what comes in between is seen twice, never missed.
    const unwatched = this.#watch === undefined || (this.#watch.content < 0 && this.#watch.renew() !== 0);
    this.#doubtful = [];
    const entries = this.#list();
    this.#looked = true;
    if (entries !== undefined) {
      this.#moved.clear();
      this.#tell({ kind: "listed", entries });
    }
    this.#lookedAtMs = this.#kernel.monotonicMs();
    this.#lookPauseMs = (this.#lookedAtMs - begun) * LOOK_PAUSE_FACTOR;
    const poll = unwatched || entries === undefined || this.#doubtful.length > 0;
    this.#loop.schedule(this.#lookClock, poll ? this.#lookedAtMs + RETRY_MS : Infinity);
  }

  /** What stands in the directory; undefined when it cannot be read, which changes nothing for its services. */
  #list(): Entry[] | undefined {
    const { directory } = this.#options;
    let dir: Fd;
    try {
      dir = this.#kernel.open(CWD, directory, OPEN.read | OPEN.directory);
    } catch (thrown) {
      this.#warnOnce("", `unable to stat ${directory}: ${thrownText(thrown)}`);
      return undefined;
    }
    try {
      const entries = this.#kernel.readDirectory(dir).flatMap((name) => this.#entry(dir, name) ?? []);
      this.#troubles.delete("");
      // Those in doubt come last: a directory that was seen under another name is where it was seen.
      return [...entries, ...this.#doubtful.flatMap((name) => this.#asBefore(name) ?? [])];
    } catch (thrown) {
      this.#warnOnce("", `unable to read directory: ${thrownText(thrown)}`);
      return undefined;
    } finally {
      this.#kernel.close(dir);
    }
  }

  #entry(dir: Fd, name: string): Entry | undefined {
    if (name.startsWith(".")) return undefined;
    let link = false;
    try {
      let found = this.#kernel.stat(dir, name, false);
      link = found.kind === "link";
      if (link) found = this.#kernel.stat(dir, name);
      this.#troubles.delete(name);
      if (found.kind !== "directory") return undefined;
      const whole = !this.#looked || link || this.#moved.has(name);
      return { name, key: identityOf(found), whole };
    } catch (thrown) {
      // Taken away since it was listed: the change that did it calls for another look.
      if (!link && errnoOf(thrown) === ERRNO.ENOENT) return undefined;
      this.#warnOnce(name, `unable to stat ${name}: ${thrownText(thrown)}`);
      if (errnoOf(thrown) !== ERRNO.ENOENT) this.#doubtful.push(name);
      return undefined;
    }
  }

  /** An entry that is there and cannot be looked at is taken for what it was, and looked at again. */
  #asBefore(name: string): Entry | undefined {
    for (const [key, member] of this.#scan) {
      if (member.name === name && member.wanted) return { name, key, whole: false };
    }
    return undefined;
  }

  #tell(event: ScanEvent): void {
    // What has left begins no more, and whatever stands in the directory does not matter.
    if (this.#stopping) return;
    const now = { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
    const { state, effects } = stepScan(this.#scan, event, now);
    this.#scan = state;
    for (const effect of effects) this.#perform(effect);
    this.#loop.schedule(this.#scanClock, scanWakeAtMs(this.#scan));
  }

  #perform(effect: ScanEffect): void {
    switch (effect.kind) {
      case "begin":
        this.#beginnings.push(effect);
        if (this.#beginnings.length === 1) this.#loop.goOn(() => this.#beginSome());
        return;
      case "retire":
        return this.#retire(effect.key);
      case "watch filling":
        return void this.#watchFilling(effect.key, effect.name);
      case "unwatch filling":
        return this.#unwatchFilling(effect.key);
      case "inspect":
        return this.#inspect(effect.key, effect.name);
      case "report":
        return this.#warn(effect.text);
    }
  }

  #beginSome(): void {
    for (const { key } of this.#beginnings.splice(0, BEGINNINGS_A_TURN)) {
      const name = this.#scan.get(key)?.name ?? "";
      const trouble = this.#supervisor.begin(key, this.#path(key), name, key);
      if (trouble === undefined) this.#troubles.delete(key);
      else this.#couldNotBegin(key, name, trouble);
    }
    this.#begun += BEGINNINGS_A_TURN;
    if (this.#beginnings.length > 0) return this.#loop.goOn(() => this.#beginSome());
    if (this.#begun > BURST) this.#settle();
    this.#begun = 0;
  }

  #settle(): void {
    this.#loop.schedule(this.#settleClock, this.#kernel.monotonicMs() + SETTLE_MS);
  }

  #couldNotBegin(key: string, name: string, trouble: string): void {
    if (this.#troubles.get(key) !== trouble) this.#reporter.line(`runsv ${name}: fatal: ${trouble}`);
    this.#troubles.set(key, trouble);
    this.#tell({ kind: "left", key });
  }

  #retire(key: string): void {
    const waiting = this.#beginnings.findIndex((beginning) => beginning.key === key);
    if (waiting < 0) return this.#supervisor.retire(key);
    this.#beginnings.splice(waiting, 1);
    this.#tell({ kind: "left", key });
  }

  // Directories that are being filled

  #path(key: string): string {
    return `${this.#options.directory}/${this.#scan.get(key)?.name ?? ""}`;
  }

  /** True when every change in the directory itself will be told. */
  #watchFilling(key: string, name: string): boolean {
    const watched = this.#watchPlace(key, `${this.#options.directory}/${name}`);
    this.#watchLog(key);
    return watched;
  }

  #watchLog(key: string): void {
    this.#watchPlace(key, `${this.#path(key)}/log`);
  }

  #watchPlace(key: string, path: string): boolean {
    if (this.#changes < 0) return false;
    try {
      this.#filling.set(
        this.#kernel.addChangeWatch(this.#changes, path, FILLING | CHANGE.onlyDirectory),
        key,
      );
      return true;
    } catch (thrown) {
      // No log yet, or gone again. Where watches are used up, `#quiet` still looks at the times of change.
      errnoOf(thrown);
      return false;
    }
  }

  #unwatchFilling(key: string): void {
    for (const [watch, of] of this.#filling) {
      if (of !== key) continue;
      this.#filling.delete(watch);
      this.#kernel.removeChangeWatch(this.#changes, watch);
    }
  }

  #inspect(key: string, name: string): void {
    const path = `${this.#options.directory}/${name}`;
    if (!this.#leadsTo(path, key)) {
      return this.#tell({ kind: "inspected", key, watched: false, runnable: false });
    }
    // Watched first, looked at then; and again each time, for another directory may have the number of a removed one.
    const watched = this.#watchFilling(key, name);
    if (!this.#quiet(path)) return this.#tell({ kind: "touched", key });
    this.#tell({ kind: "inspected", key, watched, ...this.#runnable(path) });
  }

  /** A name may lead to another directory before a look has seen that: its watch would be taken for this one's. */
  #leadsTo(path: string, key: string): boolean {
    try {
      return identityOf(this.#kernel.stat(CWD, path)) === key;
    } catch (thrown) {
      errnoOf(thrown);
      return false;
    }
  }

  #runnable(path: string): { readonly runnable: boolean; readonly watched?: false } {
    try {
      const run = this.#kernel.stat(CWD, `${path}/run`);
      return { runnable: run.kind === "file" && (run.mode & 0o111) !== 0 };
    } catch (thrown) {
      return errnoOf(thrown) === ERRNO.ENOENT ? { runnable: false } : { runnable: false, watched: false };
    }
  }

  /** Nothing in it or in its log has a time of change within QUIET_MS: also true of a clock that was set back. */
  #quiet(path: string): boolean {
    const now = this.#kernel.wallNs();
    const recent = now - BigInt(QUIET_MS) * 1_000_000n;
    return ["", "/run", "/log", "/log/run"].every((part) => {
      try {
        const { ctimeNs } = this.#kernel.stat(CWD, path + part);
        return ctimeNs <= recent || ctimeNs > now;
      } catch (thrown) {
        errnoOf(thrown);
        return true;
      }
    });
  }
}

/** Why a directory cannot be entered, in runit's wording; undefined when it can. */
export function entryTrouble(kernel: Kernel, directory: string): string | undefined {
  try {
    kernel.close(kernel.open(CWD, `${directory}/.`, OPEN.read | OPEN.directory));
    return undefined;
  } catch (thrown) {
    return errnoText(errnoOf(thrown));
  }
}

/** The LOG argument as memory to write into; undefined, with runsvdir's two warnings, when it is too short. */
export function titleOf(kernel: Kernel, directory: string, log: string): Uint8Array | undefined {
  if (log.length >= TITLE_MIN) return kernel.lastArgument;
  const loop = newLoop(kernel, `runsvdir ${directory}`);
  const reporter = new Reporter(kernel, loop, STDERR);
  reporter.line(`runsvdir ${directory}: warning: log must have at least seven characters.`);
  reporter.line(`runsvdir ${directory}: warning: log service disabled.`);
  return undefined;
}
