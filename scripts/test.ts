/**
 * `deno task test [--seed S|random] [SUITE]...`: builds `dist/denit`, then runs the suites, all of them or those named:
 * unit (beside the sources, and the simulation), integration (tests/), conformance (against runit), vm (in a machine that
 * is booted for them).
 *
 * The first line is the seed of every random test, by default a hash of `src` and `tests` (see `tests/seed.ts`).
 * The last line is `N passed, N failed, N skipped`. The exit code is 0 if something passed, nothing failed
 * and, with CI=true, nothing was skipped. A test that may be skipped says why in its name: `... (needs root)`.
 */
import { parseArgs } from "@std/cli";
import { build } from "./build.ts";
import { type Counts, exitCodeOf, formatCounts, NOTHING, sum } from "./test/counts.ts";
import { SEED_WORDS, settleSeed } from "./test/seed_option.ts";
import { failure, type Suite, SUITES, type Verdict } from "./test/suites.ts";

/** Builds the program. Returns whether there is a program to run. */
async function built(): Promise<boolean> {
  try {
    const { path, form, base } = await build({ retry: true });
    console.log(`${path}: ${form} form, base runtime: ${base}`);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.log(`failed: build: ${error.message}`);
    return false;
  }
}

/** Runs a suite. Returns its verdict, even if it throws. */
async function verdictOf({ name, needsBuild, run }: Suite, isBuilt: boolean): Promise<Verdict> {
  if (needsBuild && !isBuilt) return failure(`${name}: there is no dist/denit to look at`);
  try {
    return await run();
  } catch (error) {
    return failure(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

async function runSuite(suite: Suite, isBuilt: boolean): Promise<Counts> {
  console.log(`\n== ${suite.name}`);
  const { counts, remarks } = await verdictOf(suite, isBuilt);
  for (const remark of remarks) console.log(remark);
  console.log(`${suite.name}: ${formatCounts(counts)}`);
  return counts;
}

function usage(): number {
  console.error(
    `usage: deno task test [--seed ${SEED_WORDS}] [${SUITES.map(({ name }) => name).join("|")}]...`,
  );
  return 100;
}

/** Runs the suites that `args` name, or all. Returns an exit code. */
export async function test(args: readonly string[]): Promise<number> {
  const unknown: string[] = [];
  const options = parseArgs(args, {
    string: ["seed"],
    unknown: (argument, key) => key === undefined || unknown.push(argument),
  });
  const names = options._.map(String);
  unknown.push(...names.filter((name) => !SUITES.some((suite) => suite.name === name)));
  if (unknown.length > 0 || settleSeed(options.seed) === undefined) return usage();
  const chosen = SUITES.filter(({ name }) => names.length === 0 || names.includes(name));
  const isBuilt = chosen.some(({ needsBuild }) => needsBuild) ? await built() : true;
  let counts: Counts = NOTHING;
  for (const suite of chosen) {
    counts = sum(counts, await runSuite(suite, isBuilt));
  }
  console.log(`\n${formatCounts(counts)}`);
  return exitCodeOf(counts, Deno.env.get("CI") === "true");
}

if (import.meta.main) Deno.exit(await test(Deno.args));
