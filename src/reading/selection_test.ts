import { assertEquals } from "@std/assert";
import type { Line } from "./line.ts";
import { isWanted, LastLines } from "./selection.ts";

function line(second: number | undefined, text = ""): Line {
  const time = second === undefined ? undefined : { second, nanosecond: 0 };
  return { log: 0, time, isStamped: time !== undefined, text };
}

Deno.test("isWanted() accepts lines from a time on, and lines of unknown time", () => {
  const wanted = { since: { second: 5, nanosecond: 0 }, pattern: undefined };
  assertEquals([4, 5, 6, undefined].map((second) => isWanted(line(second), wanted, String)), [
    false,
    true,
    true,
    true,
  ]);
});

Deno.test("isWanted() accepts lines whose text matches", () => {
  const wanted = { since: undefined, pattern: /^sä/u };
  const decode = (bytes: string) => bytes.replace("Ã¤", "ä");
  assertEquals(["säx", "xsÃ¤", "sÃ¤y"].map((text) => isWanted(line(1, text), wanted, decode)), [
    true,
    false,
    true,
  ]);
});

Deno.test("LastLines keeps the last so many lines, however many come", () => {
  const last = new LastLines(3);
  for (let i = 0; i < 5000; i++) last.put(line(i));
  assertEquals(last.take().map(({ time }) => time?.second), [4997, 4998, 4999]);
  const none = new LastLines(0);
  none.put(line(1));
  assertEquals(none.take(), []);
});
