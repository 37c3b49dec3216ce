/**
 * Processes as actors: what each does of its own accord, and what it makes of signals, depends on the character of
 * its service, which the tester may change while it lives.
 *
 * The actors know what a supervisor must never do to them: start a second one beside the first, signal what is not
 * its child, forget to reap, run finish twice or with other arguments.
 */
import { SIGNAL } from "../../src/posix/signal.ts";
import { type EndedChild } from "../../src/runtime/kernel.ts";
import { unpackRecord } from "../../src/survival/service_record.ts";
import { type Pipe } from "../kernel/pipe.ts";
import { type Socket } from "../kernel/socket.ts";
import { type Directory, type Inode } from "../kernel/tree.ts";
import { type World } from "../kernel/world.ts";

export interface Character {
  /** The life of `run` when it is left alone. */
  run: "lives" | "crashes" | "ends soon" | "ends";
  /** The effect of TERM and of the other deadly signals on `run`. */
  term: "obeys" | "is slow" | "ignores";
  /** True when `run` leaves a process behind that keeps its end of the pipe. */
  forks: boolean;
  finish: "is quick" | "is slow" | "fails" | "is killed";
  hook: "handles" | "declines" | "is killed" | "is slow";
  /** The behaviour of the log. `joins`: the log is a svlogd, which looks for a logger that it can join. */
  log: "reads" | "crashes" | "ignores the end" | "joins";
}

export const HEALTHY: Character = {
  run: "lives",
  term: "obeys",
  forks: false,
  finish: "is quick",
  hook: "declines",
  log: "reads",
};

/** The truth about one service directory, whatever its supervisor believes. */
export interface Service {
  readonly name: string;
  readonly directory: Directory;
  character: Character;
  /** True when the tester never touches the service: it must never be restarted. */
  readonly bystander: boolean;
  /** The number of starts of run, and of log/run. */
  runs: number;
  logRuns: number;
  /** True when the logger was there when it could be seen: run must not start without the logger. */
  logged: boolean;
  /** Between the end of run and its next start. */
  finish: "none" | "due" | "found" | "unsure" | "absent" | "done";
  runStatus: number;
  /** True when the supervisor died while finish was owed, or was about to be started. */
  mayBeUnknown?: boolean;
  mayRepeatFinish?: boolean;
  /**
   * True when its log pipe could not be given a name: when its supervisor dies, the service and its logger are apart.
   */
  hasUnnamedPipe?: boolean;
}

export type Role = "run" | "finish" | "hook" | "log" | "logger" | "stranger" | "probe";

export interface Actor {
  readonly pid: number;
  readonly role: Role;
  readonly label: string;
  readonly service: Service;
  readonly argv: readonly string[];
  readonly startedMs: number;
  readonly stdin: End | undefined;
  readonly stdout: End | undefined;
  /** True when its parent has died: init reaps it. */
  orphan: boolean;
  /** The number of its pidfds. */
  holders: number;
  state: "alive" | "ended" | "reaped";
  status: number;
  stopped: boolean;
  /** Signals that came while it was stopped. */
  held: number[];
  /** True when the process ignored a signal that asked it to end. */
  stubborn: boolean;
  readsSoon: boolean;
  /** The connection of a svlogd that asked to join. The svlogd reads nothing while it has one. */
  connection: Socket | undefined;
  hasJoined: boolean;
  /** The number of times that the svlogd has asked. */
  asks: number;
  /** Callbacks of the other object that the actor belongs to, such as a logger; undefined when there is none. */
  onEnd: (() => void) | undefined;
  onOrphaned: (() => void) | undefined;
  onGoOn: (() => void) | undefined;
}

/** An end of a pipe, or of a FIFO, as it was opened. */
export interface End {
  readonly pipe: Pipe | undefined;
  readonly inode: Inode | undefined;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** Signals that end a process which does not ask for them. */
const DEADLY: ReadonlySet<number> = new Set([
  SIGNAL.HUP,
  SIGNAL.INT,
  SIGNAL.QUIT,
  SIGNAL.USR1,
  SIGNAL.USR2,
  SIGNAL.ALRM,
  SIGNAL.TERM,
]);

/** The states of a finish that is there, as far as the supervisor can tell, and has not run. */
export const OWED: ReadonlySet<Service["finish"]> = new Set(["due", "found", "unsure"] as const);

/** Exit 1, exit 3, exit 255, success, a segmentation fault with core, an abort. */
const CRASHES = [0x100, 0x300, 0xff00, 0, 0x8b, 6];
const STOPPING_HOOKS: ReadonlySet<string> = new Set(["control/t", "control/k"]);
/** A number is not given out again within what /proc counts in. */
const STRANGER_MS = 20;
/** Pids go round, so that a number that is free is soon another's. */
const FIRST_PID = 300;
const PIDS = 400;

export class Actors {
  readonly #world: World;
  readonly all = new Map<number, Actor>();
  readonly #byDirectory = new Map<Directory, Service>();
  /** Processes that services left behind: they fall to the supervisor where it is their reaper. */
  readonly #adopted: EndedChild[] = [];
  readonly #adopts: boolean;
  readonly #leftBehind = new Set<number>();
  readonly #tellsExits: boolean;
  /** Processes of dead supervisors that have ended since. */
  readonly lost = new Set<number>();
  /** The supervisor's signal descriptor. */
  onSignal: (signal: number) => void = () => {};
  /** True when the supervisor has heard that it is to leave at once. It may neither start nor signal anything more. */
  abandoned = false;
  /** Returns the record that is written down for the next supervisor. */
  memoryOf: (service: Service) => string = () => "";
  /** Called when a log has begun, and has not read anything. */
  onLogBegins: (actor: Actor) => void = () => {};
  /** A stand-in for a service, because loggers belong to none. */
  #loggers: Service | undefined;
  #nextPid = FIRST_PID;

  constructor(world: World, adopts: boolean, tellsExits: boolean) {
    this.#tellsExits = tellsExits;
    this.#world = world;
    this.#adopts = adopts;
  }

  know(service: Service): void {
    this.#byDirectory.set(service.directory, service);
  }

  serviceOf(directory: Directory): Service | undefined {
    return this.#byDirectory.get(directory);
  }

  services(): Iterable<Service> {
    return this.#byDirectory.values();
  }

  /** Returns the actors of one service that have not been reaped. */
  of(service: Service): Actor[] {
    return [...this.all.values()].filter((actor) => actor.service === service);
  }

  /** True when a control/X of the service has not been reaped. */
  isBehindHook(directory: Directory): boolean {
    return [...this.all.values()].some(({ role, service }) =>
      role === "hook" && service.directory === directory
    );
  }

  alive(): Actor[] {
    return [...this.all.values()].filter(({ state }) => state === "alive");
  }

  // What the kernel asks for

  begin(
    service: Service,
    role: Role,
    argv: readonly string[],
    stdin: End | undefined,
    stdout: End | undefined,
  ): number {
    this.#mayBegin(service, role, argv, stdout);
    const actor: Actor = {
      argv,
      startedMs: this.#world.nowMs,
      pid: this.#freePid(),
      role,
      label: `${service.name} ${role === "log" ? "log/" : ""}${argv.join(" ")}`,
      service,
      stdin,
      stdout,
      ...BEGUN,
      held: [],
    };
    stdin?.pipe?.openEnd(true, false);
    openEnd(stdout);
    this.all.set(actor.pid, actor);
    this.#world.note(`start ${actor.label} = ${actor.pid}`);
    this.#live(actor, argv);
    return actor.pid;
  }

  /** A process of `svlogfleet`, which does what loggers.ts says. */
  beginLogger(label: string, role: "logger" | "probe" = "logger"): Actor {
    const pid = this.#freePid();
    const service = this.#loggers ??= this.#serviceOfLoggers();
    const actor: Actor = {
      ...BEGUN,
      pid,
      role,
      label,
      argv: [],
      startedMs: this.#world.nowMs,
      service,
      stdin: undefined,
      stdout: undefined,
      held: [],
    };
    if (this.abandoned) this.#world.violate("what was told to leave at once does nothing more", label);
    this.all.set(pid, actor);
    this.#world.note(`start ${label} = ${pid}`);
    return actor;
  }

  /** A program file is asked for its version: most have an answer, and soon. */
  beginProbe(): number {
    const probe = this.beginLogger("denit --version", "probe");
    const { random } = this.#world;
    const status = random.pick([0, 0, 0, 0x100, SIGNAL.KILL]);
    if (!random.chance(0.1)) this.#endAfter(probe, random.between(0, random.pick([5, 50, 3000])), status);
    return probe.pid;
  }

  #serviceOfLoggers(): Service {
    const [any] = this.#byDirectory.values();
    if (any === undefined) throw new Error("loggers without services");
    return { ...any, name: "loggers", character: { ...HEALTHY }, bystander: false };
  }

  #freePid(): number {
    do {
      this.#nextPid = FIRST_PID + (this.#nextPid - FIRST_PID + 1) % PIDS;
    } while (this.all.has(this.#nextPid) || this.#leftBehind.has(this.#nextPid));
    return this.#nextPid;
  }

  #mayBegin(service: Service, role: Role, argv: readonly string[], stdout: End | undefined): void {
    if (this.abandoned) this.#world.violate("what was told to leave at once does nothing more", `${argv[0]}`);
    const slot = slotOf(role);
    // A hook of a dead supervisor is forgotten, and goes on.
    const other = this.of(service).find((actor) =>
      slotOf(actor.role) === slot && !(actor.orphan && actor.role === "hook")
    );
    if (other !== undefined) {
      this.#world.violate(
        "one process at a time",
        `${service.name} ${argv[0]} beside ${other.label} ${other.pid}`,
      );
    }
    if (role === "run") this.#mayRun(service, stdout);
    if (role === "finish") this.#mayFinish(service, argv);
    if (role === "log") service.logRuns++;
    if (service.bystander && service.hasUnnamedPipe !== true && Math.max(service.runs, service.logRuns) > 1) {
      this.#world.violate("what nobody touches is never restarted", `${service.name} ${role}`);
    }
  }

  #mayRun(service: Service, stdout: End | undefined): void {
    if (service.logged && stdout === undefined) {
      this.#world.violate("no service starts without its logger", service.name);
    }
    if (OWED.has(service.finish)) {
      this.#world.violate("finish runs once for each end of run", `${service.name} starts run before finish`);
    }
    service.finish = "none";
    service.runs++;
  }

  #mayFinish(service: Service, argv: readonly string[]): void {
    const mayRepeat = service.finish === "done" && service.mayRepeatFinish === true;
    service.mayRepeatFinish = false;
    if (service.finish !== "found" && service.finish !== "unsure" && !mayRepeat) {
      this.#world.violate(
        "finish runs once for each end of run",
        `${service.name}: finish is ${service.finish}`,
      );
    }
    service.finish = "done";
    const low = service.runStatus & 0xff;
    const told = service.runStatus === UNKNOWN
      ? "-1 0"
      : low === 0
      ? `${service.runStatus >> 8} 0`
      : `-1 ${low}`;
    const unknown = service.mayBeUnknown === true || mayRepeat;
    service.mayBeUnknown = false;
    const words = argv.slice(1).join(" ");
    if (words !== told && !(unknown && words === "-1 0")) {
      this.#world.violate(
        "finish is told how run ended",
        `${service.name}: ${argv.join(" ")} instead of ${told}`,
      );
    }
  }

  /** A program that could not be executed was started and has ended as far as its service is concerned. */
  failed(service: Service, role: Role): void {
    if (role === "finish") service.finish = "done";
    if (role === "run") {
      service.finish = "due";
      service.runStatus = 111 << 8;
    }
  }

  /** kill(2) by the supervisor: false when there is no such process. */
  signal(pid: number, signal: number): void {
    const actor = this.all.get(pid);
    this.#world.note(`kill ${signal} ${actor?.label ?? pid}`);
    if (this.abandoned) {
      this.#world.violate("what was told to leave at once does nothing more", `kill ${pid}`);
    }
    if (actor === undefined) {
      return this.#world.violate("only own children are signalled", `${signal} to ${pid}`);
    }
    if (actor.role === "finish" || actor.role === "hook") {
      return this.#world.violate("finish and hooks are not signalled", `${signal} to ${actor.label}`);
    }
    // Where there can be no pidfd it is signalled by its number, when that has been looked at.
    if (actor.orphan && actor.holders > 0) {
      this.#world.violate("only own children are signalled", `${signal} to ${actor.label}`);
    }
    this.deliver(actor, signal);
  }

  /** Signals an actor by its pidfd. */
  signalAdopted(actor: Actor, signal: number): void {
    this.#world.note(`kill ${signal} ${actor.label}, adopted`);
    if (this.abandoned) {
      this.#world.violate("what was told to leave at once does nothing more", `kill ${actor.pid}`);
    }
    if (actor.role === "stranger") this.#world.violate("only own children are signalled", `${actor.pid}`);
    if (actor.role === "hook" || actor.role === "finish") {
      this.#world.violate("finish and hooks are not signalled", `${signal} to ${actor.label}`);
    }
    this.deliver(actor, signal);
  }

  // Without a supervisor

  /**
   * Tells that the supervisor has died. Init reaps the processes that the supervisor has not reaped, and adopts those
   * that live.
   */
  orphan(): void {
    this.abandoned = false;
    for (const actor of [...this.all.values()]) {
      if (!actor.orphan) actor.onOrphaned?.();
      actor.orphan = true;
      // Its service has no end of the pipe: it sees the end of it now.
      if (actor.role === "log" && actor.stdin?.pipe?.writers === 0) actor.service.logRuns = 0;
      if (actor.state === "ended") this.#reapedByInit(actor);
    }
    for (const service of this.#byDirectory.values()) this.#leaveWithout(service);
  }

  /** Takes down what the next supervisor cannot know, as the record in the service's directory tells. */
  #leaveWithout(service: Service): void {
    const memory = unpackRecord(this.memoryOf(service));
    if (!service.directory.entries.has("supervise")) service.logged = false;
    if (memory === undefined) return;
    const runs = this.of(service).some(({ role }) => role === "run");
    const { phase, starting } = memory;
    if (OWED.has(service.finish) || service.finish === "absent") {
      if (phase === "finish") service.finish = "found";
      else if (phase === "run" || starting) service.finish = "due";
      service.mayBeUnknown = true;
    }
    if (starting && phase === "finish") service.mayRepeatFinish = true;
    if (starting && phase !== "finish" && !runs && service.finish !== "due") {
      service.finish = "due";
      service.runStatus = UNKNOWN;
    }
  }

  /** The supervisor has executed itself: of a service that had not begun yet it may have seen the end, and knows it no more. */
  goOnAfterExecution(): void {
    for (const { role, stdin, service } of this.all.values()) {
      // An ordinary pipe does not outlive it: the logger sees the end of it.
      if (role === "log" && stdin?.pipe?.writers === 0) service.logRuns = 0;
    }
    for (const service of this.#byDirectory.values()) {
      if (OWED.has(service.finish)) service.mayBeUnknown = true;
    }
  }

  /** Begins a stranger: a process that gets the pid of one that ended while no supervisor was there. */
  beginStranger(): void {
    const pid = [...this.lost].findLast((pid) => !this.all.has(pid));
    if (pid === undefined) return;
    this.lost.delete(pid);
    const service = this.#loggers ??= this.#serviceOfLoggers();
    const actor: Actor = {
      ...BEGUN,
      pid,
      role: "stranger",
      label: "a stranger",
      argv: [],
      startedMs: this.#world.nowMs + STRANGER_MS,
      service: { ...service, bystander: true },
      stdin: undefined,
      stdout: undefined,
      held: [],
      orphan: true,
    };
    this.all.set(pid, actor);
    this.#world.note(`a stranger is ${pid}`);
  }

  #reapedByInit(actor: Actor): void {
    actor.state = "reaped";
    this.all.delete(actor.pid);
    this.lost.add(actor.pid);
    if (actor.role !== "run") return;
    actor.service.finish = "due";
    actor.service.runStatus = this.#tellsExits && actor.holders > 0 ? actor.status : UNKNOWN;
    // Who has a pidfd may not have got to it when he is asked.
    actor.service.mayBeUnknown = actor.holders > 0;
  }

  reap(): EndedChild | undefined {
    const ended = [...this.all.values()].filter(({ state, orphan }) => state === "ended" && !orphan);
    if (ended.length === 0) return this.#reapAdopted();
    const actor = this.#world.random.pick(ended);
    actor.state = "reaped";
    this.all.delete(actor.pid);
    if (actor.role === "run") {
      actor.service.finish = "due";
      actor.service.runStatus = actor.status;
    }
    this.#world.note(`reap ${actor.label} = ${actor.pid}`);
    return { pid: actor.pid, status: actor.status };
  }

  #reapAdopted(): EndedChild | undefined {
    const exit = this.#adopted.shift();
    if (exit !== undefined) this.#leftBehind.delete(exit.pid);
    return exit;
  }

  // What actors do

  /** A signal from anybody. */
  deliver(actor: Actor, signal: number): void {
    if (actor.state !== "alive") return;
    if (signal === SIGNAL.KILL) return this.end(actor, SIGNAL.KILL);
    if (signal === SIGNAL.STOP) {
      actor.stopped = true;
      return actor.orphan ? undefined : this.onSignal(SIGNAL.CHLD);
    }
    if (signal === SIGNAL.CONT) return this.#goOn(actor);
    if (!DEADLY.has(signal)) return;
    if (actor.stopped) actor.held.push(signal);
    else this.#hear(actor, signal);
  }

  #goOn(actor: Actor): void {
    if (!actor.stopped) return;
    actor.stopped = false;
    if (!actor.orphan) this.onSignal(SIGNAL.CHLD);
    for (const signal of actor.held.splice(0)) this.#hear(actor, signal);
    this.#readMore(actor);
    actor.onGoOn?.();
  }

  #hear(actor: Actor, signal: number): void {
    if (actor.state !== "alive") return;
    const { term } = actor.service.character;
    if (actor.role !== "run" || term === "obeys") return this.end(actor, signal);
    if (term === "ignores") actor.stubborn = true;
    else this.#endAfter(actor, this.#world.random.between(1, 2500), signal === SIGNAL.TERM ? 0 : signal);
  }

  #endAfter(actor: Actor, delayMs: number, status: number): void {
    this.#world.after(delayMs, () => this.#endUnlessStopped(actor, status));
  }

  /** A stopped process does not get to its end before it goes on. */
  #endUnlessStopped(actor: Actor, status: number): void {
    if (actor.state !== "alive") return;
    if (actor.stopped) this.#endAfter(actor, 100, status);
    else this.end(actor, status);
  }

  end(actor: Actor, status: number): void {
    if (actor.state !== "alive") return;
    actor.state = "ended";
    actor.status = status;
    this.#world.note(`end ${actor.label} = ${actor.pid} status ${status}`);
    const stdin = actor.stdin?.pipe;
    if (stdin !== undefined) {
      if (stdin.reader === actor.label) stdin.reader = undefined;
      stdin.waiting.delete(actor);
      stdin.closeEnd(true, false);
    }
    actor.connection?.close();
    actor.onEnd?.();
    if (actor.role === "run" && actor.service.character.forks) this.#leaveBehind(actor);
    closeEnd(actor.stdout);
    if (actor.orphan) this.#reapedByInit(actor);
    else this.onSignal(SIGNAL.CHLD);
  }

  #leaveBehind({ stdout }: Actor): void {
    const pid = this.#freePid();
    this.#leftBehind.add(pid);
    openEnd(stdout);
    this.#world.after(this.#world.random.between(10, 3000), () => {
      closeEnd(stdout);
      if (!this.#adopts) return void this.#leftBehind.delete(pid);
      this.#adopted.push({ pid, status: 0 });
      this.onSignal(SIGNAL.CHLD);
    });
  }

  #live(actor: Actor, argv: readonly string[]): void {
    const { random } = this.#world;
    const { character } = actor.service;
    switch (actor.role) {
      case "run":
        return this.#run(actor);
      case "finish": {
        const delayMs = character.finish === "is slow" ? random.between(500, 4000) : random.between(0, 20);
        const status = character.finish === "fails"
          ? 0x200
          : character.finish === "is killed"
          ? SIGNAL.KILL
          : 0;
        return this.#endAfter(actor, delayMs, status);
      }
      case "hook": {
        const delayMs = character.hook === "is slow" ? random.between(500, 6000) : random.between(0, 20);
        const status = character.hook === "handles"
          ? 0
          : character.hook === "is killed"
          ? SIGNAL.TERM
          : 0x100;
        if (status === 0 && STOPPING_HOOKS.has(argv[0] ?? "")) this.#stopInstead(actor.service, delayMs / 2);
        return this.#endAfter(actor, delayMs, status);
      }
      case "log": {
        this.onLogBegins(actor);
        if (actor.connection === undefined) this.#beginReading(actor);
        if (character.log === "crashes") this.#endAfter(actor, random.between(0, 3000), random.pick(CRASHES));
      }
    }
  }

  /** Tells that a svlogd goes alone: no logger takes it in, so it writes by itself. */
  goesAlone(actor: Actor): void {
    actor.connection = undefined;
    this.#beginReading(actor);
  }

  #beginReading(actor: Actor): void {
    const { label } = actor;
    const stdin = actor.stdin?.pipe;
    if (stdin === undefined) return;
    // The log directory is still locked: this was no life of the log yet.
    if (stdin.reader === ORPHANED) {
      actor.service.logRuns--;
      return this.#endAfter(actor, 1, 111 << 8);
    }
    if (stdin.reader === "svlogfleet own") {
      this.#world.violate("a pipe has one reader at a time", `${label} reads beside ${stdin.reader}`);
    }
    stdin.reader = label;
    stdin.waiting.set(actor, () => this.#readMore(actor));
    this.#readMore(actor);
  }

  /** A hook that says it has handled TERM or KILL has seen to it that run ends. */
  #stopInstead(service: Service, delayMs: number): void {
    this.#world.after(delayMs, () => {
      const run = this.of(service).find(({ role }) => role === "run");
      if (run !== undefined) this.end(run, 0);
    });
  }

  #run(actor: Actor): void {
    const { random } = this.#world;
    const { run } = actor.service.character;
    if (run === "lives") return;
    const most = run === "crashes" ? 5 : run === "ends soon" ? 1500 : 8000;
    this.#endAfter(actor, random.between(0, most), random.pick(CRASHES));
  }

  /** A logger reads what there is, a little later, and leaves at the end of its input. */
  #readMore(actor: Actor): void {
    const stdin = actor.stdin?.pipe;
    if (actor.role !== "log" || stdin === undefined || actor.readsSoon || actor.connection !== undefined) {
      return;
    }
    if (stdin.text === "" && stdin.writers > 0) return;
    actor.readsSoon = true;
    this.#world.after(this.#world.random.between(0, 5), () => {
      actor.readsSoon = false;
      if (actor.state !== "alive" || actor.stopped) return;
      stdin.take(Infinity);
      if (stdin.writers === 0 && actor.service.character.log !== "ignores the end") this.end(actor, 0);
    });
  }

  /** Lets actors act on a change of character: an actor that would read or leave now does so. */
  reconsider(): void {
    for (const actor of this.alive()) this.#readMore(actor);
  }
}

const BEGUN = {
  state: "alive",
  status: 0,
  stopped: false,
  stubborn: false,
  readsSoon: false,
  connection: undefined,
  hasJoined: false,
  asks: 0,
  orphan: false,
  holders: 0,
  onEnd: undefined,
  onOrphaned: undefined,
  onGoOn: undefined,
} as const;

function openEnd(end: End | undefined): void {
  end?.pipe?.openEnd(end.reads, end.writes);
}

function closeEnd(end: End | undefined): void {
  end?.pipe?.closeEnd(end.reads, end.writes);
}

/** UNKNOWN_STATUS of survival/adoption.ts, which finish is told as -1 and 0. */
const UNKNOWN = -1;
/** Reads a pipe, and its log directory is locked: of a logger whose fleet is no more. */
export const ORPHANED = "the logger of a dead fleet";

/** run and finish have one place between them. */
function slotOf(role: Role): string {
  return role === "finish" ? "run" : role;
}
