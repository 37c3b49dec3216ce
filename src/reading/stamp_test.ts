import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { makeStamp, setStamp } from "../logging/stamp.ts";
import { dayOf, instantOfNs, nsOfInstant } from "./instant.ts";
import { instantOfLabel, StampReader } from "./stamp.ts";

const AT_NS = 1_710_276_820_169_290_000n;

Deno.test("StampReader reads the stamps of every kind that svlogd writes, at any time", (t) => {
  const reader = new StampReader();
  const second = fc.bigInt({ min: 0n, max: 250_000_000_000n });
  forAll(
    t,
    fc.property(second, fc.nat(99_999), fc.constantFrom(1, 2, 3), (seconds, step, kind) => {
      const ns = seconds * 1_000_000_000n + BigInt(step) * 10_000n;
      const stamp = makeStamp(kind as 1 | 2 | 3);
      setStamp(stamp, ns);
      const line = `${new TextDecoder().decode(stamp.bytes)}text`;
      const read = reader.read(line);
      assertEquals(read === undefined ? undefined : nsOfInstant(read), ns);
    }),
  );
});

Deno.test("StampReader takes no other text for a stamp", () => {
  const reader = new StampReader();
  const good = "2024-03-12_20:53:40.16929 ";
  assertEquals(reader.read(good), instantOfNs(AT_NS));
  for (
    const line of [
      "",
      "text",
      good.slice(0, 25),
      good.replace("_", " "),
      good.replace("03-12", "13-12"),
      good.replace("03-12", "02-30"),
      good.replace("20:53", "24:53"),
      good.replace("12_20", "1x_20"),
      "@4000000065f0c0de0a1b2c3d",
      "@4000000065f0c0de0a1b2c3D ",
      "@4000000065f0c0deffffffff ",
      "@ffffffffffffffff00000000 ",
    ]
  ) assertEquals(reader.read(line), undefined, line);
  assertEquals(reader.read(good), instantOfNs(AT_NS));
});

Deno.test("instantOfLabel() reads the label in the name of an old log", () => {
  const seconds = (0x4000_0000_0000_000an + 1_710_276_820n).toString(16);
  assertEquals(instantOfLabel(`@${seconds}0a171510`), { second: 1_710_276_820, nanosecond: 0x0a171510 });
  assertEquals(instantOfLabel("current"), undefined);
});

Deno.test("dayOf() counts days as Date does, and refuses a day that is in no calendar", (t) => {
  forAll(
    t,
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (day) => {
      const date = new Date(day * 86_400_000);
      assertEquals(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), day);
    }),
  );
  for (
    const [year, month, day] of [[2023, 2, 29], [1900, 2, 29], [2024, 4, 31], [2024, 0, 1], [
      2024,
      1,
      0,
    ]] as const
  ) {
    assertEquals(dayOf(year, month, day), undefined);
  }
});
