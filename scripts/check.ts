/** `deno task check`: formatting, lint with this repository's own rules, types. Each says what is wrong. */
import { runDeno } from "./test/suites.ts";

const CHECKS: readonly (readonly string[])[] = [["fmt", "--check"], ["lint"], ["check", "."]];

/** Returns an exit code; all three are run even if the first fails. */
export async function check(): Promise<number> {
  let failed = 0;
  for (const args of CHECKS) {
    if ((await runDeno(["--quiet", ...args])).code === 0) continue;
    failed += 1;
    console.error(`check: deno ${args.join(" ")} failed`);
  }
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await check());
