import { assertEquals, assertThrows } from "@std/assert";
import { median, percentile, rotated, slope } from "./statistics.ts";

Deno.test("median() takes the middle value, or the mean of the middle two", () => {
  assertEquals(median([30, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 30]), 3);
});

Deno.test("median() refuses an empty list", () => {
  assertThrows(() => median([]), RangeError);
});

Deno.test("slope() finds the rise of a line and of points around one", () => {
  assertEquals(slope([[1, 12], [100, 210], [1000, 2010]]), 2);
  assertEquals(slope([[0, 1], [1, 0], [2, 3], [3, 2]]), 0.6);
});

Deno.test("slope() of points above each other is undefined", () => {
  assertEquals(slope([[5, 1], [5, 2]]), undefined);
});

Deno.test("rotated() begins elsewhere and leaves nobody out", () => {
  assertEquals(rotated(["a", "b", "c"], 4), ["b", "c", "a"]);
  assertEquals(rotated([], 3), []);
});

Deno.test("percentile() is a value that so many do not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assertEquals(percentile(hundred, 0.5), 50);
  assertEquals(percentile(hundred, 0.99), 99);
  assertEquals(percentile([7], 0.99), 7);
  assertThrows(() => percentile([], 0.5), RangeError);
});
