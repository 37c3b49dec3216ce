/** A seeded generator (Marsaglia's xorshift, 32 bits): the only chance in a simulation, or in any other series. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds that follow one another must not begin alike: they are spread by a multiplication first.
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1;
    for (let i = 0; i < 4; i++) this.#next();
  }

  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return this.#next() % n;
  }

  between(least: number, most: number): number {
    return least + (this.#next() / 0x1_0000_0000) * (most - least);
  }

  chance(probability: number): boolean {
    return this.#next() < probability * 0x1_0000_0000;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(Math.max(list.length, 1))];
    if (one === undefined) throw new RangeError("nothing to pick from");
    return one;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** `list` itself, in another order. */
  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const [a, b] = [list[i], list[j]];
      if (a === undefined || b === undefined) continue;
      list[i] = b;
      list[j] = a;
    }
    return list;
  }
}
