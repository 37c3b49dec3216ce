/**
 * `deno task simulate [--seed S|random] [--seeds N] [--verbose]`: runs supervision on a simulated kernel, with N seeds
 * from S on, each twice. N is 1000 by default, and S the seed of the tree. --verbose prints the transcripts, for which
 * `--seeds 1` is enough.
 *
 * The last line is `N passed, N failed, N skipped`.
 */
import { parseArgs } from "@std/cli";
import { runSeeds, summaryLines } from "../tests/simulation/seeds.ts";
import { simulate } from "../tests/simulation/simulation.ts";
import { formatCounts } from "./test/counts.ts";
import { SEED_WORDS, settleSeed } from "./test/seed_option.ts";

const SEEDS = 1000;

function usage(): number {
  console.error(`usage: deno task simulate [--seed ${SEED_WORDS}] [--seeds N] [--verbose]`);
  return 100;
}

/** Runs the task. Returns the exit code. */
function main(args: readonly string[]): number {
  const options = parseArgs(args, { string: ["seeds", "seed"], boolean: ["verbose"] });
  const count = Number(options.seeds ?? SEEDS);
  if (!(Number.isSafeInteger(count) && count >= 0)) return usage();
  const first = settleSeed(options.seed);
  if (first === undefined) return usage();
  if (options.verbose) {
    for (let seed = first; seed < first + count; seed++) simulate(seed, (line) => console.log(line));
  }
  const summary = runSeeds(simulate, first, count, Infinity);
  for (const line of summaryLines(summary)) console.log(line);
  const failed = summary.failures.length;
  console.log(formatCounts({ passed: count - failed, failed, skipped: 0 }));
  return failed > 0 || count === 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
