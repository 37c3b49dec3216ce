/**
 * `deno task simulate [--seeds N] [--seed S] [--verbose]`: supervision on a simulated kernel, N seeds from S on (as a
 * rule 1000 from 1), each twice. With --verbose the transcripts are printed; one seed is then enough.
 *
 * The last line is `N passed, N failed, N skipped`.
 */
import { parseArgs } from "@std/cli";
import { runSeeds, summaryLines } from "../tests/simulation/seeds.ts";
import { simulate } from "../tests/simulation/simulation.ts";
import { formatCounts } from "./test/counts.ts";

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error("usage: deno task simulate [--seeds N] [--seed S] [--verbose]");
  Deno.exit(100);
}

/** Returns an exit code. */
function main(args: readonly string[]): number {
  const options = parseArgs(args, { string: ["seeds", "seed"], boolean: ["verbose"] });
  const first = numberOf(options.seed, 1);
  const count = numberOf(options.seeds, options.seed === undefined ? 1000 : 1);
  console.log(`first seed ${first}`);
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
