import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { type Answer, LONGEST_NAME, NOTHING_TYPED, typeByte, type TypedName } from "./name.ts";

interface Played {
  readonly name: TypedName;
  readonly echo: string;
  readonly answers: readonly Answer[];
}

/** Types all bytes and ignores the answers. */
function play(bytes: Iterable<number>, hasRates = false): Played {
  let name = NOTHING_TYPED;
  let echo = "";
  const answers: Answer[] = [];
  for (const byte of bytes) {
    const typed = typeByte(name, byte, hasRates);
    name = typed.name;
    echo += typed.echo;
    answers.push(typed.answer);
  }
  return { name, echo, answers };
}

function typed(text: string, hasRates = false): Played {
  return play(Array.from(text, (character) => character.charCodeAt(0)), hasRates);
}

/** The text on a screen after `echo` was written at the beginning of a line. */
function screen(echo: string): string {
  let [line, at] = ["", 0];
  for (const character of echo) {
    if (character === "\b") at--;
    else {
      line = line.slice(0, at) + character + line.slice(at + 1);
      at++;
    }
  }
  assert(at >= 0);
  return line.slice(0, at);
}

Deno.test("typeByte() gives the name that was typed up to CR or LF", () => {
  for (const end of ["\r", "\n"] as const) {
    const { name, echo, answers } = typed(`me${end}`);
    assertEquals([name, echo, answers], [
      { typed: "me", endOfLine: end, erase: undefined },
      "me",
      ["more", "more", "done"],
    ]);
  }
});

Deno.test("typeByte() asks again for an empty name", () => {
  assertEquals(typed("\r").answers, ["again"]);
  assertEquals(typed("a\b\n").answers.at(-1), "again");
});

Deno.test("typeByte() rubs out at BS and DEL, and remembers the last one used", () => {
  assertEquals(typed("ab\b"), {
    name: { typed: "a", endOfLine: "\r", erase: 8 },
    echo: "ab\b \b",
    answers: ["more", "more", "more"],
  });
  assertEquals(typed("\b\x7f").name, { typed: "", endOfLine: "\r", erase: 127 });
  assertEquals(typed("\b").echo, "");
});

Deno.test("typeByte() rubs out all at Ctrl-U, which is no erase key", () => {
  assertEquals(typed("abc\x15"), {
    name: NOTHING_TYPED,
    echo: "abc" + "\b \b".repeat(3),
    answers: Array(4).fill("more"),
  });
});

Deno.test("typeByte() leaves at Ctrl-C and Ctrl-D", () => {
  assertEquals(typed("a\x03").answers.at(-1), "leave");
  assertEquals(typed("\x04").answers.at(-1), "leave");
});

Deno.test("typeByte() goes to the next rate at a break, or ignores it if there is no other rate", () => {
  const next = typed("ab\0", true);
  assertEquals([next.name.typed, next.answers.at(-1), next.echo], ["", "next rate", "ab"]);
  const only = typed("ab\0c");
  assertEquals([only.name.typed, only.answers.at(-1)], ["abc", "more"]);
});

Deno.test("typeByte() neither keeps nor echoes the 128th byte", () => {
  const { name, echo } = typed("x".repeat(LONGEST_NAME) + "yy");
  assertEquals([name.typed, echo], ["x".repeat(LONGEST_NAME), "x".repeat(LONGEST_NAME)]);
  assertEquals(typed("x".repeat(130) + "\by").name.typed, "x".repeat(126) + "y");
});

/** Any bytes; those with a meaning come more often. */
const BYTES = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0, 3, 4, 8, 10, 13, 21, 127, 255, 45),
    fc.integer({ min: 97, max: 122 }),
  ),
  { maxLength: 600 },
);

Deno.test("typeByte() keeps at most 127 bytes and no control character, whatever is typed", (t) => {
  forAll(
    t,
    fc.property(BYTES, fc.boolean(), (bytes, hasRates) => {
      const { typed } = play(bytes, hasRates).name;
      assert(typed.length <= LONGEST_NAME);
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x1f\x7f]/.test(typed), JSON.stringify(typed));
      assert(/^[\x20-\xff]*$/.test(typed));
    }),
  );
});

Deno.test("typeByte() echoes exactly the name, whatever is typed", (t) => {
  forAll(
    t,
    fc.property(BYTES, (bytes) => {
      const { name, echo } = play(bytes);
      assertEquals(screen(echo), name.typed);
      // deno-lint-ignore no-control-regex
      assert(/^(?:[\x20-\x7e\x80-\xff]|\x08 \x08)*$/.test(echo));
    }),
  );
});

Deno.test("typeByte() answers every byte, and is done only at an end of line behind a name", (t) => {
  forAll(
    t,
    fc.property(BYTES, fc.boolean(), (bytes, hasRates) => {
      let name = NOTHING_TYPED;
      for (const byte of bytes) {
        const before = name.typed;
        const step = typeByte(name, byte, hasRates);
        name = step.name;
        const isEnd = byte === 13 || byte === 10;
        assertEquals(step.answer === "done", isEnd && before !== "");
        assertEquals(step.answer === "again", isEnd && before === "");
        assertEquals(step.answer === "leave", byte === 3 || byte === 4);
        assertEquals(step.answer === "next rate", byte === 0 && hasRates);
      }
    }),
  );
});
