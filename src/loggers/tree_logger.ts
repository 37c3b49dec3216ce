/**
 * The life of the tree's logger: one process that writes the logs of all services whose `log/` has a `config` and no
 * `run`.
 *
 * It confines itself to the directories of the logs it was given (Landlock), once, so logs that start together should
 * be one set:
 * - `none`       There is no process. The first log that starts has one started.
 * - `gathering`  Logs that start now belong to the set. The set is sealed when no log has come for GATHER_MS, and not
 *                later than GATHER_MOST_MS after the first. An empty set is not sealed: the logger waits for a log.
 * - `sealed`     It writes further logs only where it may write already. Of others it says `uncovered`.
 * - `leaving`    It was told to leave. It writes what it has read and ends, and a new one takes over the whole set.
 *
 * Why it leaves:
 * - A log is uncovered. But a logger is REPLACE_MS old before it is replaced, so services that come one by one cost
 *   one replacement a second at the most.
 * - It has had no log for IDLE_MS.
 *
 * When FAILURES_MOST starts in a row have failed, no logger is started for UNUSABLE_MS. Meanwhile `isUsable` is false,
 * and each log gets a svlogd of its own.
 */
import { exitCodeOf } from "../posix/wait_status.ts";
import type { Now } from "../time/now.ts";

/** The time without a new log after which the set is sealed. When a tree starts, many logs come in a short time. */
export const GATHER_MS = 50;
/** The time after its first log at which the set is sealed, even if logs still come. */
export const GATHER_MOST_MS = 3000;
/** A logger is at least so old before it makes room for another one. */
export const REPLACE_MS = 1000;
/** The time after which a logger without logs is told to leave. */
export const IDLE_MS = 5000;
/** A shorter life that ended with an exit code other than 0 is a failed start. */
export const LOGGER_LIFE_MIN_MS = 1000;
/** The number of failed starts in a row after which no logger is started for UNUSABLE_MS. */
export const FAILURES_MOST = 3;
/** The time for which no logger is started after FAILURES_MOST. */
export const UNUSABLE_MS = 60_000;

/** The state of the tree's logger. All times are monotonic milliseconds. */
export interface TreeLoggerState {
  readonly phase: "none" | "gathering" | "sealed" | "leaving";
  /** 0 while there is no process. */
  readonly pid: number;
  readonly startedAtMs: number;
  /** The time at which the first log of the set came. */
  readonly gatheringSinceMs: number;
  /** The time at which to seal the set. */
  readonly sealAtMs: number;
  /** The time at which the logger is to make room for another one; Infinity while it need not. */
  readonly replaceAtMs: number;
  /** The time at which the logger is to leave because it has no log; Infinity while it has one. */
  readonly idleAtMs: number;
  /** Failed starts in a row. */
  readonly failures: number;
  /** The time before which no logger is started; -Infinity as a rule. */
  readonly usableAtMs: number;
}

/** An event in the life of the tree's logger. */
export type TreeLoggerEvent =
  /** A log starts, or waits for the next logger. */
  | { readonly kind: "wanted" }
  /** The answer to the effect `start`. */
  | { readonly kind: "started"; readonly pid: number }
  /** The logger reports a log whose directory it may not write to. */
  | { readonly kind: "said uncovered" }
  /** The last of its logs has ended. */
  | { readonly kind: "idle" }
  /** The logger's process has ended with this wait status. */
  | { readonly kind: "ended"; readonly status: number }
  | { readonly kind: "wake" }
  /** The fleet is about to end. A logger that has not got its logs by then never gets them. */
  | { readonly kind: "hurry" };

/** A deed that the host does for the tree's logger. */
export type TreeLoggerEffect =
  /** Start a process. The reply is the event `started`, or SysError is thrown to the caller that told the event. */
  | { readonly kind: "start" }
  /** Give it every feed that waits, and order it to confine itself to those. */
  | { readonly kind: "seal" }
  /** Order it to leave. */
  | { readonly kind: "leave" }
  /** Tell its feeds that it has ended; `planned`: it was told to leave and left. */
  | { readonly kind: "gone"; readonly planned: boolean; readonly status: number };

/** The answer of the machine to one event. */
export interface TreeLoggerStep {
  readonly state: TreeLoggerState;
  readonly effects: readonly TreeLoggerEffect[];
}

/** A tree without a logger. */
export function newTreeLogger(): TreeLoggerState {
  return {
    phase: "none",
    pid: 0,
    startedAtMs: -Infinity,
    gatheringSinceMs: -Infinity,
    sealAtMs: Infinity,
    replaceAtMs: Infinity,
    idleAtMs: Infinity,
    failures: 0,
    usableAtMs: -Infinity,
  };
}

/** Returns the time at which the machine next needs a wake, in monotonic milliseconds; Infinity for never. */
export function wakeAtMs({ phase, sealAtMs, replaceAtMs, idleAtMs }: TreeLoggerState): number {
  if (phase === "gathering") return idleAtMs === Infinity ? sealAtMs : idleAtMs;
  return phase === "sealed" ? Math.min(replaceAtMs, idleAtMs) : Infinity;
}

/** False while no logger is to be started: each log that starts now should have a svlogd of its own. */
export function isUsable({ usableAtMs }: TreeLoggerState, now: Now): boolean {
  return usableAtMs <= now.monotonicMs;
}

/** The next state of the tree's logger, and what is to be done. */
export function step(state: TreeLoggerState, event: TreeLoggerEvent, now: Now): TreeLoggerStep {
  switch (event.kind) {
    case "wanted":
      return wanted(state, now);
    case "started":
      return nothing(state.phase === "none" ? started(state, event.pid, now) : state);
    case "said uncovered":
      return nothing(state.phase === "sealed" ? uncovered(state, now) : state);
    case "idle":
      return nothing({ ...state, idleAtMs: now.monotonicMs + IDLE_MS });
    case "ended":
      return state.phase === "none" ? nothing(state) : ended(state, event.status, now);
    case "wake":
      return woken(state, now);
    case "hurry":
      return state.phase === "gathering" ? sealed(state) : nothing(state);
  }
}

function nothing(state: TreeLoggerState): TreeLoggerStep {
  return { state, effects: [] };
}

function wanted(state: TreeLoggerState, { monotonicMs }: Now): TreeLoggerStep {
  const busy = { ...state, idleAtMs: Infinity };
  switch (state.phase) {
    case "none":
      return { state: busy, effects: [{ kind: "start" }] };
    case "gathering": {
      const gatheringSinceMs = state.idleAtMs === Infinity ? state.gatheringSinceMs : monotonicMs;
      const sealAtMs = Math.min(gatheringSinceMs + GATHER_MOST_MS, monotonicMs + GATHER_MS);
      return nothing({ ...busy, gatheringSinceMs, sealAtMs });
    }
    case "sealed":
    case "leaving":
      return nothing(busy);
  }
}

function started(state: TreeLoggerState, pid: number, { monotonicMs }: Now): TreeLoggerState {
  return {
    ...state,
    phase: "gathering",
    pid,
    startedAtMs: monotonicMs,
    gatheringSinceMs: monotonicMs,
    sealAtMs: monotonicMs + GATHER_MS,
    replaceAtMs: Infinity,
    idleAtMs: Infinity,
  };
}

function uncovered(state: TreeLoggerState, { monotonicMs }: Now): TreeLoggerState {
  const soonest = Math.max(monotonicMs, state.startedAtMs + REPLACE_MS);
  return { ...state, replaceAtMs: Math.min(state.replaceAtMs, soonest) };
}

function woken(state: TreeLoggerState, { monotonicMs }: Now): TreeLoggerStep {
  if (wakeAtMs(state) > monotonicMs) return nothing(state);
  if (state.phase === "gathering" && state.idleAtMs === Infinity) return sealed(state);
  return { state: { ...state, phase: "leaving" }, effects: [{ kind: "leave" }] };
}

function sealed(state: TreeLoggerState): TreeLoggerStep {
  return { state: { ...state, phase: "sealed" }, effects: [{ kind: "seal" }] };
}

function ended(state: TreeLoggerState, status: number, now: Now): TreeLoggerStep {
  const planned = state.phase === "leaving" && status === 0;
  // A death by a signal says nothing about the next logger.
  const failed = exitCodeOf(status) !== 0 && now.monotonicMs < state.startedAtMs + LOGGER_LIFE_MIN_MS;
  const failures = failed ? state.failures + 1 : 0;
  const givenUp = failures >= FAILURES_MOST;
  return {
    state: {
      ...newTreeLogger(),
      failures: givenUp ? 0 : failures,
      usableAtMs: givenUp ? now.monotonicMs + UNUSABLE_MS : -Infinity,
    },
    effects: [{ kind: "gone", planned, status }],
  };
}
