/** `--seed S` of the tasks that run tests at random: one seed, told first, and known to every child process. */
import { chosenSeed, runSeed, SEED_VARIABLE } from "../../tests/seed.ts";

/** What stands behind `--seed` in a task's usage. */
export const SEED_WORDS = "S|random";

/**
 * Settles the seed of this run, by the word after `--seed` if there was one, prints it, and returns it. Returns
 * undefined after a complaint if that word is no seed.
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
