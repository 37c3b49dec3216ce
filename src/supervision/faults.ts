/**
 * What an internal fault costs: outside the handling of one service nothing can be set aside, so the process executes
 * itself, and takes up its services in its next life. Faults that follow one another at short intervals make it wait:
 * what is wrong may be wrong again at once.
 *
 * The count goes from life to life as a word (`kernel.startAgain`).
 */

/** A fault so soon after the last one is one more of them. */
export const CALM_MS = 10_000;
export const FIRST_PAUSE_MS = 1000;
export const MOST_PAUSE_MS = 60_000;

export interface FaultCount {
  readonly faults: number;
  /** When the last one was. */
  readonly atMs: number;
}

export const NO_FAULTS: FaultCount = { faults: 0, atMs: -Infinity };

export function faultCountOf(word: string): FaultCount {
  const [, faults, atMs] = /^faults:([0-9]{1,9}):([0-9]{1,15})$/.exec(word) ?? [];
  return faults === undefined ? NO_FAULTS : { faults: Number(faults), atMs: Number(atMs) };
}

export function wordOf({ faults, atMs }: FaultCount): string {
  return `faults:${faults}:${Math.floor(atMs)}`;
}

export interface FaultAnswer {
  readonly count: FaultCount;
  /** To be waited for before the next life. */
  readonly pauseMs: number;
}

/** One more fault. The pauses count for nothing when it comes to how soon it was. */
export function oneMore({ faults, atMs }: FaultCount, nowMs: number): FaultAnswer {
  const soon = nowMs < atMs + CALM_MS;
  const pauseMs = soon && faults > 0 ? Math.min(FIRST_PAUSE_MS * 2 ** (faults - 1), MOST_PAUSE_MS) : 0;
  return { count: { faults: soon ? faults + 1 : 1, atMs: nowMs + pauseMs }, pauseMs };
}
