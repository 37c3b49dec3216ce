import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { unescaped } from "./escapes.ts";

Deno.test("unescaped() reads octal, hexadecimal and letters", () => {
  assertEquals(unescaped("AT\\015Z"), "AT\rZ");
  assertEquals(unescaped("\\7\\77\\377\\400\\777\\18"), "\x07?\xff 0?7\x018");
  assertEquals(unescaped("\\x41\\x4a\\x4A1\\xg\\x"), "AJJ1\\xg\\x");
  assertEquals(unescaped("\\a\\b\\e\\f\\n\\r\\t\\v\\\\"), "\x07\b\x1b\f\n\r\t\v\\");
});

Deno.test("unescaped() leaves a backslash before other characters and at the end as it is", () => {
  assertEquals(unescaped("\\z\\8\\"), "\\z\\8\\");
  assertEquals(unescaped(""), "");
});

Deno.test("unescaped() ends at a NUL, as a C string does", () => {
  assertEquals(unescaped("a\\0b"), "a");
  assertEquals(unescaped("a\\x00b"), "a");
});

Deno.test("unescaped() makes no text longer, and leaves a text without backslashes as it is", (t) => {
  forAll(
    t,
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      assert(unescaped(text).length <= text.length);
      if (!/[\\\0]/.test(text)) assertEquals(unescaped(text), text);
    }),
  );
});
