/**
 * `deno task torture [--seed S|random] [--kills N] [--minutes M] [--services N]`: tortures the supervisor of N services.
 * It kills the supervisor again and again, its loggers, and some of the services, fills the disk and sets the clock. No
 * service may notice any of that, and no line may be missing in a log. By default there are 50 services and 100 kills,
 * and the seed is that of the tree.
 *
 * Logs with something wrong are kept in `torture/SEED`. The last line is `N passed, N failed, N skipped`.
 */
import { parseArgs } from "@std/cli";
import { LEFT_OUT } from "../tests/torture/ground.ts";
import { torture } from "../tests/torture/torture.ts";
import { formatCounts } from "./test/counts.ts";
import { SEED_WORDS, settleSeed } from "./test/seed_option.ts";

/** The directory of the logs that are kept. It is not in the repository. */
const KEPT = "torture";

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  return number >= 0 ? number : leave();
}

function leave(): never {
  console.error(`usage: deno task torture [--seed ${SEED_WORDS}] [--kills N] [--minutes M] [--services N]`);
  Deno.exit(100);
}

/** Runs the task. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseArgs(args, { string: ["seed", "kills", "minutes", "services"] });
  const seed = settleSeed(options.seed) ?? leave();
  const untilMs = performance.now() + numberOf(options.minutes, 60) * 60_000;
  const kills = numberOf(options.kills, options.minutes === undefined ? 100 : Infinity);
  for (const missing of LEFT_OUT) console.log(missing);
  const result = await torture({
    seed,
    kills,
    untilMs,
    services: numberOf(options.services, 50),
    keep: `${KEPT}/${seed}`,
  });
  const { supervisorsKilled, loggersKilled, servicesKilled, upgrades, turns, lines, problems } = result;
  console.log(
    `killed: the supervisor ${supervisorsKilled} times, loggers ${loggersKilled}, services ${servicesKilled}; ` +
      `${upgrades} upgrades, ${turns} turns of disk and clock; ${lines} lines`,
  );
  for (const problem of problems) console.log(problem);
  console.log(formatCounts({ passed: problems.length === 0 ? 1 : 0, failed: problems.length, skipped: 0 }));
  return problems.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
