import { assertEquals } from "@std/assert";
import { parseConfig } from "./config.ts";
import { latinBytes } from "./latin.ts";
import { isSelected } from "./selection.ts";

function places(config: string, line: string): string {
  const { rules, errorRules } = parseConfig(config);
  const bytes = latinBytes(line);
  const file = isSelected(rules, true, bytes, 0, bytes.length) ? "file" : "";
  const errors = isSelected(errorRules, false, bytes, 0, bytes.length) ? "stderr" : "";
  return `${file} ${errors}`.trim();
}

Deno.test("a line goes to the file when no pattern matches", () => {
  assertEquals(places("", "x"), "file");
  assertEquals(places("-y*\nez", "x"), "file");
});

Deno.test("the last pattern that matches decides", () => {
  assertEquals(places("-*\n+x*", "xy"), "file");
  assertEquals(places("+x*\n-*", "xy"), "");
  assertEquals(places("-*\n+x*", "y"), "");
});

Deno.test("standard error and the file are decided independently", () => {
  assertEquals(places("e*", "x"), "file stderr");
  assertEquals(places("e*\n-x", "x"), "stderr");
  assertEquals(places("e*\nEx", "x"), "file");
});
