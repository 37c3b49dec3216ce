import { assertEquals } from "@std/assert";
import { packStatus, type StatusRecord } from "../runit/status.ts";
import { ageSeconds, svLine, svstatLine, unpackShortStatus } from "./line.ts";

const SINCE = 1_790_000_000_900_000_000n;
const RUNNING: StatusRecord = {
  sinceNs: SINCE,
  pid: 42,
  paused: false,
  wantUp: true,
  gotTerm: false,
  phase: "run",
};
const DOWN: StatusRecord = { ...RUNNING, pid: 0, wantUp: false, phase: "down" };
const LATER = SINCE + 7_000_000_000n;

function line(change: Partial<StatusRecord>, normallyUp = true): string {
  return svLine("web", { ...RUNNING, ...change }, normallyUp, LATER);
}

Deno.test("svLine() tells phase, pid and age", () => {
  assertEquals(line({}), "run: web: (pid 42) 7s");
  assertEquals(line({ phase: "finish" }), "finish: web: (pid 42) 7s");
  assertEquals(line({ phase: "finish", pid: 0 }), "finish: web: (pid 0) 7s, normally up, want up");
});

Deno.test("svLine() remarks what is unusual about a running service, in runit's order", () => {
  assertEquals(line({}, false), "run: web: (pid 42) 7s, normally down");
  assertEquals(line({ paused: true }), "run: web: (pid 42) 7s, paused");
  assertEquals(line({ wantUp: false, gotTerm: true }), "run: web: (pid 42) 7s, want down, got TERM");
  assertEquals(
    line({ paused: true, wantUp: false, gotTerm: true }, false),
    "run: web: (pid 42) 7s, normally down, paused, want down, got TERM",
  );
});

Deno.test("svLine() remarks on a down service only what can be true of one", () => {
  const down = { ...DOWN, paused: true, gotTerm: true };
  assertEquals(line(down, false), "down: web: 7s");
  assertEquals(line(down), "down: web: 7s, normally up");
  assertEquals(line({ ...down, wantUp: true }), "down: web: 7s, normally up, want up");
  assertEquals(line({ ...down, wantUp: true }, false), "down: web: 7s, want up");
});

Deno.test("svLine() does not say what is normal if that is unknown", () => {
  assertEquals(svLine("web", RUNNING, undefined, LATER), "run: web: (pid 42) 7s");
  assertEquals(svLine("web", DOWN, undefined, LATER), "down: web: 7s");
});

Deno.test("ageSeconds() counts changes of the second, and is 0 after the clock was set back", () => {
  assertEquals(ageSeconds(RUNNING, SINCE), 0n);
  assertEquals(ageSeconds(RUNNING, SINCE + 200_000_000n), 1n);
  assertEquals(ageSeconds(RUNNING, SINCE - 86_400_000_000_000n), 0n);
});

Deno.test("svstatLine() says what daemontools' svstat says", () => {
  assertEquals(svstatLine(RUNNING, true, LATER), "up (pid 42) 7 seconds");
  assertEquals(svstatLine({ ...RUNNING, phase: "finish" }, true, LATER), "up (pid 42) 7 seconds");
  assertEquals(
    svstatLine({ ...RUNNING, paused: true, wantUp: false, gotTerm: true }, false, LATER),
    "up (pid 42) 7 seconds, normally down, paused, want down",
  );
  assertEquals(svstatLine({ ...DOWN, wantUp: true }, true, LATER), "down 7 seconds, normally up, want up");
});

Deno.test("unpackShortStatus() reads 18 bytes and no fewer", () => {
  const bytes = packStatus({ ...RUNNING, paused: true });
  assertEquals(unpackShortStatus(bytes.subarray(0, 18)), { ...RUNNING, paused: true, phase: "down" });
  assertEquals(unpackShortStatus(bytes.subarray(0, 17)), undefined);
});
