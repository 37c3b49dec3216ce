import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import wabt from "wabt";
import { forAll } from "../../tests/for_all.ts";
import { latinBytes, latinText } from "./latin.ts";
import { ASSEMBLED, MOST_LEAD_BYTES, type Vector, vectorOn } from "./vector.ts";

const [AT, OUT, LEAD, ENDS] = [1000, 20_000, 50_000, 52_000];

function made(): { readonly vector: Vector; readonly bytes: Uint8Array<ArrayBuffer> } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const vector = vectorOn(memory);
  assert(vector !== undefined);
  return { vector, bytes: new Uint8Array(memory.buffer as ArrayBuffer) };
}

Deno.test("ASSEMBLED is the assembled vector.wat", async () => {
  const { parseWat } = await wabt();
  const text = Deno.readTextFileSync(new URL("vector.wat", import.meta.url));
  const { buffer } = parseWat("vector.wat", text, { simd: true }).toBinary({});
  assertEquals(ASSEMBLED, btoa(String.fromCharCode(...buffer)));
});

const line = fc.string({ unit: fc.constantFrom("a", "\0", "\x0b", "\xff"), maxLength: 70 }).map((text) =>
  `${text}\n`
);
const lines = fc.array(line, { maxLength: 40 });

Deno.test("stampLines() puts every line behind its lead", (t) => {
  const { vector, bytes } = made();
  const lead = fc.string({ maxLength: MOST_LEAD_BYTES, unit: fc.constantFrom("s", "t", "\n") });
  forAll(
    t,
    fc.property(lines, lead, fc.nat(15), (all, before, shift) => {
      const text = all.join("");
      bytes.set(latinBytes(`${text}\nxx`), AT + shift);
      bytes.set(latinBytes(before), LEAD);
      const end = vector.stampLines(AT + shift, AT + shift + text.length, OUT, LEAD, before.length);
      assertEquals(latinText(bytes, OUT, end), all.map((one) => before + one).join(""));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("findNewlines() finds every newline, and behind the end none that is more than fourteen bytes away", (t) => {
  const { vector, bytes } = made();
  forAll(
    t,
    fc.property(lines, line, fc.nat(15), (all, rest, shift) => {
      const text = all.join("") + rest.slice(0, -1);
      bytes.fill(0x0a, AT, OUT);
      bytes.set(latinBytes(text), AT + shift);
      const end = AT + shift + text.length;
      const count = vector.findNewlines(AT + shift, end, ENDS);
      const found = [...new Uint32Array(bytes.buffer, ENDS, count)];
      const wanted = [...text].flatMap((letter, at) => letter === "\n" ? [AT + shift + at] : []);
      assertEquals(found.filter((at) => at < end), wanted);
      assert(found.every((at) => at < end + 15));
    }),
    { numRuns: 2000 },
  );
});
