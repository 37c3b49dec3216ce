/**
 * `deno task check`: formatting, lint with this repository's own rules, types. Each prints what is wrong.
 *
 * `deno task check --graph` prints the import graph of modules instead, as it stands in ARCHITECTURE.md.
 */
import { arrowsOfAll, drawing } from "./lint/graph.ts";
import { programSources } from "./lint/sources.ts";
import { runDeno } from "./test/suites.ts";

const CHECKS: readonly (readonly string[])[] = [["fmt", "--check"], ["lint"], ["check", "."]];

/** Runs all three checks, even if the first fails. Returns the exit code. */
export async function check(): Promise<number> {
  let failed = 0;
  for (const args of CHECKS) {
    if ((await runDeno(["--quiet", ...args])).code === 0) continue;
    failed += 1;
    console.error(`check: deno ${args.join(" ")} failed`);
  }
  return failed === 0 ? 0 : 1;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0) return await check();
  if (args.length > 1 || args[0] !== "--graph") {
    console.error("usage: deno task check [--graph]");
    return 100;
  }
  console.log(drawing(arrowsOfAll(await programSources())).trimEnd());
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
