import { assertEquals } from "@std/assert";
import { parseConfig } from "./config.ts";
import { latinBytes } from "./latin.ts";
import { select, TO_ERRORS, TO_FILE } from "./selection.ts";

function selected(config: string, line: string): number {
  return select(parseConfig(config).rules, latinBytes(line), 0, line.length);
}

Deno.test("select() sends a line to the file when no pattern matches", () => {
  assertEquals(selected("", "x"), TO_FILE);
  assertEquals(selected("-y*\nez", "x"), TO_FILE);
});

Deno.test("select() lets the last pattern that matches decide", () => {
  assertEquals(selected("-*\n+x*", "xy"), TO_FILE);
  assertEquals(selected("+x*\n-*", "xy"), 0);
  assertEquals(selected("-*\n+x*", "y"), 0);
});

Deno.test("select() decides about stderr and the file apart", () => {
  assertEquals(selected("e*", "x"), TO_FILE | TO_ERRORS);
  assertEquals(selected("e*\n-x", "x"), TO_ERRORS);
  assertEquals(selected("e*\nEx", "x"), TO_FILE);
});
