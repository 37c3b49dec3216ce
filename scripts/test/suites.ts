/** The suites of `deno task test`, each of which runs to its end and comes back as counts, whatever happens. */
import { fromFileUrl, join, relative } from "@std/path";
import { type Counts, lastCounts, NOTHING, ONE_FAILURE, sum } from "./counts.ts";
import { type Case, countCases, leaves, needOf, parseReport } from "./junit.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** A suite that takes this long hangs. */
const DEADLINE_MS = 30 * 60_000;

export interface Suite {
  readonly name: string;
  /** Looks at `dist/denit`. */
  readonly needsBuild: boolean;
  readonly run: () => Promise<Counts>;
}

interface Ended {
  readonly code: number;
  /** What it printed. */
  readonly output: string;
}

/** Whether what runs is seen while it does. */
export type Show = "live" | "quiet";

/** Runs deno in the repository. */
export async function runDeno(args: readonly string[], show: Show = "live"): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    // What tests start in the script form runs on the deno they run on.
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

function failure(reason: string): Counts {
  console.log(`failed: ${reason}`);
  return ONE_FAILURE;
}

/** A skip says why, or it is a failure: nobody could tell what is not proven. */
function explainSkips(cases: readonly Case[]): Counts {
  const skipped = cases.filter(({ result }) => result === "skipped");
  for (const one of skipped) {
    const need = needOf(one);
    if (need !== undefined) console.log(`skipped: ${one.file}: ${one.name}: ${need}`);
    else console.log(`failed: ${one.file}: ${one.name}: skipped without "(needs ...)" in its name`);
  }
  const silent = skipped.filter((one) => needOf(one) === undefined).length;
  return { passed: 0, failed: silent, skipped: -silent };
}

/** Modules that did not load or threw outside of any test: the report of cases leaves them out. */
function uncaught(output: string): Counts {
  return { ...NOTHING, failed: [...output.matchAll(/^Uncaught error from .* FAILED$/gm)].length };
}

function countTests(report: string | undefined, { code, output }: Ended): Counts {
  const parsed = report === undefined ? undefined : parseReport(report);
  if (parsed === undefined) return failure(`deno test ended with ${code} and left no report`);
  const cases = leaves(parsed);
  const counts = [countCases(cases), explainSkips(cases), uncaught(output)].reduce(sum);
  if (code !== 0 && counts.failed === 0) return sum(counts, failure(`deno test ended with ${code}`));
  return counts;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** `deno test` over files and folders. */
export async function runTests(places: readonly string[], show: Show = "live"): Promise<Counts> {
  if (places.length === 0) return failure("there are no tests here");
  const directory = await Deno.makeTempDir({ prefix: "denit-test-" });
  try {
    const report = join(directory, "report.xml");
    const ended = await runDeno(["test", "-A", `--junit-path=${report}`, ...places], show);
    return countTests(await readIfThere(report), ended);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A program that counts for itself and says so in its last line. */
export async function runCounting(script: string, show: Show = "live"): Promise<Counts> {
  const { code, output } = await runDeno(["run", "-A", script], show);
  const counts = lastCounts(output);
  if (counts === undefined) return failure(`${script} ended with ${code} and gave no counts`);
  if (code !== 0 && counts.failed === 0) return sum(counts, failure(`${script} ended with ${code}`));
  return counts;
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

export const SUITES: readonly Suite[] = [
  {
    name: "unit",
    needsBuild: false,
    run: async () => await runTests(["src", "scripts", ...(await testFiles()).filter(isSimulated)]),
  },
  {
    name: "integration",
    needsBuild: true,
    run: async () => await runTests((await testFiles()).filter((file) => !isSimulated(file))),
  },
  { name: "conformance", needsBuild: true, run: () => runCounting("scripts/conformance.ts") },
];
