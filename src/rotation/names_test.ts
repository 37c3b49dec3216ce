import { assertEquals } from "@std/assert";
import { tai64nLabel } from "../time/tai64n.ts";
import { chooseLabel, isOldLog, leftovers, removableForRoom, surplus } from "./names.ts";

function name(at: number, letter: string): string {
  return `${tai64nLabel(BigInt(at))}.${letter}`;
}

Deno.test("isOldLog() takes every name of 27 characters that begins with @", () => {
  assertEquals(isOldLog(name(1, "s")), true);
  assertEquals(isOldLog(`@${"x".repeat(26)}`), true);
  assertEquals(isOldLog(`@${"x".repeat(25)}`), false);
  assertEquals(isOldLog("current"), false);
});

Deno.test("chooseLabel() takes the time, or the first free nanosecond after it", () => {
  assertEquals(chooseLabel([], 5n), tai64nLabel(5n));
  assertEquals(chooseLabel([name(5, "u"), name(6, "s"), name(8, "s")], 5n), tai64nLabel(7n));
});

Deno.test("surplus() names the oldest log when there are more than n, one at a time", () => {
  const three = [name(3, "s"), name(1, "s"), name(2, "s"), "current", "lock"];
  assertEquals(surplus(three, 3), undefined);
  assertEquals(surplus(three, 2), name(1, "s"));
  assertEquals(surplus(three, 1), name(1, "s"));
  assertEquals(surplus(three, 0), undefined, "n0 keeps all");
});

Deno.test("surplus() neither counts nor names a log that is not processed", () => {
  assertEquals(surplus([name(1, "u"), name(2, "s"), name(3, "s")], 2), undefined);
  assertEquals(surplus([name(1, "u"), name(2, "s"), name(3, "s")], 1), name(2, "s"));
  assertEquals(surplus([name(1, "t"), name(2, "s")], 1), undefined);
});

Deno.test("removableForRoom() counts logs with every letter", () => {
  const two = [name(2, "s"), name(1, "u")];
  assertEquals(removableForRoom(two, 2), undefined);
  assertEquals(removableForRoom(two, 1), name(1, "u"));
  assertEquals(removableForRoom([], 0), undefined);
});

Deno.test("leftovers() lists the outputs of all processors that did not end", () => {
  assertEquals(leftovers([name(2, "t"), name(1, "s"), name(1, "t"), "t"]), [name(1, "t"), name(2, "t")]);
});
