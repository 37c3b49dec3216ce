/**
 * The state of one service, and what can be asked of it. `service.ts` moves it on; events and effects are those of that
 * machine.
 */
import type { Now } from "../time/now.ts";
import type { Phase, Want } from "../runit/status.ts";

/** A life shorter than this is followed by a pause until this long after its start (runsv.c: sleep(1)). */
export const LIFE_MIN_MS = 1000;
/** The pause after a refused fork (runsv.c: sleep(5)), and after status files that could not be written. */
export const REFUSED_PAUSE_MS = 5000;

/** The names of control/X hooks, which are also the command letters that they belong to. */
export type HookName = "u" | "t" | "d" | "x" | "k" | "p" | "c" | "a" | "h" | "i" | "q" | "1" | "2";

/** A piece of what a command, or a start, means. `unless handled`: unless the hook before it has exited with 0. */
export type Task =
  | { readonly do: "hook"; readonly name: HookName }
  | { readonly do: "signal unless handled"; readonly signal: number }
  | { readonly do: "term unless handled" }
  | { readonly do: "flag paused"; readonly paused: boolean }
  | { readonly do: "continue the stopping" }
  | { readonly do: "start run" };

/** The agenda of a service that has nothing to do. */
export const NO_TASKS: readonly Task[] = [];

/** The steps that stop a process: the hook `t`, TERM, and then CONT with the hook `d` or `x`. */
export const STOP_TASKS: readonly Task[] = [
  { do: "hook", name: "t" },
  { do: "term unless handled" },
  { do: "continue the stopping" },
];

/** The answer of the host, or the end of a hook, that the machine waits for. */
export type Awaiting = "nothing" | "hook start" | "hook end" | "process" | "finish probe";

/** All that is known of a service. Plain and read-only: it can be printed, compared, enumerated. */
export interface ServiceState {
  /** A log has no hooks, no finish and no `x`. */
  readonly role: "main" | "log";
  readonly phase: Phase;
  readonly want: Want;
  /** Pid of `run`, or of `finish` in that phase; 0 for none. */
  readonly pid: number;
  readonly paused: boolean;
  /** True when TERM was sent to this process. */
  readonly gotTerm: boolean;
  /** Wall-clock nanoseconds since 1970 of the last change, for the status file. */
  readonly sinceNs: bigint;
  /** Monotonic time when `run` was started; -Infinity for never. */
  readonly startedAtMs: number;
  /** Monotonic time before which nothing is started; -Infinity when nothing holds up a start. */
  readonly retryAtMs: number;
  /** True when `o` was told, and `run` has not been started since. */
  readonly once: boolean;
  /** True when the `u` hook of the start that is due has been run. */
  readonly announced: boolean;
  /** Wait status of the last `run`, for the arguments of finish. */
  readonly runStatus: number;
  readonly awaiting: Awaiting;
  /** 0 for none. */
  readonly hookPid: number;
  /** True when the last hook has exited with 0, so its command is done. */
  readonly handled: boolean;
  /** Tasks that a command or a start has left to do. */
  readonly agenda: readonly Task[];
  /** Letters of commands that wait behind a hook. */
  readonly inbox: string;
  /** Wait status of a process whose end has been collected and not acted upon; undefined for none. */
  readonly ended: number | undefined;
  /** The time at which to write the status files again after a failure; Infinity when they are right. */
  readonly republishAtMs: number;
  /** True when the log pipe is closed: nothing can be started any more. */
  readonly closed: boolean;
  /** True when the service was told to exit for good: its directory is gone, or the whole fleet stops. */
  readonly retired: boolean;
}

/** A service that was never started. `wanted` is what it is to be from the start (`down` files). */
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

/** True while the process was told to stop and TERM has not been sent. */
export function owesStop({ agenda }: ServiceState): boolean {
  return agenda.some((task) => task.do === "term unless handled");
}

/** True for a service that is down with nothing under way: no process, no hook, no command. */
export function isIdle(state: ServiceState): boolean {
  return state.phase === "down" && state.pid === 0 && state.awaiting === "nothing" &&
    state.ended === undefined &&
    state.agenda.length === 0 && state.inbox === "";
}

/**
 * True when all that is under way is the process itself, so another supervisor can take up the service in this state.
 */
export function isCalm({ awaiting, agenda, inbox, ended, retired }: ServiceState): boolean {
  return awaiting === "nothing" && agenda.length === 0 && inbox === "" && ended === undefined && !retired;
}

/** False while commands wait in the inbox: then the host leaves the control FIFO unread. */
export function listening(state: ServiceState): boolean {
  return state.inbox === "";
}

/** Monotonic time at which the machine next needs a `wake`; Infinity for never. */
export function wakeAtMs(state: ServiceState): number {
  return Math.min(startDueAtMs(state), state.republishAtMs);
}

/**
 * Returns the time at which to start `run` or `finish`; Infinity when neither is wanted, or something else comes first.
 */
export function startDueAtMs(state: ServiceState): number {
  if (state.awaiting !== "nothing" || state.pid !== 0 || !startWanted(state)) return Infinity;
  return state.retryAtMs;
}

function startWanted(state: ServiceState): boolean {
  if (state.phase === "finish") return true;
  return !leaves(state) && (state.want === "up" || state.once);
}

/** True for a service that starts no more, and that wants to exit in spite of any command. */
export function leaves(state: ServiceState): boolean {
  return state.closed || state.retired;
}
