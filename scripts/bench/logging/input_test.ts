import { assert, assertEquals } from "@std/assert";
import { matches } from "../../../src/logging/pattern.ts";
import { linesOf, RULES, selected } from "./input.ts";

Deno.test("linesOf() gives lines of the length that was asked for, the same each time", () => {
  for (const lineBytes of [10, 100, 1000, 65_536]) {
    const lines = new TextDecoder().decode(linesOf(lineBytes)).split("\n");
    assertEquals(lines.pop(), "");
    assert(lines.every((line) => line.length === lineBytes - 1));
    assertEquals(linesOf(lineBytes), linesOf(lineBytes));
  }
});

Deno.test("the rules say the same in svlogd's patterns as in expressions, and each of them matters", () => {
  const lines = new TextDecoder().decode(linesOf(100)).split("\n").slice(0, -1);
  for (const { pattern, expression } of RULES) {
    const [asPattern, asExpression] = [new TextEncoder().encode(pattern), new RegExp(expression)];
    const byPattern = lines.filter((line) =>
      matches(asPattern, new TextEncoder().encode(line), 0, line.length)
    );
    assertEquals(byPattern, lines.filter((line) => asExpression.test(line)));
    assert(byPattern.length > 0);
  }
});

Deno.test("selected() keeps a part of the lines, by the last rule that matches", () => {
  const all = linesOf(100);
  const kept = selected(all);
  assert(kept.length > 0.2 * all.length / 100 && kept.length < 0.8 * all.length / 100);
  assertEquals(kept.filter((line) => /^app\[1003\]|: error: 404 |: info: /.test(line)), []);
});
