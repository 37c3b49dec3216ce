/**
 * Decides how long a process waits before it executes itself after an internal fault.
 *
 * A fault outside the handling of one service cannot be contained, so the process executes itself and takes up its
 * services in its next life. The first fault costs no pause. If faults follow each other, the pauses grow, because the
 * cause may still be there.
 *
 * The count passes from life to life as a word (`Kernel.startAgain`, `Kernel.wordOfLastLife`).
 */

/** A fault that comes sooner than this after the end of the last pause adds to the count; a later one starts it anew. */
export const CALM_MS = 10_000;
/** The pause after the second fault in a row. Each further fault doubles it. */
export const FIRST_PAUSE_MS = 1000;
/** The longest pause. */
export const MOST_PAUSE_MS = 60_000;

/** Faults that followed each other, and when the last one was. */
export interface FaultCount {
  /** Faults in a row, counting the last one. */
  readonly faults: number;
  /** Monotonic time at which the pause after the last fault ends; -Infinity when there was none. */
  readonly atMs: number;
}

/** The count of a process that has met no fault. */
export const NO_FAULTS: FaultCount = { faults: 0, atMs: -Infinity };

/** Reads the word that the last life left (`wordOf`). Any other word counts as no fault. */
export function faultCountOf(word: string): FaultCount {
  const [, faults, atMs] = /^faults:([0-9]{1,9}):([0-9]{1,15})$/.exec(word) ?? [];
  return faults === undefined ? NO_FAULTS : { faults: Number(faults), atMs: Number(atMs) };
}

/** The count as a word for the next life: `faults:COUNT:MILLISECONDS`. */
export function wordOf({ faults, atMs }: FaultCount): string {
  return `faults:${faults}:${Math.floor(atMs)}`;
}

/** The answer to one more fault. */
export interface FaultAnswer {
  /** The count, the new fault included. */
  readonly count: FaultCount;
  /** Wait this long before executing the next life. */
  readonly pauseMs: number;
}

/** Counts a fault that happens at `nowMs`. The calm is measured from the end of the last pause, not from its start. */
export function oneMore({ faults, atMs }: FaultCount, nowMs: number): FaultAnswer {
  const isSoon = nowMs < atMs + CALM_MS;
  const pauseMs = isSoon && faults > 0 ? Math.min(FIRST_PAUSE_MS * 2 ** (faults - 1), MOST_PAUSE_MS) : 0;
  return { count: { faults: isSoon ? faults + 1 : 1, atMs: nowMs + pauseMs }, pauseMs };
}
