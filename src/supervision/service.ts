/**
 * The life of one service, as runsv(8) tells it, without its blocking.
 *
 * `step` answers every event in every phase, reads no clock and does nothing. What runsv waits for is state
 * (`service_state.ts`):
 * - `agenda`: what is left of a command, or of a start, behind a control/X hook that is running;
 * - `inbox`: commands that came meanwhile (runsv would leave them in the pipe);
 * - `retryAtMs`: runsv's sleeps, one second after a life shorter than that, five after a fork that was refused;
 * - `ended`: the end of a process that has been collected and not acted upon, because a hook is still running.
 *
 * The machine does one thing at a time, in this order: the agenda, an end, a start that is due, the next command. So ends
 * overtake commands, because runsv reaps before it reads; and no command is lost, because it waits in the inbox.
 * `awaiting` says which answer of the host is due. While an answer is due nothing else moves.
 *
 * `take` has every event. Letters that only send a signal stand in `PLAIN_SIGNALS`, all others in `COMMANDS`. An event that does not fit the state changes nothing.
 *
 * Differs from runsv on purpose (service_test.ts and the conformance table show each):
 * - `k` does not forget the child: there is no second copy, and finish runs once;
 * - commands are heard during the pauses, and a start still waits for the end of the pause;
 * - a hook that a signal killed has not handled its command;
 * - `retire`, which no letter says, is an `x` that nothing takes back: the directory of the service is gone, or its
 *   whole fleet stops.
 */
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { exitCodeOf, exitedWith, signalAndCoreOf } from "../posix/wait_status.ts";
import { UNKNOWN_STATUS } from "../survival/adoption.ts";
import type { Now } from "../time/now.ts";
import {
  type Awaiting,
  type HookName,
  leaves,
  LIFE_MIN_MS,
  NO_TASKS,
  REFUSED_PAUSE_MS,
  type ServiceState,
  startDueAtMs,
  STOP_TASKS,
  type Task,
} from "./service_state.ts";

/**
 * The most letters that wait behind a hook; the newest always does. The host stops reading the pipe before that
 * (`listening`).
 */
export const INBOX_MAX = 128;

/** A fact that a service is told. */
export type ServiceEvent =
  /** Write the status files as things stand; a service that wants up then starts. */
  | { readonly kind: "publish" }
  /** A byte came through `control`. */
  | { readonly kind: "command"; readonly letter: string }
  /** Answers to `hook`. */
  | { readonly kind: "hook absent" }
  | { readonly kind: "hook started"; readonly pid: number }
  /** Answers to `start`, and the second one to `hook`. */
  | { readonly kind: "started"; readonly pid: number }
  /** `refused`: no process could be made; `unusable`: the program could not be executed. */
  | { readonly kind: "not started"; readonly why: "refused" | "unusable"; readonly text: string }
  /** Answers to `probe finish`. */
  | { readonly kind: "finish found" }
  | { readonly kind: "finish absent" }
  /** A process or a hook has ended; `status` is its wait status. */
  | { readonly kind: "ended"; readonly pid: number; readonly status: number }
  /** The status files or the record could not be written. */
  | { readonly kind: "publish failed" }
  /** The log goes on under another pid: the tree's logger was replaced in the middle of its life. */
  | { readonly kind: "replaced"; readonly pid: number }
  /** Acts like `x`, but no command takes it back: neither one that is still unread nor a later one. */
  | { readonly kind: "retire" }
  /** The time of `wakeAtMs` has come. */
  | { readonly kind: "wake" };

/** A task for the host. It answers `hook`, `start` and `probe finish` with an event. */
export type ServiceEffect =
  /** The status files and the record are to tell the new state, before another process can notice anything else. */
  | { readonly kind: "publish" }
  | { readonly kind: "signal"; readonly pid: number; readonly signal: number }
  /** Run `control/NAME`, if it is there. */
  | { readonly kind: "hook"; readonly name: HookName }
  | { readonly kind: "start"; readonly what: "run" }
  | { readonly kind: "start"; readonly what: "finish"; readonly code: number; readonly signal: number }
  /** See whether there is a `finish`. */
  | { readonly kind: "probe finish" }
  | { readonly kind: "report"; readonly level: "warning" | "fatal"; readonly text: string };

/** The result of an event: the new state, and effects to perform in this order. */
export interface ServiceStep {
  readonly state: ServiceState;
  readonly effects: readonly ServiceEffect[];
}

/** Letters that only send a signal, and only to `run` (runsv(8)). */
const PLAIN_SIGNALS: Readonly<Record<string, number>> = {
  a: SIGNAL.ALRM,
  h: SIGNAL.HUP,
  i: SIGNAL.INT,
  q: SIGNAL.QUIT,
  "1": SIGNAL.USR1,
  "2": SIGNAL.USR2,
};

/** The service after the event, and what the host is to do about it. Never throws. */
export function step(state: ServiceState, event: ServiceEvent, now: Now): ServiceStep {
  const life = new Life(state, now);
  life.take(event);
  life.goOn();
  return { state: life.state, effects: life.effects };
}

/** A step that is being made: the state so far and the effects so far. */
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

  /** An answer to a question that was not asked cannot come; it would change nothing. */
  #answered(to: Awaiting, change: Partial<ServiceState>): void {
    if (this.state.awaiting === to) this.#set({ awaiting: "nothing", ...change });
  }

  /** Does everything that needs no answer of the host, in the order that the head of this file gives. */
  goOn(): void {
    while (this.state.awaiting === "nothing") {
      if (this.state.agenda.length > 0) this.#doTask();
      else if (this.state.ended !== undefined) this.#actOnEnd(this.state.ended);
      else if (startDueAtMs(this.state) <= this.#now.monotonicMs) this.#start();
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

  /** Hooks belong to the service itself; a log has none. */
  #hook(name: HookName): void {
    if (this.state.role === "main") this.#ask("hook start", { kind: "hook", name });
    else this.#set({ handled: false });
  }

  /** A process that has ended gets no signal: another process may have its pid by now. */
  #signal(signal: number): void {
    const { pid, ended } = this.state;
    if (pid !== 0 && ended === undefined) this.effects.push({ kind: "signal", pid, signal });
  }

  /** The second half of a stop. A process that is stopped (STOP) must run to see its TERM. The answer of the hook means nothing. */
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

  /** A service that is down starts at once, unless a pause holds it up. */
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

  /** `d` does not take back a leaving, but still stops a log that does not see the end of its pipe. */
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

  /** The `u` hook comes before `run` and not before finish, and once for a start that has to be tried again. */
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

  /** runsv sees a child here that exits with 111. There is no child, but the same end is acted upon. */
  #unusable(text: string): void {
    const { awaiting, phase } = this.state;
    if (awaiting === "hook start") {
      this.#set({ awaiting: "nothing", handled: false });
      return void this.effects.push({ kind: "report", level: "fatal", text });
    }
    if (awaiting !== "process") return;
    const begun = phase === "finish" ? {} : this.#runBegun();
    this.#set({
      awaiting: "nothing",
      paused: false,
      gotTerm: false,
      ...begun,
      ended: exitedWith(EXIT.fatal),
    });
    this.effects.push({ kind: "report", level: "fatal", text });
  }

  #collected(pid: number, status: number): void {
    if (this.state.awaiting === "hook end" && pid === this.state.hookPid) {
      return this.#set({ awaiting: "nothing", hookPid: 0, handled: status === 0 });
    }
    if (pid === this.state.pid) this.#set({ ended: status });
  }

  /** The life goes on under another pid, and with what the process has been told. */
  #replaced(pid: number): void {
    if (this.state.role === "log" && this.#runs() && this.state.ended === undefined) this.#publish({ pid });
  }

  #actOnEnd(status: number): void {
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

/** Every letter that is not a plain signal. Any other byte means nothing (runsv(8)). */
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
 * The two arguments of finish (runsv(8)): the exit code or -1, and the low byte of the wait status, core flag included.
 * An unknown end is passed as -1 and 0, which no real end produces.
 */
export function finishArguments(status: number): { readonly code: number; readonly signal: number } {
  if (status === UNKNOWN_STATUS) return { code: -1, signal: 0 };
  const signal = signalAndCoreOf(status);
  return signal === 0 ? { code: exitCodeOf(status), signal: 0 } : { code: -1, signal };
}
