/**
 * The life of one service, as runsv(8) tells it, without its blocking.
 *
 * `step` answers every event in every phase, reads no clock and does nothing. What runsv waits for is state:
 * - `agenda`  what is left of a command, or of a start, behind a control/X hook that is running;
 * - `inbox`   commands that came meanwhile (runsv would leave them in the pipe);
 * - `retryAtMs`  its sleeps: one second after a life shorter than that, five after a fork that was refused.
 * - `ended`   a process that has been reaped but not digested, because a hook is still running.
 *
 * One thing at a time, in this order: the agenda, an end, a start that is due, the next command. So ends overtake
 * commands, because runsv reaps before it reads, and a command is never lost: it waits in the inbox.
 * `awaiting` says which answer of the host is due; while it is set nothing else moves.
 *
 * Differs from runsv on purpose (service_test.ts and the conformance table show each):
 * - `k` does not forget the child: no second copy, and finish runs once;
 * - commands are heard during the pauses, and a start still waits for them;
 * - a hook that a signal killed has not handled its command;
 * - `retire`, which no letter says, is an `x` that nothing takes back: of a service whose directory is gone, or whose
 *   whole fleet stops.
 */
import type { Now } from "../time/now.ts";
import { SIGNAL } from "../posix/signal.ts";
import { type FoundProcess, UNKNOWN_STATUS } from "../survival/adoption.ts";
import type { ServiceRecord } from "../survival/service_record.ts";
import type { Phase, Want } from "../runit/status.ts";

/** A life under one second is followed by a pause of one second (runsv.c: sleep(1)). */
export const LIFE_MIN_MS = 1000;
/** After a refused fork (runsv.c: sleep(5)), and after a status that could not be written. */
export const REFUSED_PAUSE_MS = 5000;
/** Commands kept while a hook runs, the newest always; the host stops reading the pipe before that (`listening`). */
export const INBOX_MAX = 128;
/** Exit code of a child that could not execute its program. */
export const EXEC_FAILED = 111;

/** The names of control/X hooks, which are also the command letters they belong to. */
export type HookName = "u" | "t" | "d" | "x" | "k" | "p" | "c" | "a" | "h" | "i" | "q" | "1" | "2";

type Task =
  | { readonly do: "hook"; readonly name: HookName }
  | { readonly do: "signal unless handled"; readonly signal: number }
  | { readonly do: "term unless handled" }
  | { readonly do: "flag paused"; readonly paused: boolean }
  | { readonly do: "continue the stopping" }
  | { readonly do: "start run" };

/** What the host has been asked and has not answered. */
export type Awaiting = "nothing" | "hook start" | "hook end" | "process" | "finish probe";

export interface ServiceState {
  readonly role: "main" | "log";
  readonly phase: Phase;
  readonly want: Want;
  /** `run`, or `finish` while that runs; 0 for none. */
  readonly pid: number;
  readonly paused: boolean;
  readonly gotTerm: boolean;
  /** Last change, for the status file. */
  readonly sinceNs: bigint;
  /** When `run` was started. */
  readonly startedAtMs: number;
  /** No start before this; -Infinity when nothing holds one up. */
  readonly retryAtMs: number;
  /** `o` was asked and has not been started. */
  readonly once: boolean;
  /** The `u` hook of the start that is due has been run. */
  readonly announced: boolean;
  /** Wait status of the last `run`, for the arguments of finish. */
  readonly runStatus: number;
  readonly awaiting: Awaiting;
  readonly hookPid: number;
  readonly handled: boolean;
  readonly agenda: readonly Task[];
  readonly inbox: string;
  /** Wait status of a process that ended and is not digested yet. */
  readonly ended: number | undefined;
  /** When to write the status files again after a failure; Infinity when they are right. */
  readonly republishAtMs: number;
  /** The log pipe is closed: nothing can be started any more. */
  readonly closed: boolean;
  /** Told to exit for good: its directory is gone, or the whole fleet stops. */
  readonly retired: boolean;
}

export type ServiceEvent =
  /** Write the status files as things stand; a service that wants up then starts. */
  | { readonly kind: "publish" }
  | { readonly kind: "command"; readonly letter: string }
  | { readonly kind: "hook absent" }
  | { readonly kind: "hook started"; readonly pid: number }
  | { readonly kind: "started"; readonly pid: number }
  /** `refused`: no process could be made; `unusable`: the program could not be executed. */
  | { readonly kind: "not started"; readonly why: "refused" | "unusable"; readonly text: string }
  | { readonly kind: "finish found" }
  | { readonly kind: "finish absent" }
  | { readonly kind: "ended"; readonly pid: number; readonly status: number }
  | { readonly kind: "publish failed" }
  /** The process of a log is another one now, in the middle of its life (`tree_logger.ts`). */
  | { readonly kind: "replaced"; readonly pid: number }
  /** As `x`, but no command takes it back, neither one that is still unread nor a later one. */
  | { readonly kind: "retire" }
  | { readonly kind: "wake" };

export type ServiceEffect =
  | { readonly kind: "publish" }
  | { readonly kind: "signal"; readonly pid: number; readonly signal: number }
  | { readonly kind: "hook"; readonly name: HookName }
  | { readonly kind: "start"; readonly what: "run" }
  | { readonly kind: "start"; readonly what: "finish"; readonly code: number; readonly signal: number }
  | { readonly kind: "probe finish" }
  | { readonly kind: "report"; readonly level: "warning" | "fatal"; readonly text: string };

export interface ServiceStep {
  readonly state: ServiceState;
  readonly effects: readonly ServiceEffect[];
}

/** Letters that only send a signal, and only to `run`. */
const PLAIN_SIGNALS: Readonly<Record<string, number>> = { a: 14, h: 1, i: 2, q: 3, "1": 10, "2": 12 };

export function newService(role: "main" | "log", wanted: "up" | "down", now: Now): ServiceState {
  return {
    role,
    phase: "down",
    want: wanted,
    pid: 0,
    paused: false,
    gotTerm: false,
    sinceNs: now.wallNs,
    startedAtMs: -Infinity,
    retryAtMs: -Infinity,
    once: false,
    announced: false,
    runStatus: 0,
    awaiting: "nothing",
    hookPid: 0,
    handled: false,
    agenda: NO_TASKS,
    inbox: "",
    ended: undefined,
    republishAtMs: Infinity,
    closed: false,
    retired: false,
  };
}

/**
 * A service in the state in which its last supervisor died. What lives goes on, as it is and as it was wanted; what
 * ended meanwhile has its end before it, and so its finish. A hook that ran is forgotten. A start of which nobody
 * knows is taken for one that has ended: so finish may run for a run that never was, but is never left out.
 */
export function adopted(
  role: "main" | "log",
  record: ServiceRecord,
  found: FoundProcess,
  now: Now,
): ServiceState {
  const { want, phase, paused, gotTerm, once, sinceNs, startedAtMs, retryAtMs, runStatus } = record;
  const state: ServiceState = {
    ...newService(role, "up", now),
    ...{ phase, want, paused, gotTerm, once, sinceNs, startedAtMs, retryAtMs, runStatus },
    // A logger sees the end of its pipe when service and supervisor die: no failure, and it is needed at once.
    ...role === "log" ? { startedAtMs: -Infinity } : {},
  };
  // A log without a process of its own begins anew at once: nothing of it has failed.
  if (record.kind === "feed") return { ...state, phase: "down", retryAtMs: -Infinity };
  const started = phase === "finish" ? "finish" : "run";
  if (found.kind === "alive") return goesOn(state, started, record, found.pid, now);
  if (phase === "finish" && (record.starting || record.pid === 0)) return state;
  if (phase === "down" && !record.starting) return state;
  const begun = record.starting ? begunNow(now) : {};
  const status = found.kind === "ended" ? found.status : UNKNOWN_STATUS;
  return { ...state, ...begun, phase: started, pid: record.starting ? 0 : record.pid, ended: status };
}

function goesOn(
  state: ServiceState,
  phase: "run" | "finish",
  { starting, owesStop }: ServiceRecord,
  pid: number,
  now: Now,
): ServiceState {
  const alive = { ...state, phase, pid };
  if (starting) {
    return { ...alive, paused: false, gotTerm: false, ...(phase === "run" ? begunNow(now) : {}) };
  }
  return owesStop && phase === "run" ? { ...alive, agenda: STOP_TASKS } : alive;
}

function begunNow({ monotonicMs, wallNs }: Now): Partial<ServiceState> {
  return { startedAtMs: monotonicMs, sinceNs: wallNs, retryAtMs: -Infinity, once: false };
}

/** Told to end, and perhaps not signalled yet. */
export function owesStop({ agenda }: ServiceState): boolean {
  return agenda.some((task) => task.do === "term unless handled");
}

/** No process, no hook, nothing under way: what is down and wants to stay so is idle. */
export function isIdle(state: ServiceState): boolean {
  return state.phase === "down" && state.pid === 0 && state.awaiting === "nothing" &&
    state.ended === undefined &&
    state.agenda.length === 0 && state.inbox === "";
}

/** Everything that is under way is a process of its own. */
export function isCalm({ awaiting, agenda, inbox, ended, retired }: ServiceState): boolean {
  return awaiting === "nothing" && agenda.length === 0 && inbox === "" && ended === undefined && !retired;
}

/** False while the pipe should be left unread. */
export function listening(state: ServiceState): boolean {
  return state.inbox === "";
}

/** When the machine next needs to hear of time; Infinity for never. */
export function wakeAtMs(state: ServiceState): number {
  return Math.min(startPausedUntilMs(state), state.republishAtMs);
}

function startPausedUntilMs(state: ServiceState): number {
  if (state.awaiting !== "nothing" || state.pid !== 0 || !startWanted(state)) return Infinity;
  return state.retryAtMs;
}

function startWanted(state: ServiceState): boolean {
  if (state.phase === "finish") return true;
  return !leaves(state) && (state.want === "up" || state.once);
}

/** It starts no more, and wants to exit whatever it is told. */
function leaves(state: ServiceState): boolean {
  return state.closed || state.retired;
}

export function step(state: ServiceState, event: ServiceEvent, now: Now): ServiceStep {
  const life = new Life(state, now);
  life.take(event);
  life.goOn();
  return { state: life.state, effects: life.effects };
}

const NO_TASKS: readonly Task[] = [];

/** One step in the making: the state so far and the effects so far. */
class Life {
  state: ServiceState;
  readonly effects: ServiceEffect[] = [];
  readonly #now: Now;

  constructor(state: ServiceState, now: Now) {
    this.state = state;
    this.#now = now;
  }

  #set(change: Partial<ServiceState>): void {
    this.state = { ...this.state, ...change };
  }

  #publish(change: Partial<ServiceState>): void {
    this.state = { ...this.state, ...change, republishAtMs: Infinity };
    this.effects.push({ kind: "publish" });
  }

  take(event: ServiceEvent): void {
    switch (event.kind) {
      case "publish":
        return this.#publish({});
      case "command":
        return this.#hear(event.letter);
      case "hook absent":
        return this.#answered("hook start", { handled: false });
      case "hook started":
        return this.#answered("hook start", { awaiting: "hook end", hookPid: event.pid });
      case "started":
        return this.#started(event.pid);
      case "not started":
        return event.why === "refused" ? this.#refused(event.text) : this.#unusable(event.text);
      case "finish found":
        if (this.state.awaiting !== "finish probe") return;
        return this.#publish({ awaiting: "nothing", phase: "finish" });
      case "finish absent":
        if (this.state.awaiting === "finish probe") this.#reachDown();
        return;
      case "ended":
        return this.#collected(event.pid, event.status);
      case "replaced":
        return this.#replaced(event.pid);
      case "publish failed":
        return this.#set({ republishAtMs: this.#now.monotonicMs + REFUSED_PAUSE_MS });
      case "retire":
        this.#set({ retired: true, once: false });
        return this.#hear("x");
      case "wake":
        if (this.state.republishAtMs <= this.#now.monotonicMs) this.#publish({});
        return;
    }
  }

  #hear(letter: string): void {
    this.#set({ inbox: this.state.inbox.slice(0, INBOX_MAX - 1) + letter });
  }

  /** An answer that was not asked for cannot happen; it changes nothing. */
  #answered(to: Awaiting, change: Partial<ServiceState>): void {
    if (this.state.awaiting === to) this.#set({ awaiting: "nothing", ...change });
  }

  /** Everything that can go on without the host: see the head of this file for the order. */
  goOn(): void {
    while (this.state.awaiting === "nothing") {
      if (this.state.agenda.length > 0) this.#doTask();
      else if (this.state.ended !== undefined) this.#digestEnd(this.state.ended);
      else if (startPausedUntilMs(this.state) <= this.#now.monotonicMs) this.#start();
      else if (this.state.inbox !== "") this.#takeCommand();
      else return;
    }
  }

  #ask(awaiting: Awaiting, effect: ServiceEffect): void {
    this.#set({ awaiting });
    this.effects.push(effect);
  }

  #doTask(): void {
    const [task, ...rest] = this.state.agenda;
    if (task === undefined) return;
    this.#set({ agenda: rest.length === 0 ? NO_TASKS : rest });
    switch (task.do) {
      case "hook":
        return this.#hook(task.name);
      case "signal unless handled":
        if (!this.state.handled) this.#signal(task.signal);
        return;
      case "term unless handled":
        if (this.state.handled || this.state.ended !== undefined) return;
        this.#publish({ gotTerm: true });
        return this.#signal(SIGNAL.TERM);
      case "flag paused":
        return this.#publish({ paused: task.paused });
      case "continue the stopping":
        return this.#continueStopping();
      case "start run":
        return this.#ask("process", { kind: "start", what: "run" });
    }
  }

  /** control/X belongs to the service itself; a log has none. */
  #hook(name: HookName): void {
    if (this.state.role === "main") this.#ask("hook start", { kind: "hook", name });
    else this.#set({ handled: false });
  }

  /** A process that has ended gets no signal: its pid may be another's by now. */
  #signal(signal: number): void {
    const { pid, ended } = this.state;
    if (pid !== 0 && ended === undefined) this.effects.push({ kind: "signal", pid, signal });
  }

  /** The second half of a stop: a stopped process must run to see its SIGNAL.TERM; the hook's answer counts for nothing. */
  #continueStopping(): void {
    const { want } = this.state;
    if (want === "up") return;
    this.#signal(SIGNAL.CONT);
    this.#hook(want === "down" ? "d" : "x");
  }

  #takeCommand(): void {
    const letter = this.state.inbox[0] ?? "";
    this.#set({ inbox: this.state.inbox.slice(1), handled: false });
    const command = COMMANDS[letter];
    if (command !== undefined) command(this);
    else if (letter in PLAIN_SIGNALS) this.hookThenSignal(letter as HookName, PLAIN_SIGNALS[letter] ?? 0);
  }

  wantUp(): void {
    if (leaves(this.state)) return this.#refuseStart();
    this.#publish({ want: "up" });
  }

  /** A command means now: what is down starts at once unless a pause holds it up. */
  wantOnce(): void {
    if (leaves(this.state)) return this.#refuseStart();
    this.#publish({ want: "down", once: this.state.pid === 0 && this.state.phase === "down" });
  }

  #refuseStart(): void {
    this.effects.push({
      kind: "report",
      level: "warning",
      text: `unable to start ./run: ${this.state.closed ? "log service" : "service"} is closing`,
    });
  }

  /** What leaves is not taken back by `d`, which still stops a log that does not see the end of its pipe. */
  want(want: "down" | "exit"): void {
    this.#publish({ want: leaves(this.state) ? "exit" : want, once: false, announced: false });
    if (this.#runs()) this.stopRun();
  }

  terminate(): void {
    if (this.#runs()) this.stopRun();
  }

  stopRun(): void {
    this.#set({ agenda: STOP_TASKS });
  }

  hookThenSignal(name: HookName, signal: number): void {
    if (this.#runs()) this.#set({ agenda: [{ do: "hook", name }, { do: "signal unless handled", signal }] });
  }

  pause(paused: boolean): void {
    const flag: Task = { do: "flag paused", paused };
    if (!this.#runs()) return this.#set({ agenda: [flag] });
    const name = paused ? "p" : "c";
    const signal = paused ? SIGNAL.STOP : SIGNAL.CONT;
    this.#set({ agenda: [{ do: "hook", name }, { do: "signal unless handled", signal }, flag] });
  }

  #runs(): boolean {
    return this.state.phase === "run" && this.state.pid !== 0;
  }

  /** The `u` hook comes before `run`, not before finish, and once for a start that has to be tried again. */
  #start(): void {
    if (this.state.phase === "finish") {
      const { code, signal } = finishArguments(this.state.runStatus);
      return this.#ask("process", { kind: "start", what: "finish", code, signal });
    }
    const hook: readonly Task[] = this.state.announced ? NO_TASKS : [{ do: "hook", name: "u" }];
    this.#set({ announced: true, agenda: [...hook, { do: "start run" }] });
  }

  #started(pid: number): void {
    if (this.state.awaiting !== "process") return;
    const flags = { awaiting: "nothing", pid, paused: false, gotTerm: false } as const;
    this.#publish(this.state.phase === "finish" ? flags : { ...flags, ...this.#runBegun() });
  }

  #runBegun(): Partial<ServiceState> {
    const { monotonicMs, wallNs } = this.#now;
    return {
      phase: "run",
      startedAtMs: monotonicMs,
      sinceNs: wallNs,
      retryAtMs: -Infinity,
      once: false,
      announced: false,
    };
  }

  #refused(text: string): void {
    if (this.state.awaiting === "hook start") {
      this.#set({ awaiting: "nothing", handled: false });
    } else if (this.state.awaiting === "process") {
      this.#set({ awaiting: "nothing", retryAtMs: this.#now.monotonicMs + REFUSED_PAUSE_MS });
    } else return;
    this.effects.push({ kind: "report", level: "warning", text: `unable to fork, sleeping: ${text}` });
  }

  /** runsv sees a child that exits with 111: so the same end is digested here, without the child. */
  #unusable(text: string): void {
    const { awaiting, phase } = this.state;
    if (awaiting === "hook start") {
      this.#set({ awaiting: "nothing", handled: false });
      return void this.effects.push({ kind: "report", level: "fatal", text });
    }
    if (awaiting !== "process") return;
    const begun = phase === "finish" ? {} : this.#runBegun();
    this.#set({ awaiting: "nothing", paused: false, gotTerm: false, ...begun, ended: EXEC_FAILED << 8 });
    this.effects.push({ kind: "report", level: "fatal", text });
  }

  #collected(pid: number, status: number): void {
    if (this.state.awaiting === "hook end" && pid === this.state.hookPid) {
      return this.#set({ awaiting: "nothing", hookPid: 0, handled: status === 0 });
    }
    if (pid === this.state.pid) this.#set({ ended: status });
  }

  /** The life goes on under another pid; what a process has been told is remembered with it. */
  #replaced(pid: number): void {
    if (this.state.role === "log" && this.#runs() && this.state.ended === undefined) this.#publish({ pid });
  }

  #digestEnd(status: number): void {
    const ran = this.state.phase === "run";
    this.#set({ ended: undefined, pid: 0, gotTerm: false });
    if (ran) this.#set({ runStatus: status });
    if (ran && this.state.role === "main") this.#ask("finish probe", { kind: "probe finish" });
    else this.#reachDown();
  }

  #reachDown(): void {
    const { monotonicMs, wallNs } = this.#now;
    const short = monotonicMs < this.state.startedAtMs + LIFE_MIN_MS;
    this.#publish({
      awaiting: "nothing",
      phase: "down",
      sinceNs: wallNs,
      retryAtMs: short ? monotonicMs + LIFE_MIN_MS : -Infinity,
    });
  }
}

const STOP_TASKS: readonly Task[] = [
  { do: "hook", name: "t" },
  { do: "term unless handled" },
  { do: "continue the stopping" },
];

/** What each letter means beyond the plain signals; any other byte means nothing (runsv(8)). */
const COMMANDS: Readonly<Record<string, (life: Life) => void>> = {
  u: (life) => life.wantUp(),
  d: (life) => life.want("down"),
  o: (life) => life.wantOnce(),
  x: (life) => life.state.role === "main" ? life.want("exit") : undefined,
  t: (life) => life.terminate(),
  k: (life) => life.hookThenSignal("k", SIGNAL.KILL),
  p: (life) => life.pause(true),
  c: (life) => life.pause(false),
};

/**
 * finish's two arguments (runsv(8)): exit code or -1, and the low byte of the wait status, core flag included. An end
 * of which nobody knows how it was is -1 and 0, which no other is.
 */
export function finishArguments(status: number): { readonly code: number; readonly signal: number } {
  if (status === UNKNOWN_STATUS) return { code: -1, signal: 0 };
  const low = status & 0xff;
  return low === 0 ? { code: (status >> 8) & 0xff, signal: 0 } : { code: -1, signal: low };
}
