/**
 * When a shared logger may be started: one for each identity and each directory of log directories, for the svlogds
 * that join it (logging/joining.ts).
 *
 * A svlogd waits for its answer, so whoever comes while a start is held up is kept, for at most PAUSE_MS. Where
 * starts fail again and again they are refused for a while instead: a svlogd that is refused writes by itself.
 */
import { FAILURES_MOST, LIFE_MIN_MS, UNUSABLE_MS } from "./tree_logger.ts";

/** After a life shorter than LIFE_MIN_MS. */
export const PAUSE_MS = 1000;

export interface SharedLoggerState {
  readonly startAtMs: number;
  readonly usableAtMs: number;
  readonly failures: number;
}

export function newSharedLogger(): SharedLoggerState {
  return { startAtMs: -Infinity, usableAtMs: -Infinity, failures: 0 };
}

export function mayJoin(state: SharedLoggerState, nowMs: number): "now" | "later" | "no" {
  if (nowMs < state.usableAtMs) return "no";
  return nowMs < state.startAtMs ? "later" : "now";
}

/** Its process has ended, with a wait status. */
export function ended(
  state: SharedLoggerState,
  { startedAtMs, status }: { readonly startedAtMs: number; readonly status: number },
  nowMs: number,
): SharedLoggerState {
  if (nowMs >= startedAtMs + LIFE_MIN_MS) return newSharedLogger();
  // What a signal ended says nothing about the next one.
  const failures = status >> 8 === 0 ? 0 : state.failures + 1;
  const givenUp = failures >= FAILURES_MOST;
  return {
    startAtMs: nowMs + PAUSE_MS,
    usableAtMs: givenUp ? nowMs + UNUSABLE_MS : -Infinity,
    failures: givenUp ? 0 : failures,
  };
}

/** When nothing needs to be remembered any more. */
export function forgottenAtMs({ startAtMs, usableAtMs, failures }: SharedLoggerState): number {
  // A failure counts until the next start has had the time to be another one.
  return Math.max(startAtMs + (failures > 0 ? UNUSABLE_MS : 0), usableAtMs);
}
