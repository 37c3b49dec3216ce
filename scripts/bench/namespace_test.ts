import { assertEquals } from "@std/assert";
import { TrialError } from "./namespace.ts";

Deno.test("a TrialError gives the trial's own reason, not the complaints before it", () => {
  const said = [
    "runsv s4: warning: unable to open supervise/pid.new: process cannot open more files",
    "error: Uncaught (in promise) Error: Only 4996 of 5000 services started in 120000 ms",
    "      deadline.reject(new Error(...));",
  ].join("\n");
  assertEquals(new TrialError(said).reason, "Only 4996 of 5000 services started in 120000 ms");
});

Deno.test("a TrialError without a reason of the trial gives the first complaint", () => {
  assertEquals(
    new TrialError("unshare: Operation not permitted\nmore").reason,
    "unshare: Operation not permitted",
  );
});
