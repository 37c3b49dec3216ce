/**
 * `deno task simulate [--seed S|random] [--seeds N] [--verbose]`: supervision on a simulated kernel, N seeds from S on
 * (as a rule 1000, from the seed of the tree), each twice. With --verbose the transcripts are printed; `--seeds 1` is
 * then enough.
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

/** Returns an exit code. */
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
