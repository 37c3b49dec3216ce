import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import type { Line } from "./line.ts";
import { type LineSource, Merge } from "./merge.ts";

/** The stamp of a line in seconds; empty for a line without a stamp. */
type Entry = number | "";

class Source implements LineSource {
  readonly #lines: Line[] = [];

  constructor(log: number, entries: readonly Entry[]) {
    let second: number | undefined;
    for (const [i, entry] of entries.entries()) {
      if (entry !== "") second = entry;
      const time = second === undefined ? undefined : { second, nanosecond: 0 };
      this.#lines.push({ log, time, isStamped: entry !== "", text: `${"abc"[log]}${i}` });
    }
  }

  next(): Line | undefined {
    return this.#lines.shift();
  }
}

function merged(...logs: readonly (readonly Entry[])[]): string {
  const merge = new Merge();
  for (const [i, entries] of logs.entries()) merge.add(new Source(i, entries));
  const texts: string[] = [];
  for (let line = merge.next(); line !== undefined; line = merge.next()) texts.push(line.text);
  return texts.join(" ");
}

Deno.test("Merge gives lines in the order of time, and of the same time in the order of the logs", () => {
  assertEquals(merged([1, 4, 6], [2, 4, 5]), "a0 b0 a1 b1 b2 a2");
  assertEquals(merged([], [1]), "b0");
  assertEquals(merged(), "");
});

Deno.test("Merge keeps a line without a stamp behind the line that it follows", () => {
  assertEquals(merged([1, "", ""], [1, "", 1]), "a0 a1 a2 b0 b1 b2");
  assertEquals(merged([2], ["", "", 1, 3]), "b0 b1 b2 a0 b3");
});

Deno.test("Merge leaves a log in its own order even if its clock was set back", () => {
  assertEquals(merged([5, 1, 6], [2, 7]), "b0 a0 a1 a2 b1");
});

Deno.test("Merge gives the lines of sorted logs as sorting all of them would", (t) => {
  const log = fc.array(fc.nat(50), { maxLength: 40 }).map((times) => times.sort((a, b) => a - b));
  forAll(
    t,
    fc.property(log, log, log, (...logs) => {
      const all = logs.flatMap((times, log) => times.map((time, i) => ({ time, log, i })));
      all.sort((x, y) => x.time - y.time || x.log - y.log || x.i - y.i);
      assertEquals(merged(...logs), all.map(({ log, i }) => `${"abc"[log]}${i}`).join(" "));
    }),
  );
});

Deno.test("Merge takes in again a log that had run dry", () => {
  const merge = new Merge();
  const dry = new Source(0, [1]);
  merge.add(dry);
  assertEquals([merge.next()?.text, merge.next()], ["a0", undefined]);
  merge.add(dry);
  merge.add(new Source(1, [2]));
  assertEquals([merge.next()?.text, merge.next()], ["b0", undefined]);
});
