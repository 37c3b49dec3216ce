/**
 * Decides when a shared logger may be started. Each user (UID, GID, groups) has one for each directory in which log
 * directories lie. svlogds join it (logging/joining.ts).
 *
 * A svlogd that asks waits for its answer. So while a start is held up, for PAUSE_MS at the most, the svlogd is kept
 * waiting (`later`). When starts fail again and again, svlogds are refused for UNUSABLE_MS instead (`no`): a svlogd
 * that is refused writes its log itself.
 */
import { exitCodeOf } from "../posix/wait_status.ts";
import { FAILURES_MOST, LOGGER_LIFE_MIN_MS, UNUSABLE_MS } from "./tree_logger.ts";

/** The time that the next start waits after a life shorter than LOGGER_LIFE_MIN_MS. */
export const PAUSE_MS = 1000;

/** The memory of a shared logger between two of its lives. All times are monotonic milliseconds. */
export interface SharedLoggerState {
  /** The time before which the process is not started. */
  readonly startAtMs: number;
  /** Every svlogd is refused before this. */
  readonly usableAtMs: number;
  /** Failed starts in a row. */
  readonly failures: number;
}

/** A shared logger that has never failed. */
export function newSharedLogger(): SharedLoggerState {
  return { startAtMs: -Infinity, usableAtMs: -Infinity, failures: 0 };
}

/**
 * Tells when a process may be started for a svlogd that asks: `now`, or `later`, at `startAtMs`. `no` means that the
 * svlogd is refused.
 */
export function mayJoin(state: SharedLoggerState, nowMs: number): "now" | "later" | "no" {
  if (nowMs < state.usableAtMs) return "no";
  return nowMs < state.startAtMs ? "later" : "now";
}

/** The state after its process has ended with a wait status. */
export function ended(
  state: SharedLoggerState,
  { startedAtMs, status }: { readonly startedAtMs: number; readonly status: number },
  nowMs: number,
): SharedLoggerState {
  if (nowMs >= startedAtMs + LOGGER_LIFE_MIN_MS) return newSharedLogger();
  // A death by a signal says nothing about the next process.
  const failures = exitCodeOf(status) === 0 ? 0 : state.failures + 1;
  const givenUp = failures >= FAILURES_MOST;
  return {
    startAtMs: nowMs + PAUSE_MS,
    usableAtMs: givenUp ? nowMs + UNUSABLE_MS : -Infinity,
    failures: givenUp ? 0 : failures,
  };
}

/** Returns the time from which on a new state would do as well as this one, so that this one can be forgotten. */
export function forgottenAtMs({ startAtMs, usableAtMs, failures }: SharedLoggerState): number {
  // A failure counts until the next start has had the time to fail as well.
  return Math.max(startAtMs + (failures > 0 ? UNUSABLE_MS : 0), usableAtMs);
}
