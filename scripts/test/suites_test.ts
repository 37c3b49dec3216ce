import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Counts } from "./counts.ts";
import { runCounting, runTests } from "./suites.ts";

/** What `run` makes of a file with this source. */
async function countsOf(source: string, run: (file: string) => Promise<Counts>): Promise<Counts> {
  const directory = await Deno.makeTempDir({ prefix: "denit-suites-" });
  try {
    const file = join(directory, "sample_test.ts");
    await Deno.writeTextFile(file, source);
    return await run(file);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const tested = (source: string) => countsOf(source, (file) => runTests([file], "quiet"));
const counted = (source: string) => countsOf(source, (file) => runCounting(file, "quiet"));

Deno.test("runTests() counts what passes, fails and says why it is skipped", async () => {
  const counts = await tested(`
    Deno.test("a", () => {});
    Deno.test("b", () => { throw new Error("meant"); });
    Deno.test({ name: "c (needs a moon)", ignore: true, fn() {} });
  `);
  assertEquals(counts, { passed: 1, failed: 1, skipped: 1 });
});

Deno.test("runTests() takes a skip without a reason for a failure", async () => {
  const counts = await tested(`Deno.test({ name: "c", ignore: true, fn() {} }); Deno.test("a", () => {});`);
  assertEquals(counts, { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("runTests() counts a module that does not load", async () => {
  const counts = await tested(`Deno.test("a", () => {}); throw new Error("meant");`);
  assertEquals(counts, { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("runTests() counts a module that does not compile", async () => {
  assertEquals(await tested(`const a: string = 1; a;`), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("runTests() counts a run that is killed", async () => {
  const counts = await tested(
    `Deno.test("a", () => {}); Deno.test("b", () => Deno.kill(Deno.pid, "SIGKILL"));`,
  );
  assertEquals(counts, { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("runTests() counts a suite of nothing", async () => {
  assertEquals(await runTests([], "quiet"), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("runCounting() believes the last line", async () => {
  const counts = await counted(`console.log("7 passed, 2 failed, 1 skipped"); Deno.exit(1);`);
  assertEquals(counts, { passed: 7, failed: 2, skipped: 1 });
});

Deno.test("runCounting() counts a program that fails though it says that nothing did", async () => {
  const counts = await counted(`console.log("7 passed, 0 failed, 0 skipped"); Deno.exit(1);`);
  assertEquals(counts, { passed: 7, failed: 1, skipped: 0 });
});

Deno.test("runCounting() counts a program that says nothing, or is not there", async () => {
  assertEquals(await counted(`console.log("well");`), { passed: 0, failed: 1, skipped: 0 });
  assertEquals(await runCounting("/nonexistent/suite.ts", "quiet"), { passed: 0, failed: 1, skipped: 0 });
});
