/**
 * Numbered lines that a seed and a number determine in full. So the checker knows every line that the writer writes.
 *
 *     c1234 text
 *
 * Patterns select by the letter, `a` to `d`. The lengths are those that matter to a logger: empty, around the 1000
 * bytes that patterns see, more than a page, more than a pipe holds.
 */
import { Random } from "../../random.ts";

/** The letters with which lines begin. */
export const CLASSES = "abcd";

/** Length of the text from which all lines are cut. Every line is shorter. */
const SOURCE_BYTES = 200_000;
const FIRST_LETTER = 33;
const LETTERS = 94;

interface Lengths {
  /** The number of lines in a thousand that have these lengths. */
  readonly share: number;
  readonly least: number;
  readonly most: number;
}

const LENGTHS: readonly Lengths[] = [
  { share: 700, least: 0, most: 150 },
  { share: 150, least: 150, most: 900 },
  { share: 80, least: 985, most: 1030 },
  { share: 50, least: 1000, most: 5000 },
  { share: 18, least: 4090, most: 9000 },
  { share: 2, least: 20_000, most: 100_000 },
];
const ALL_SHARES = 1000;

/** The lines of one seed. */
export class Lines {
  readonly #seed: number;
  readonly #source: string;

  constructor(seed: number) {
    this.#seed = seed;
    const random = new Random(seed);
    const letters = Uint8Array.from({ length: SOURCE_BYTES }, () => FIRST_LETTER + random.below(LETTERS));
    this.#source = new TextDecoder("latin1").decode(letters);
  }

  /** Line `number`, from 0, without its newline. */
  text(number: number): string {
    const { least, most } = lengthsOf(mixed(this.#seed, number, 1) % ALL_SHARES);
    const length = least + mixed(this.#seed, number, 2) % (most - least);
    const from = mixed(this.#seed, number, 3) % (SOURCE_BYTES - length);
    return `${this.class(number)}${number} ${this.#source.slice(from, from + length)}`;
  }

  /** The letter of line `number`, by which patterns select. */
  class(number: number): string {
    return CLASSES.charAt(mixed(this.#seed, number, 4) % CLASSES.length);
  }
}

function lengthsOf(share: number): Lengths {
  let below = 0;
  for (const lengths of LENGTHS) {
    below += lengths.share;
    if (share < below) return lengths;
  }
  throw new RangeError(`the shares do not come to ${ALL_SHARES}`);
}

/** Mixes three numbers into one of 32 bits (the finalizer of MurmurHash3). */
function mixed(seed: number, number: number, salt: number): number {
  let x = Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b) ^ Math.imul(salt, 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
