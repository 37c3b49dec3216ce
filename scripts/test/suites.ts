/** The suites of `deno task test`. Each runs to its end and returns its counts, whatever happens. */
import { fromFileUrl, join, relative } from "@std/path";
import { type Counts, lastCounts, NOTHING, ONE_FAILURE, sum } from "./counts.ts";
import { type Case, countCases, leaves, needOf, parseReport } from "./junit.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** A suite that takes this long is taken to hang. */
const DEADLINE_MS = 30 * 60_000;

/** The end of a suite. */
export interface Verdict {
  readonly counts: Counts;
  /** One line for each skipped test, with the reason, and for each failure that no test reported. */
  readonly remarks: readonly string[];
}

/** A suite. */
export interface Suite {
  readonly name: string;
  /** True when the suite runs `dist/denit`. */
  readonly needsBuild: boolean;
  readonly run: () => Promise<Verdict>;
}

interface Ended {
  readonly code: number;
  /** Its output. */
  readonly output: string;
}

/** `live` shows the output while a suite runs. */
export type Show = "live" | "quiet";

/** Runs deno in the root of the repository, with these arguments. */
export async function runDeno(args: readonly string[], show: Show = "live"): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    // Programs in the script form run on the deno that runs the tests.
    env: { NO_COLOR: "1", DENIT_DENO: Deno.execPath() },
    stdin: "null",
    stdout: "piped",
    stderr: show === "live" ? "inherit" : "null",
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).spawn();
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout) {
    if (show === "live") await writeAll(bytes);
    chunks.push(decoder.decode(bytes, { stream: true }));
  }
  return { code: (await child.status).code, output: chunks.join("") };
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await Deno.stdout.write(bytes.subarray(done));
}

/** The verdict of a failure that no test reported. */
export function failure(reason: string): Verdict {
  return { counts: ONE_FAILURE, remarks: [`failed: ${reason}`] };
}

function both(a: Verdict, b: Verdict): Verdict {
  return { counts: sum(a.counts, b.counts), remarks: [...a.remarks, ...b.remarks] };
}

/** The verdict of a skipped test. If its name gives no reason, it counts as failed: nobody could tell what is not tested. */
function skipVerdict(skipped: Case): Verdict {
  const need = needOf(skipped);
  const test = `${skipped.file}: ${skipped.name}`;
  return need === undefined
    ? failure(`${test}: skipped without "(needs ...)" in its name`)
    : { counts: { ...NOTHING, skipped: 1 }, remarks: [`skipped: ${test}: ${need}`] };
}

function casesVerdict(cases: readonly Case[]): Verdict {
  const skips = cases.filter(({ result }) => result === "skipped").map(skipVerdict);
  return skips.reduce(both, { counts: { ...countCases(cases), skipped: 0 }, remarks: [] });
}

/** The verdict of modules that did not load or threw outside a test, which the report of cases leaves out. */
function uncaughtVerdict(output: string): Verdict {
  const failed = [...output.matchAll(/^Uncaught error from .* FAILED$/gm)].length;
  return { counts: { ...NOTHING, failed }, remarks: [] };
}

/** Adds a failure if the exit code says that one happened and the counts do not. */
function withExitCode(verdict: Verdict, what: string, code: number): Verdict {
  if (code === 0 || verdict.counts.failed > 0) return verdict;
  return both(verdict, failure(`${what} ended with ${code}`));
}

function testsVerdict(report: string | undefined, { code, output }: Ended): Verdict {
  const cases = report === undefined ? undefined : parseReport(report);
  if (cases === undefined) return failure(`deno test ended with ${code} and left no report`);
  return withExitCode(both(casesVerdict(leaves(cases)), uncaughtVerdict(output)), "deno test", code);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Runs `deno test` over files and folders. */
export async function runTests(places: readonly string[], show: Show = "live"): Promise<Verdict> {
  if (places.length === 0) return failure("there are no tests here");
  const directory = await Deno.makeTempDir({ prefix: "denit-test-" });
  try {
    const report = join(directory, "report.xml");
    const ended = await runDeno(["test", "-A", `--junit-path=${report}`, ...places], show);
    return testsVerdict(await readIfThere(report), ended);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs a program that counts for itself, explains its skips, and prints the counts in its last line. */
export async function runCounting(script: string, show: Show = "live"): Promise<Verdict> {
  const { code, output } = await runDeno(["run", "-A", script], show);
  const counts = lastCounts(output);
  if (counts === undefined) return failure(`${script} ended with ${code} and gave no counts`);
  return withExitCode({ counts, remarks: [] }, script, code);
}

async function* testsBelow(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory) yield* testsBelow(path);
    else if (entry.name.endsWith("_test.ts")) yield relative(ROOT, path);
  }
}

async function testFiles(): Promise<readonly string[]> {
  return (await Array.fromAsync(testsBelow(join(ROOT, "tests")))).sort();
}

function isSimulated(file: string): boolean {
  return file.startsWith("tests/simulation/");
}

/** True for a test that boots an emulated machine: that takes all processors for a while, so it runs alone. */
function isBooted(file: string): boolean {
  return file.startsWith("tests/vm/");
}

/** The suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  {
    name: "unit",
    needsBuild: false,
    run: async () => await runTests(["src", "scripts", ...(await testFiles()).filter(isSimulated)]),
  },
  {
    name: "integration",
    needsBuild: true,
    run: async () =>
      await runTests((await testFiles()).filter((file) => !isSimulated(file) && !isBooted(file))),
  },
  { name: "conformance", needsBuild: true, run: () => runCounting("scripts/conformance.ts") },
  {
    name: "vm",
    needsBuild: true,
    run: async () => await runTests((await testFiles()).filter(isBooted)),
  },
];
