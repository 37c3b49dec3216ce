import { assertEquals } from "@std/assert";
import type { StatusRecord } from "../runit/status.ts";
import type { Condition } from "./command.ts";
import { needsSending, verdict as verdictOn } from "./condition.ts";

const UP: StatusRecord = {
  sinceNs: 100n,
  pid: 42,
  paused: false,
  wantUp: true,
  gotTerm: false,
  phase: "run",
};
const UP_ONCE: StatusRecord = { ...UP, wantUp: false };
const STOPPING: StatusRecord = { ...UP, wantUp: false, gotTerm: true };
const FINISHING: StatusRecord = { ...UP, pid: 43, phase: "finish" };
const NEXT: StatusRecord = { ...UP, sinceNs: 200n, pid: 44 };
const DOWN: StatusRecord = { ...UP, sinceNs: 150n, pid: 0, wantUp: false, phase: "down" };
const CRASHED: StatusRecord = { ...DOWN, wantUp: true };

/** `awaits` has a condition a character. */
function verdict(awaits: string, before: StatusRecord, now: StatusRecord): string {
  return verdictOn([...awaits] as Condition[], before, now);
}

Deno.test("u is met by a service that runs as it should", () => {
  assertEquals(verdict("u", DOWN, NEXT), "check");
  assertEquals(verdict("u", UP, UP), "check");
  assertEquals(verdict("u", DOWN, DOWN), "unmet");
  assertEquals(verdict("u", DOWN, FINISHING), "unmet");
});

Deno.test("u is not met by a process that got TERM and is on its way down", () => {
  assertEquals(verdict("u", STOPPING, STOPPING), "unmet");
  assertEquals(verdict("u", STOPPING, { ...STOPPING, wantUp: true }), "unmet");
  assertEquals(verdict("u", STOPPING, NEXT), "check");
});

Deno.test("u is met by a new run that has said 'once' to itself", () => {
  assertEquals(verdict("u", DOWN, { ...NEXT, wantUp: false }), "check");
  // runsv has not read the byte yet: the old process, the old want.
  assertEquals(verdict("u", UP_ONCE, UP_ONCE), "unmet");
  assertEquals(verdict("u", UP_ONCE, UP), "check");
});

Deno.test("d is met by a service that is down, has finished and will not start again", () => {
  assertEquals(verdict("d", UP, DOWN), "met");
  assertEquals(verdict("d", UP, STOPPING), "unmet");
  assertEquals(verdict("d", UP, { ...FINISHING, wantUp: false }), "unmet");
  assertEquals(verdict("d", UP, { ...DOWN, phase: "finish" }), "unmet");
  assertEquals(verdict("d", CRASHED, CRASHED), "unmet");
});

Deno.test("t and k are met by another process, however fast it came and whatever the clock says", () => {
  for (const byte of ["t", "k"]) {
    assertEquals(verdict(byte, UP, UP), "unmet");
    assertEquals(verdict(byte, UP, { ...UP, gotTerm: true }), "unmet");
    assertEquals(verdict(byte, UP, FINISHING), "unmet");
    assertEquals(verdict(byte, UP, CRASHED), "unmet");
    assertEquals(verdict(byte, UP, NEXT), "check");
    assertEquals(verdict(byte, UP, { ...NEXT, sinceNs: 101n }), "check");
    assertEquals(verdict(byte, UP, { ...NEXT, sinceNs: 3n }), "check");
    assertEquals(verdict(byte, UP, { ...UP, sinceNs: 200n }), "check");
  }
});

Deno.test("t and k are met by a service that is down and wanted down", () => {
  assertEquals(verdict("t", DOWN, DOWN), "met");
  assertEquals(verdict("k", UP_ONCE, DOWN), "met");
  assertEquals(verdict("t", UP_ONCE, STOPPING), "unmet");
});

Deno.test("o is met by a service that runs for the last time, or has done so", () => {
  assertEquals(verdict("o", UP, UP), "unmet");
  assertEquals(verdict("o", UP, UP_ONCE), "met");
  assertEquals(verdict("o", DOWN, DOWN), "unmet");
  assertEquals(verdict("o", DOWN, { ...NEXT, wantUp: false }), "met");
  assertEquals(verdict("o", DOWN, { ...DOWN, sinceNs: 151n }), "met");
});

Deno.test("p and c are met by a service that is paused or not, or has no process to pause", () => {
  assertEquals(verdict("p", UP, UP), "unmet");
  assertEquals(verdict("p", UP, { ...UP, paused: true }), "met");
  assertEquals(verdict("p", DOWN, DOWN), "met");
  assertEquals(verdict("c", UP, { ...UP, paused: true }), "unmet");
  assertEquals(verdict("c", UP, UP), "met");
  assertEquals(verdict("c", DOWN, { ...DOWN, paused: true }), "met");
});

Deno.test("C asks ./check of every service that runs", () => {
  assertEquals(verdict("C", UP, UP), "check");
  assertEquals(verdict("C", STOPPING, STOPPING), "check");
  assertEquals(verdict("C", DOWN, DOWN), "met");
});

Deno.test("x is met by no record, because none shows that the supervisor has gone", () => {
  assertEquals(verdict("x", UP, DOWN), "unmet");
});

Deno.test("signals that change no state are met at once", () => {
  for (const byte of "haiq12") assertEquals(verdict(byte, UP, UP), "met", byte);
});

Deno.test("verdict() wants all conditions of a command to be met together", () => {
  assertEquals(verdict("tcu", UP, NEXT), "check");
  assertEquals(verdict("tcu", UP, { ...NEXT, paused: true }), "unmet");
  assertEquals(verdict("tcu", DOWN, DOWN), "unmet");
  assertEquals(verdict("tc", DOWN, DOWN), "met");
  assertEquals(verdict("tc", UP, NEXT), "check");
});

Deno.test("needsSending() skips what the service wants already, but repeats 'd' until TERM was sent", () => {
  assertEquals(needsSending("u", UP), false);
  assertEquals(needsSending("u", STOPPING), true);
  assertEquals(needsSending("d", UP), true);
  assertEquals(needsSending("d", DOWN), true);
  assertEquals(needsSending("d", STOPPING), false);
  for (const bytes of ["o", "x", "t", "tc", "tcu", "h"]) assertEquals(needsSending(bytes, DOWN), true, bytes);
  assertEquals(needsSending("", UP), false);
});
