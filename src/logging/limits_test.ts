import { assertEquals } from "@std/assert";
import { decisiveSize, endsWithLine, fitting, isFull, nextDeadline } from "./limits.ts";

Deno.test("a log of 3000 bytes with lines of 1000 is over when a line ends at 2000 or later", () => {
  assertEquals(endsWithLine(3000, 1000, 1999), false);
  assertEquals(endsWithLine(3000, 1000, 2000), true);
  assertEquals(decisiveSize(3000, 1000), 2000);
  assertEquals(isFull(3000, 2999), false);
  assertEquals(isFull(3000, 3000), true);
  assertEquals(fitting(3000, 2990, 50), 10);
  assertEquals(fitting(3000, 2990, 5), 5);
});

Deno.test("a log that is shorter than a line is cut at its size", () => {
  assertEquals(endsWithLine(500, 1000, 499), false);
  assertEquals(endsWithLine(500, 1000, 500), false);
  assertEquals(decisiveSize(500, 1000), 501);
  assertEquals(fitting(500, 400, 1000), 100);
});

Deno.test("a size of 0 means no limit", () => {
  assertEquals(isFull(0, 1e12), false);
  assertEquals(endsWithLine(0, 1000, 1e12), false);
  assertEquals(fitting(0, 1e12, 7), 7);
  assertEquals(decisiveSize(0, 1000), Infinity);
});

Deno.test("nextDeadline() keeps to the period of the first deadline", () => {
  assertEquals(nextDeadline(1000, 100, 1000), 1100);
  assertEquals(nextDeadline(1000, 100, 1099), 1100);
  assertEquals(nextDeadline(1000, 100, 1450), 1500);
  assertEquals(nextDeadline(1000, 100, 900), 1000);
});
