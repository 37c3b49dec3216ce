import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { matches } from "./pattern.ts";

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function said(pattern: string, line: string): boolean {
  const around = bytes(`\n${line}${line}`);
  return matches(bytes(pattern), around, 1, 1 + line.length);
}

const TABLE: readonly (readonly [pattern: string, match: readonly string[], differ: readonly string[]])[] = [
  ["a+b", ["ab", "abb", "abbb"], ["aab", "acb", "a", ""]],
  ["+ab", ["ab", "aab", "aaab", "aaa"], ["b", ""]],
  ["x*y", ["xy", "xzzy"], ["xyy", "xyzy", "xzzyq", "x"]],
  ["*a*", ["a", "bca", "bcab"], ["bc", ""]],
  ["a**", ["a*", "ab*c"], ["abc", "a"]],
  ["*", ["", "anything", "\0"], []],
  ["", [""], ["x"]],
  ["*: *: pid *", ["tcpsvd: info: pid 1977 from 10.4.1.14"], ["tcpsvd: pid 1977", "a:b:c: pid"]],
  ["a+", [], ["a", "aa", "a+"]],
  ["*+", [], ["+", "a+"]],
];

for (const [pattern, match, differ] of TABLE) {
  Deno.test(`matches() agrees with svlogd(8) about the pattern '${pattern}'`, () => {
    for (const line of match) assertEquals(said(pattern, line), true, `'${line}' matches '${pattern}'`);
    for (const line of differ) {
      assertEquals(said(pattern, line), false, `'${line}' does not match '${pattern}'`);
    }
  });
}

Deno.test("matches() takes bytes above 127 as they are", () => {
  assertEquals(said("*\xff+\xfe", "\x80\x90\xff\xfe\xfe"), true);
  assertEquals(said("*\xff+\xfe", "\x80\x90\xff\x7e"), false);
});

/** The table restated on strings: each rule eats from the front of the line, or says that it is over. */
function reference(pattern: string, line: string): boolean {
  if (pattern === "") return line === "";
  if (pattern === "*") return true;
  const rest = pattern.slice(1);
  if (pattern.startsWith("*")) {
    const found = line.indexOf(rest.slice(0, 1));
    return found >= 0 && reference(rest, line.slice(found));
  }
  if (pattern.startsWith("+")) {
    const wanted = rest.slice(0, 1);
    if (wanted === "" || !line.startsWith(wanted)) return false;
    let left = line;
    while (left.startsWith(wanted)) left = left.slice(1);
    return left === "" || reference(rest.slice(1), left);
  }
  return line.startsWith(pattern.slice(0, 1)) && reference(rest, line.slice(1));
}

Deno.test("matches() agrees with the rules restated on strings", (t) => {
  const few = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
  forAll(
    t,
    fc.property(few("ab*+ "), few("ab*+ "), (pattern, line) => {
      assertEquals(said(pattern, line), reference(pattern, line));
    }),
    { numRuns: 20_000 },
  );
});
