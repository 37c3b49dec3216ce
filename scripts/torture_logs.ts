/**
 * `deno task torture-logs [--seed S|random] [--kills N] [--minutes M] [--svlogd PATH] [KIND]...`: kills svlogd under
 * load, N times (1000 by default) or for M minutes, and checks that its files have every line once and in order. KIND is
 * `plain`, `processors` or `full disk`; by default all that this machine allows, in turn. The seed is by default that of
 * the tree. The same seed kills at the same moments, as far as the machine's timing allows.
 *
 * Log directories with a fault are kept in `torture/SEED`. The last line is `N passed, N failed, N skipped`.
 */
import { parseArgs } from "@std/cli";
import { KILLS_IN_A_PLAN, type Kind, playSeries, possibleKinds } from "../tests/logging/crash/series.ts";
import type { Outcome } from "../tests/logging/crash/run.ts";
import { program } from "../tests/program.ts";
import { formatCounts } from "./test/counts.ts";
import { SEED_WORDS, settleSeed } from "./test/seed_option.ts";

const USAGE =
  `usage: deno task torture-logs [--seed ${SEED_WORDS}] [--kills N] [--minutes M] [--svlogd PATH] ` +
  '[plain|processors|"full disk"]...';
const KEPT = "torture";

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  return number >= 0 ? number : leave();
}

function leave(): never {
  console.error(USAGE);
  Deno.exit(100);
}

function kindsOf(words: readonly string[]): readonly Kind[] {
  const possible = possibleKinds();
  const kinds = possible.filter((kind) => words.includes(kind));
  if (kinds.length < words.length) {
    console.error(`${USAGE}\nhere: ${possible.join(", ")}`);
    Deno.exit(100);
  }
  return words.length === 0 ? possible : kinds;
}

function tell(kind: Kind, { plan, killed, lines, reports, problems }: Outcome): void {
  const files = [...reports.values()].reduce((sum, report) => sum + report.files, 0);
  const verdict = problems.length === 0 ? "all there" : "WRONG";
  console.log(`seed ${plan.seed}, ${kind}: ${killed} killed, ${lines} lines, ${files} files: ${verdict}`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) {
    console.log(`  plan: ${JSON.stringify({ ...plan, kills: undefined })}`);
    console.log(`  again: deno task torture-logs --seed ${plan.seed} --kills 1 "${kind}"`);
  }
}

/** Runs the task. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseArgs(args, { string: ["seed", "kills", "minutes", "svlogd"] });
  let seed = settleSeed(options.seed) ?? leave();
  const kinds = kindsOf(options._.map(String));
  const untilMs = performance.now() + numberOf(options.minutes, Infinity) * 60_000;
  const kills = numberOf(options.kills, options.minutes === undefined ? 1000 : Infinity);
  const path = options.svlogd ?? `${(await program()).links}/svlogd`;
  let [passed, failed, killed] = [0, 0, 0];
  while (killed < kills && performance.now() < untilMs) {
    for (const kind of kinds) {
      const onOutcome = (outcome: Outcome) => tell(kind, outcome);
      const series = { path, kind, seed, kills: 1, keepIn: KEPT, onOutcome };
      const done = await playSeries(series);
      killed += done.killed;
      if (done.problems.length === 0) passed++;
      else failed++;
    }
    seed++;
  }
  console.log(`${killed} loggers killed, about ${KILLS_IN_A_PLAN} a run`);
  console.log(formatCounts({ passed, failed, skipped: 0 }));
  return failed > 0 || passed === 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
