import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { LineStamper, middleOfMicrosecond, StampConverter } from "./tai64n.ts";

const TIME = { year: 2024, month: 3, day: 12, hour: 20, minute: 53, second: 40 };
const LABEL = "@4000000065f0c0de0a1b2c3d";

function convert(text: string, cuts: readonly number[] = []): string {
  const converter = new StampConverter((second) => second === 1_710_276_820n ? TIME : undefined);
  const ends = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
  let out = "";
  for (let i = 1; i < ends.length; i++) out += converter.convert(text.slice(ends[i - 1], ends[i]));
  return out;
}

Deno.test("LineStamper stamps every line once, at its beginning", () => {
  const stamper = new LineStamper();
  assertEquals(stamper.stamp("a\n\nb", "@1"), "@1 a\n@1 \n@1 b");
  assertEquals(stamper.stamp("c\nd\n", "@2"), "c\n@2 d\n");
  assertEquals(stamper.stamp("e", "@3"), "@3 e");
});

Deno.test("middleOfMicrosecond() adds 500 nanoseconds to the time of gettimeofday", () => {
  assertEquals(middleOfMicrosecond(1_234_567_890_123_456_789n), 1_234_567_890_123_456_500n);
});

Deno.test("StampConverter converts only stamps at the beginning of a line", () => {
  const text = `${LABEL} a ${LABEL}\nplain\n${LABEL}z\n`;
  const date = "2024-03-12 20:53:40.169552957";
  assertEquals(convert(text), `${date} a ${LABEL}\nplain\n${date}z\n`);
});

Deno.test("StampConverter gives the same output however the input is cut into pieces", (t) => {
  const part = fc.constantFrom(LABEL, " x", "\n", "@", "4000", "@zz");
  forAll(
    t,
    fc.property(fc.array(part, { maxLength: 20 }), fc.array(fc.nat(200)), (parts, cuts) => {
      const text = `${parts.join("")}\n`;
      assertEquals(convert(text, cuts), convert(text));
    }),
  );
});

Deno.test("StampConverter leaves a line as it is if its time is beyond any calendar", () => {
  assertEquals(convert("@\n@4000 x\n@ffff\n"), "@\n@4000 x\n@ffff\n");
});
