import { assertEquals } from "@std/assert";
import { failureCode, lsbStatusCode } from "./exit_codes.ts";

Deno.test("failureCode() counts up to 99", () => {
  assertEquals([0, 1, 99, 100, 300].map(failureCode), [0, 1, 99, 99, 99]);
});

Deno.test("lsbStatusCode() is 0 with a process and 3 without", () => {
  const record = {
    sinceNs: 0n,
    pid: 7,
    paused: false,
    wantUp: true,
    gotTerm: false,
    phase: "finish",
  } as const;
  assertEquals(lsbStatusCode(record), 0);
  assertEquals(lsbStatusCode({ ...record, pid: 0, phase: "down" }), 3);
});
