import { assertEquals } from "@std/assert";
import { faultCountOf, NO_FAULTS, oneMore, wordOf } from "./fault_count.ts";

Deno.test("the first fault costs no pause; those that follow at once 1, 2, 4 ... 60 seconds", () => {
  let count = NO_FAULTS;
  const pauses = Array.from({ length: 9 }, () => {
    const answer = oneMore(faultCountOf(wordOf(count)), count.atMs === -Infinity ? 500 : count.atMs + 50);
    count = answer.count;
    return answer.pauseMs / 1000;
  });
  assertEquals(pauses, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
});

Deno.test("after ten seconds of calm a fault is the first one again", () => {
  const { count } = oneMore(oneMore(NO_FAULTS, 100).count, 200);
  assertEquals(oneMore(count, count.atMs + 10_000), {
    count: { faults: 1, atMs: count.atMs + 10_000 },
    pauseMs: 0,
  });
});

Deno.test("a word that is none of ours tells of no faults", () => {
  for (const word of ["", "faults:", "faults:1", "faults:x:1", "upgrade"]) {
    assertEquals(faultCountOf(word), NO_FAULTS);
  }
});
