import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { latinBytes } from "./latin.ts";
import { matchesStars } from "./star_pattern.ts";

function said(pattern: string, line: string, head = ""): boolean {
  const around = latinBytes(`\n${line}${line}`);
  return matchesStars(latinBytes(pattern), latinBytes(head), around, 1, 1 + line.length);
}

const TABLE: readonly (readonly [pattern: string, match: readonly string[], differ: readonly string[]])[] = [
  ["hello", ["hello"], ["hello world", "hell", ""]],
  ["named[*]: Cleaned cache *", ["named[135]: Cleaned cache of 3121 RRs"], ["named[1]]: Cleaned cache "]],
  ["x*y", ["xy", "xzzy"], ["xyy", "xyzy", "xzzyq", "x"]],
  ["*a*", ["a", "bca", "bcab"], ["bc", ""]],
  ["a**", ["a*", "ab*c"], ["abc", "a"]],
  ["*", ["", "anything", "\0"], []],
  ["", [""], ["x"]],
  ["+a", ["+a"], ["a", "aa"]],
  ["a+", ["a+"], ["a", "aa"]],
];

for (const [pattern, match, differ] of TABLE) {
  Deno.test(`matchesStars() agrees with multilog(8) about the pattern '${pattern}'`, () => {
    for (const line of match) assertEquals(said(pattern, line), true, `'${line}' matches '${pattern}'`);
    for (const line of differ) assertEquals(said(pattern, line), false, `'${line}' does not`);
  });
}

/** The rules restated on strings: each item eats from the front of the line. */
function reference(pattern: string, line: string): boolean {
  if (pattern === "") return line === "";
  if (pattern === "*") return true;
  if (!pattern.startsWith("*")) {
    return line.startsWith(pattern.slice(0, 1)) && reference(pattern.slice(1), line.slice(1));
  }
  const found = line.indexOf(pattern.slice(1, 2));
  return found >= 0 && reference(pattern.slice(1), line.slice(found));
}

Deno.test("matchesStars() agrees with the rules restated on strings, wherever the head ends", (t) => {
  const few = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
  forAll(
    t,
    fc.property(few("ab*+ "), few("ab*+ "), few("ab*+ "), (pattern, head, line) => {
      assertEquals(said(pattern, line, head), reference(pattern, head + line));
    }),
    { numRuns: 20_000 },
  );
});
