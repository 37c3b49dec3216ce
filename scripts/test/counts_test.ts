import { assertEquals } from "@std/assert";
import { exitCodeOf, formatCounts, lastCounts, NOTHING, sum } from "./counts.ts";

const MIXED = { passed: 12, failed: 3, skipped: 4 };

Deno.test("lastCounts() reads what formatCounts() wrote, the last of several", () => {
  const output = `ok one\n1 passed, 0 failed, 0 skipped\nmore\n${formatCounts(MIXED)}\nbye\n`;
  assertEquals(lastCounts(output), MIXED);
});

Deno.test("lastCounts() finds nothing in other lines", () => {
  assertEquals(lastCounts("3 passed, 1 failed\n x 3 passed, 1 failed, 0 skipped\n"), undefined);
});

Deno.test("sum() adds up", () => {
  assertEquals(sum(MIXED, { passed: 1, failed: 2, skipped: 3 }), { passed: 13, failed: 5, skipped: 7 });
});

Deno.test("exitCodeOf() is 0 only if something passed and nothing failed", () => {
  assertEquals(exitCodeOf({ passed: 1, failed: 0, skipped: 0 }, false), 0);
  assertEquals(exitCodeOf(MIXED, false), 1);
  assertEquals(exitCodeOf(NOTHING, false), 1);
});

Deno.test("exitCodeOf() takes a skip for a failure in CI", () => {
  assertEquals(exitCodeOf({ passed: 1, failed: 0, skipped: 1 }, false), 0);
  assertEquals(exitCodeOf({ passed: 1, failed: 0, skipped: 1 }, true), 1);
});
