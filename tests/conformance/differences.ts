/**
 * Every deliberate difference from runit, and the only entries in which the recordings may disagree.
 *
 * A row is a promise with two halves: the reference must show `runit`, word for word, and the target must show
 * `denit`. So a row that stops being true fails, whichever side changed.
 */
export interface Difference {
  /** The scenario that shows it, and the entry of its recording. */
  readonly scenario: string;
  readonly entry: string;
  /** The entry as runit's programs make it, and as ours do. */
  readonly runit: string;
  readonly denit: string;
  readonly why: string;
}

export const DIFFERENCES: readonly Difference[] = [];
