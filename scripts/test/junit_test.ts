import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Case, countCases, leaves, needOf, parseReport } from "./junit.ts";

const SUITE = `
  Deno.test("one", () => {});
  Deno.test({ name: '"quoted" <& it (needs root)', ignore: true, fn() {} });
  Deno.test("steps", async (t) => {
    await t.step("first", () => {});
    await t.step("second", (t) => t.step("deep", () => { throw new Error("deep"); }));
    await t.step({ name: "third", ignore: true, fn() {} });
  });
  Deno.test("all steps well", async (t) => {
    await t.step("first", () => {});
    throw new Error("after the steps");
  });
`;

/** Runs deno on SUITE. Returns the report that deno writes. */
async function reportOfSuite(): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(directory, "suite_test.ts"), SUITE);
    await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--no-check", "--junit-path=report.xml", "suite_test.ts"],
      cwd: directory,
      stdout: "null",
      stderr: "null",
    }).output();
    return await Deno.readTextFile(join(directory, "report.xml"));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const REPORT = await reportOfSuite();

Deno.test("parseReport() reads every test and step of what deno writes", () => {
  const file = "./suite_test.ts";
  const expected: readonly (readonly [string, Case["result"]])[] = [
    ["one", "passed"],
    ['"quoted" <& it (needs root)', "skipped"],
    ["steps", "failed"],
    ["steps > first", "passed"],
    ["steps > second", "failed"],
    ["steps > second > deep", "failed"],
    ["steps > third", "skipped"],
    ["all steps well", "failed"],
    ["all steps well > first", "passed"],
  ];
  const byName = (a: Case, b: Case) => a.name < b.name ? -1 : 1;
  assertEquals(
    [...parseReport(REPORT) ?? []].sort(byName),
    expected.map(([name, result]) => ({ file, name, result })).sort(byName),
  );
});

Deno.test("parseReport() refuses a report that was cut off", () => {
  assertEquals(parseReport(REPORT.slice(0, -20)), undefined);
  assertEquals(parseReport(""), undefined);
});

Deno.test("countCases() counts leaves, and a test that failed after steps that did not", () => {
  const cases = leaves(parseReport(REPORT) ?? []);
  assertEquals(countCases(cases), { passed: 3, failed: 2, skipped: 2 });
});

Deno.test("needOf() finds the reason for a skip at the end of its name", () => {
  const named = (name: string): Case => ({ file: "", name, result: "skipped" });
  assertEquals(needOf(named("mounts a thing (needs CAP_SYS_ADMIN)")), "needs CAP_SYS_ADMIN");
  assertEquals(needOf(named("mounts (needs root) a thing")), undefined);
  assertEquals(needOf(named("mounts a thing")), undefined);
});
