import { assertEquals } from "@std/assert";
import { sinceOf } from "./since.ts";

/** 2024-03-12 20:53:40 UTC. */
const NOW = 1_710_276_820;
const NOW_NS = BigInt(NOW) * 1_000_000_000n;

function since(text: string): number | undefined {
  const instant = sinceOf(text, NOW_NS);
  return instant === undefined ? undefined : instant.second - NOW + instant.nanosecond / 1e9;
}

Deno.test("sinceOf() reads dates and times, in UTC or with a zone", () => {
  assertEquals(since("2024-03-12 20:53:40"), 0);
  assertEquals(since("2024-03-12 20:53"), -40);
  assertEquals(since("2024-03-12T20:53:41Z"), 1);
  assertEquals(since("2024-03-12_20:53:40.5"), 0.5);
  assertEquals(since("2024-03-12T22:53:40+02:00"), 0);
  assertEquals(since("2024-03-12T18:53:40-0200"), 0);
  assertEquals(since("2024-03-12"), -(20 * 3600 + 53 * 60 + 40));
});

Deno.test("sinceOf() counts back from now", () => {
  assertEquals(
    ["30s", "10m", "2h", "3d", "1w", "5 min ago", "now"].map(since),
    [-30, -600, -7200, -3 * 86_400, -7 * 86_400, -300, 0],
  );
  assertEquals(since("today"), since("2024-03-12"));
  assertEquals(since("yesterday"), since("2024-03-11"));
});

Deno.test("sinceOf() reads TAI64N labels", () => {
  const label = `${(0x4000_0000_0000_000an + BigInt(NOW)).toString(16)}00000000`;
  assertEquals(since(label), 0);
  assertEquals(since(`@${label}`), 0);
});

Deno.test("sinceOf() refuses a text that is no time", () => {
  for (const text of ["", "foo", "10", "10x", "2024-02-30", "2024-03-12 25:00", "24-03-12", "12:00", "@40"]) {
    assertEquals(since(text), undefined, text);
  }
});
