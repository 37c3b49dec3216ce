/** `--seed S` of the tasks with random tests. The seed is printed first, and every child process knows it. */
import { chosenSeed, runSeed, SEED_VARIABLE } from "../../tests/seed.ts";

/** The words behind `--seed` in the usage of a task. */
export const SEED_WORDS = "S|random";

/**
 * Settles the seed of this run, prints it and returns it. `option` is the word behind `--seed`, if there was one. If
 * that word is no seed, prints a complaint and returns undefined.
 */
export function settleSeed(option: string | undefined): number | undefined {
  try {
    const seed = option === undefined ? runSeed() : chosenSeed(option, undefined, runSeed);
    Deno.env.set(SEED_VARIABLE, `${seed}`);
    console.log(`seed ${seed} (--seed ${seed} repeats this run)`);
    return seed;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return undefined;
  }
}
