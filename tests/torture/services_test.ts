/** The check of the torture's logs: it accepts right logs, and finds each kind of fault. */
import { assertEquals } from "@std/assert";
import { checkLines } from "./services.ts";

const NONE = new Map<string, number>();

Deno.test("a log with all lines in order, life by life, has no fault", () => {
  assertEquals(checkLines(["7 1", "7 2", "9 1", "9 2", "9 end"], new Map([["9", 2]])), {
    lost: 0,
    repeated: 0,
    torn: 0,
  });
});

Deno.test("the check finds a gap, a missing tail, a repeated line and half a line", () => {
  assertEquals(checkLines(["7 1", "7 4"], NONE).lost, 2);
  assertEquals(checkLines(["7 1"], new Map([["7", 3]])).lost, 2);
  assertEquals(checkLines(["7 1", "7 1", "7 2"], NONE).repeated, 1);
  assertEquals(checkLines(["7 1", "7", "7 2"], NONE).torn, 1);
});
