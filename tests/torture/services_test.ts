import { assertEquals } from "@std/assert";
import { checkLines } from "./services.ts";

const NONE = new Map<string, number>();

Deno.test("lines that come in order, life by life, are right", () => {
  assertEquals(checkLines(["7 1", "7 2", "9 1", "9 2", "9 end"], new Map([["9", 2]])), {
    lost: 0,
    repeated: 0,
    torn: 0,
  });
});

Deno.test("a gap, a tail that is missing, a line twice and half a line are found", () => {
  assertEquals(checkLines(["7 1", "7 4"], NONE).lost, 2);
  assertEquals(checkLines(["7 1"], new Map([["7", 3]])).lost, 2);
  assertEquals(checkLines(["7 1", "7 1", "7 2"], NONE).repeated, 1);
  assertEquals(checkLines(["7 1", "7", "7 2"], NONE).torn, 1);
});
