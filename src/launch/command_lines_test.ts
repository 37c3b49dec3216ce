import { assertEquals, assertMatch } from "@std/assert";
import { CHPST_SYNOPSIS, readChpst } from "./chpst.ts";
import {
  readEnvdir,
  readEnvuidgid,
  readPgrphack,
  readSetlock,
  readSetuidgid,
  readSoftlimit,
} from "./daemontools.ts";
import type { LaunchRequest } from "./plan.ts";

const chpst = (...args: readonly string[]) => readChpst(args, "called", "version");
const stepsOf = (reading: LaunchRequest) => reading.kind === "plan" ? reading.plan.steps : reading;
const USAGE = `usage: called ${CHPST_SYNOPSIS}\n\n`;

function said(reading: LaunchRequest): string {
  return reading.kind === "refusal" ? `${reading.code} ${reading.said}` : "a plan";
}

Deno.test("readChpst() plans no step without options, or for a nice level of 0", () => {
  assertEquals(stepsOf(chpst("prog")), []);
  assertEquals(stepsOf(chpst("-n", "0", "prog")), []);
});

Deno.test("readChpst() takes the last of two options, but refuses two locks", () => {
  assertEquals(stepsOf(chpst("-n5", "-n-3", "prog")), [{ step: "nice", by: -3 }]);
  assertEquals(said(chpst("-l", "a", "-l", "b", "prog")), `100 ${USAGE}`);
  assertEquals(said(chpst("-l", "a", "-L", "b", "prog")), `100 ${USAGE}`);
});

Deno.test("readChpst() limits four resources for -m, and one of them again for a letter behind it", () => {
  assertEquals(stepsOf(chpst("-m", "9", "-d", "8", "prog")), [{
    step: "limits",
    requests: [
      { resource: "data", amount: 9n },
      { resource: "stack", amount: 9n },
      { resource: "memlock", amount: 9n },
      { resource: "as", amount: 9n },
      { resource: "data", amount: 8n },
    ],
  }]);
});

Deno.test("readChpst() refuses wrong usage in runit's words, under the name by which it was called", () => {
  assertEquals(said(chpst()), `100 ${USAGE}`);
  assertEquals(said(chpst("-m", "5x", "prog")), `100 ${USAGE}`);
  assertEquals(said(chpst("-n", "5x", "-n", "5", "prog")), `100 ${USAGE}`);
  assertEquals(said(chpst("-x", "prog")), `100 called: illegal option -- x\n${USAGE}`);
  assertEquals(said(chpst("-u")), `100 called: option requires an argument -- u\n${USAGE}`);
  assertEquals(said(chpst("-V", "prog")), `100 version\n${USAGE}`);
});

Deno.test("readChpst() checks the values of the added options", () => {
  for (
    const wrong of [
      ["--nice", "20"],
      ["--nice", "-21"],
      ["--nice", ""],
      ["--oom-score", "1001"],
      ["--oom-score", "x"],
      ["--cpu-affinity", ""],
      ["--cpu-affinity", "2-1"],
    ]
  ) {
    assertEquals(said(chpst(...wrong, "prog")), `100 ${USAGE}`);
  }
  assertEquals(stepsOf(chpst("--landlock-ro=/usr", "prog")), [
    { step: "no new privileges" },
    { step: "confinement", paths: [{ path: "/usr", writes: false }] },
  ]);
});

Deno.test("the readers of daemontools' programs refuse wrong usage under their own name, envdir's with 111", () => {
  assertMatch(said(readEnvdir(["dir"])), /^111 envdir: usage: envdir dir child\n$/);
  assertMatch(said(readEnvuidgid(["name"])), /^100 envuidgid: usage: envuidgid account child\n$/);
  assertMatch(said(readSetuidgid([])), /^100 setuidgid: usage: setuidgid account child\n$/);
  assertMatch(said(readPgrphack([])), /^100 pgrphack: usage: pgrphack child\n$/);
  assertMatch(said(readSetlock(["file"])), /^100 setlock: usage: setlock \[ -nNxX \] file program/);
  assertMatch(said(readSoftlimit(["-o", "5"])), /^100 softlimit: usage: softlimit \[-a allbytes\]/);
  assertMatch(said(readSoftlimit(["-q", "x"])), /^100 softlimit: illegal option -- q\nsoftlimit: usage: /);
});

Deno.test("readSetlock() waits unless the last of -n and -N is -n", () => {
  const lock = (...args: readonly string[]) => stepsOf(readSetlock([...args, "file", "prog"]));
  const step = { step: "lock", file: "file" } as const;
  assertEquals(lock(), [{ ...step, waits: true, forgives: false }]);
  assertEquals(lock("-n"), [{ ...step, waits: false, forgives: false }]);
  assertEquals(lock("-nNx"), [{ ...step, waits: true, forgives: true }]);
  assertEquals(lock("-xX"), [{ ...step, waits: true, forgives: false }]);
});

Deno.test("readSoftlimit() takes = for the hard limit, and a call without options", () => {
  assertEquals(stepsOf(readSoftlimit(["-o", "=", "prog"])), [
    { step: "limits", requests: [{ resource: "nofile", amount: "hard" }] },
  ]);
  assertEquals(stepsOf(readSoftlimit(["prog", "-o", "5"])), []);
});
