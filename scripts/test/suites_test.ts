import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { Counts } from "./counts.ts";
import { runCounting, runTests, type Verdict } from "./suites.ts";

/** The verdict of `run` on a file with this source. */
async function verdictOn(source: string, run: (file: string) => Promise<Verdict>): Promise<Verdict> {
  const directory = await Deno.makeTempDir({ prefix: "denit-suites-" });
  try {
    const file = join(directory, "sample_test.ts");
    await Deno.writeTextFile(file, source);
    return await run(file);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const tested = (source: string) => verdictOn(source, (file) => runTests([file], "quiet"));
const counted = (source: string) => verdictOn(source, (file) => runCounting(file, "quiet"));

function assertVerdict({ counts, remarks }: Verdict, expected: Counts, ...patterns: RegExp[]): void {
  assertEquals(counts, expected);
  assertEquals(remarks.length, patterns.length);
  patterns.forEach((pattern, index) => assertMatch(remarks[index] ?? "", pattern));
}

Deno.test("runTests() counts what passes and fails, and says why a test is skipped", async () => {
  const verdict = await tested(`
    Deno.test("a", () => {});
    Deno.test("b", () => { throw new Error("meant"); });
    Deno.test({ name: "c (needs a moon)", ignore: true, fn() {} });
  `);
  assertVerdict(verdict, { passed: 1, failed: 1, skipped: 1 }, /^skipped: .*_test.ts: c .*: needs a moon$/);
});

Deno.test("runTests() takes a skip without a reason for a failure", async () => {
  const verdict = await tested(`Deno.test({ name: "c", ignore: true, fn() {} }); Deno.test("a", () => {});`);
  assertVerdict(verdict, { passed: 1, failed: 1, skipped: 0 }, /^failed: .*: c: skipped without/);
});

Deno.test("runTests() counts a module that does not load", async () => {
  const verdict = await tested(`Deno.test("a", () => {}); throw new Error("meant");`);
  assertVerdict(verdict, { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("runTests() counts a module that does not compile", async () => {
  assertVerdict(
    await tested(`const a: string = 1; a;`),
    { passed: 0, failed: 1, skipped: 0 },
    /^failed: deno test ended with 1 and left no report$/,
  );
});

Deno.test("runTests() counts a run that is killed", async () => {
  assertVerdict(
    await tested(`Deno.test("a", () => {}); Deno.test("b", () => Deno.kill(Deno.pid, "SIGKILL"));`),
    { passed: 0, failed: 1, skipped: 0 },
    /^failed: deno test ended with 137 and left no report$/,
  );
});

Deno.test("runTests() counts a suite of nothing", async () => {
  assertVerdict(
    await runTests([], "quiet"),
    { passed: 0, failed: 1, skipped: 0 },
    /^failed: there are no tests/,
  );
});

Deno.test("runCounting() believes the last line", async () => {
  const verdict = await counted(`console.log("7 passed, 2 failed, 1 skipped"); Deno.exit(1);`);
  assertVerdict(verdict, { passed: 7, failed: 2, skipped: 1 });
});

Deno.test("runCounting() counts a program that fails though it says that nothing did", async () => {
  const verdict = await counted(`console.log("7 passed, 0 failed, 0 skipped"); Deno.exit(3);`);
  assertVerdict(verdict, { passed: 7, failed: 1, skipped: 0 }, /ended with 3$/);
});

Deno.test("runCounting() counts a program that says nothing, or is not there", async () => {
  const one = { passed: 0, failed: 1, skipped: 0 };
  assertVerdict(await counted(`console.log("well");`), one, /ended with 0 and gave no counts$/);
  assertVerdict(await runCounting("/nonexistent/suite.ts", "quiet"), one, /gave no counts$/);
});
