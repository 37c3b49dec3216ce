/**
 * The life of the tree's logger: one process that writes the logs of all services whose `log/` has a `config` and no
 * `run`.
 *
 * - `none`: there is no process; the first log that starts has one started.
 * - `gathering`: logs that start now belong to the set it confines itself to. It is given them, and the set is sealed,
 *   when none has come for GATHER_MS, or GATHER_MOST_MS after the first. An empty set is not sealed.
 * - `sealed`: it takes further logs only where it may write already, and says so of others (`uncovered`).
 * - `leaving`: told to leave. It writes what it has read and ends; a new one takes over the whole set.
 *
 * For what is uncovered it is replaced, but not before it is REPLACE_MS old: services that come one by one cost
 * one replacement a second. Without any log it is told to leave after IDLE_MS. One that fails by itself at its start,
 * again and again, is left alone for a while (`isUsable`): each log then gets a svlogd of its own.
 */
import type { Now } from "../time/now.ts";

/** The start of a tree is many logs in a short time. */
export const GATHER_MS = 50;
export const GATHER_MOST_MS = 3000;
export const REPLACE_MS = 1000;
export const IDLE_MS = 5000;
/** A shorter life that ended in failure is a failed start. */
export const LIFE_MIN_MS = 1000;
/** So many failed starts in a row are enough for UNUSABLE_MS. */
export const FAILURES_MOST = 3;
export const UNUSABLE_MS = 60_000;

export interface TreeLoggerState {
  readonly phase: "none" | "gathering" | "sealed" | "leaving";
  readonly pid: number;
  readonly startedAtMs: number;
  /** When the first log of its set came. */
  readonly gatheringSinceMs: number;
  /** The end of `gathering`. */
  readonly sealAtMs: number;
  /** When to make room for another one; Infinity when there is no need. */
  readonly replaceAtMs: number;
  /** When to leave because there is nothing to do; Infinity while there is. */
  readonly idleAtMs: number;
  readonly failures: number;
  readonly usableAtMs: number;
}

export type TreeLoggerEvent =
  /** A log starts, or is to be carried over. */
  | { readonly kind: "wanted" }
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "said uncovered" }
  /** The last of its logs has ended. */
  | { readonly kind: "idle" }
  | { readonly kind: "ended"; readonly status: number }
  | { readonly kind: "wake" }
  /** The fleet is about to end, and whoever has not been given its logs by then never is. */
  | { readonly kind: "hurry" };

export type TreeLoggerEffect =
  | { readonly kind: "start" }
  /** Give it whatever waits, and let it confine itself to that. */
  | { readonly kind: "seal" }
  | { readonly kind: "leave" }
  | { readonly kind: "gone"; readonly planned: boolean; readonly status: number };

export interface TreeLoggerStep {
  readonly state: TreeLoggerState;
  readonly effects: readonly TreeLoggerEffect[];
}

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

/** When the machine next needs to hear of time; Infinity for never. */
export function wakeAtMs({ phase, sealAtMs, replaceAtMs, idleAtMs }: TreeLoggerState): number {
  if (phase === "gathering") return idleAtMs === Infinity ? sealAtMs : idleAtMs;
  return phase === "sealed" ? Math.min(replaceAtMs, idleAtMs) : Infinity;
}

/** False while each log should have a svlogd of its own. */
export function isUsable({ usableAtMs }: TreeLoggerState, now: Now): boolean {
  return usableAtMs <= now.monotonicMs;
}

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
  // What a signal ended says nothing about the next one.
  const failed = status >> 8 !== 0 && now.monotonicMs < state.startedAtMs + LIFE_MIN_MS;
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
