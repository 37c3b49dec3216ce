/**
 * `deno task bench NAME [options]`: measures denit against its peers and writes the results to `bench/`.
 */

import { launch, LAUNCH_USAGE } from "./bench/launch.ts";
import { logging, LOGGING_USAGE } from "./bench/logging.ts";
import { type Options, parseOptions, UsageError } from "./bench/options.ts";
import { survival, SURVIVAL_USAGE } from "./bench/survival.ts";
import { supervision, SUPERVISION_USAGE } from "./bench/supervision.ts";

const BENCHMARKS: { readonly [name: string]: (options: Options) => Promise<void> } = {
  supervision,
  logging,
  launch,
  survival,
};

const USAGE = `usage: deno task bench ${SUPERVISION_USAGE}
       deno task bench ${LOGGING_USAGE}
       deno task bench ${LAUNCH_USAGE}
       deno task bench ${SURVIVAL_USAGE}`;

async function bench([name = "", ...words]: readonly string[]): Promise<number> {
  try {
    const run = BENCHMARKS[name];
    if (run === undefined) throw new UsageError(`Unknown benchmark "${name}"`);
    await run(parseOptions(words));
    return Number(Deno.exitCode);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    console.error(`${thrown.message}\n${USAGE}`);
    return 100;
  }
}

if (import.meta.main) Deno.exit(await bench(Deno.args));
