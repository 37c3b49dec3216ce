/** Samples by measure, contender and scale, as a trial hands them on. */

/** Samples of one measure of one contender at one scale. */
export interface Samples<Measure extends string = string, Contender extends string = string> {
  readonly measure: Measure;
  readonly contender: Contender;
  /** The quantity with which the measure grows: a number of services, or the bytes of a line. */
  readonly scale: number;
  readonly values: readonly number[];
}

/** The samples of several trials; those of the same measure, contender and scale are joined. */
export class Ledger<Measure extends string = string, Contender extends string = string> {
  readonly #samples = new Map<string, Samples<Measure, Contender>>();

  add(more: Samples<Measure, Contender>): void {
    const key = keyOf(more.measure, more.contender, more.scale);
    const before = this.#samples.get(key)?.values ?? [];
    this.#samples.set(key, { ...more, values: [...before, ...more.values] });
  }

  values(measure: Measure, contender: Contender, scale: number): readonly number[] {
    return this.#samples.get(keyOf(measure, contender, scale))?.values ?? [];
  }

  /** The scales for which this measure has samples, ascending. */
  scales(measure: Measure): number[] {
    const all = [...this.#samples.values()].filter((samples) => samples.measure === measure);
    return [...new Set(all.map(({ scale }) => scale))].toSorted((a, b) => a - b);
  }

  all(): Samples<Measure, Contender>[] {
    return [...this.#samples.values()];
  }
}

function keyOf(measure: string, contender: string, scale: number): string {
  return `${measure}/${contender}/${scale}`;
}
