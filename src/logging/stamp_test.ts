import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { tai64nLabel } from "../time/tai64n.ts";
import { latinText } from "./latin.ts";
import { civil, makeStamp, setStamp, type StampKind } from "./stamp.ts";

function stamped(kind: StampKind, ...times: bigint[]): string {
  const stamp = makeStamp(kind);
  for (const time of times) setStamp(stamp, time);
  return latinText(stamp.bytes, 0, stamp.bytes.length);
}

Deno.test("every stamp has 26 bytes with its space", () => {
  const at = 1_710_276_820_169_294_999n;
  assertEquals(stamped(0, at), "");
  assertEquals(stamped(1, at), "@4000000065f0c0de0a173c97 ");
  assertEquals(stamped(2, at), "2024-03-12_20:53:40.16929 ");
  assertEquals(stamped(3, at), "2024-03-12T20:53:40.16929 ");
});

Deno.test("a stamp follows the clock into the next second, and back", () => {
  assertEquals(stamped(2, 59_999_999_999n, 60_000_000_000n), "1970-01-01_00:01:00.00000 ");
  assertEquals(stamped(2, 60_000_000_000n, 59_999_999_999n), "1970-01-01_00:00:59.99999 ");
  assertEquals(stamped(2, 60_000_010_000n, 60_000_020_000n), "1970-01-01_00:01:00.00002 ");
});

Deno.test("the TAI64N stamp is the label of the same time", (t) => {
  forAll(
    t,
    fc.property(fc.bigInt({ min: 0n, max: 8_000_000_000_000_000_000n }), (at) => {
      assertEquals(stamped(1, 0n, at), `${tai64nLabel(at)} `);
    }),
  );
});

Deno.test("civil() is the calendar of Date", (t) => {
  forAll(
    t,
    fc.property(fc.integer({ min: 0, max: 2_900_000 }), (day) => {
      const date = new Date(day * 86_400_000);
      const expected = {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      };
      assertEquals(civil(day), expected);
    }),
    { numRuns: 5000 },
  );
});
