/**
 * Checks log directories that `writer.ts` filled through a logger, and prints their faults.
 *
 *     deno run --allow-read tests/logging/crash/inspect.ts --seed S --lines N
 *       [--stamp none|tai64n|utc|iso] [--prefix TEXT] [--classes abcd] [--replaced BYTES] [--pruned] DIR...
 *
 * Exit codes: 0 if each of the N lines is there once, whole and in order; 1 if not; 100 for wrong usage.
 */
import { parseArgs } from "@std/cli";
import { check, reportLines, type StampName, unpruned } from "./check.ts";
import { CLASSES, Lines } from "./lines.ts";
import { readLogs } from "./read.ts";

const USAGE = "usage: inspect --seed S --lines N [--stamp none|tai64n|utc|iso] [--prefix TEXT] " +
  "[--classes abcd] [--replaced BYTES] [--pruned] DIR...";
const STAMPS: readonly StampName[] = ["none", "tai64n", "utc", "iso"];

/** Runs the program. Returns the exit code. */
export function main(args: readonly string[]): number {
  const options = parseArgs(args, {
    string: ["seed", "lines", "stamp", "prefix", "classes", "replaced"],
    boolean: ["pruned"],
  });
  const stamp = STAMPS.find((name) => name === (options.stamp ?? "none"));
  const [seed, count] = [Number(options.seed), Number(options.lines)];
  const directories = options._.map(String);
  const usable = Number.isSafeInteger(seed) && Number.isSafeInteger(count) && directories.length > 0;
  if (stamp === undefined || !usable) {
    console.error(USAGE);
    return 100;
  }
  const { prefix = "", classes = CLASSES, pruned } = options;
  const replacedBytes = Number(options.replaced ?? 0);
  const expected = { lines: new Lines(seed), count, stamp, prefix, classes, replacedBytes, pruned };
  const reports = directories.map((name) => {
    const files = readLogs(name);
    return [name, check(pruned ? unpruned(files) : files, expected)] as const;
  });
  for (const [name, report] of reports) {
    for (const line of reportLines(report)) console.log(`${name}: ${line}`);
  }
  return reports.every(([, { faults }]) => faults.length === 0) ? 0 : 1;
}

if (import.meta.main) Deno.exit(main(Deno.args));
