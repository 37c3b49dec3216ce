import { assertEquals } from "@std/assert";
import { oldLogs, otherName, unreadLogs } from "./old_logs.ts";

const A = "@4000000065f0c0de00000001";
const B = "@4000000065f0c0de00000002";
const C = "@4000000065f0c0de00000003";

Deno.test("oldLogs() sorts by time, skips a processor's unfinished output, and takes one file a label", () => {
  const names = ["current", "lock", `${C}.u`, `${C}.t`, `${A}.s`, `${B}.u`, `${B}.s`, "@short.s"];
  assertEquals(oldLogs(names), [`${A}.s`, `${B}.s`, `${C}.u`]);
});

Deno.test("otherName() gives the name after the processor, or before it", () => {
  assertEquals(otherName(`${A}.u`), `${A}.s`);
  assertEquals(otherName(`${A}.s`), `${A}.u`);
});

Deno.test("unreadLogs() gives the new logs without the one that current became", () => {
  const names = [`${A}.s`, `${B}.s`, `${C}.s`];
  assertEquals(unreadLogs(names, new Set([A]), B), [`${C}.s`]);
  assertEquals(unreadLogs(names, new Set([A]), undefined), [`${C}.s`]);
  // The log that current became has been removed already.
  assertEquals(unreadLogs(names.slice(1), new Set([]), A), [`${B}.s`, `${C}.s`]);
});
