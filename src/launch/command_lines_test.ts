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

Deno.test("chpst without options, or with a nice level of 0, has nothing to do", () => {
  assertEquals(stepsOf(chpst("prog")), []);
  assertEquals(stepsOf(chpst("-n", "0", "prog")), []);
});

Deno.test("chpst: the last of two options counts, but a lock may be given once", () => {
  assertEquals(stepsOf(chpst("-n5", "-n-3", "prog")), [{ step: "nice", by: -3 }]);
  assertEquals(said(chpst("-l", "a", "-l", "b", "prog")), `100 ${USAGE}`);
  assertEquals(said(chpst("-l", "a", "-L", "b", "prog")), `100 ${USAGE}`);
});

Deno.test("chpst -m limits four resources, and a letter behind it one of them again", () => {
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

Deno.test("chpst: wrong usage is told as runit's does, under the name it was called by", () => {
  assertEquals(said(chpst()), `100 ${USAGE}`);
  assertEquals(said(chpst("-m", "5x", "prog")), `100 ${USAGE}`);
  assertEquals(said(chpst("-n", "5x", "-n", "5", "prog")), `100 ${USAGE}`);
  assertEquals(said(chpst("-x", "prog")), `100 called: illegal option -- x\n${USAGE}`);
  assertEquals(said(chpst("-u")), `100 called: option requires an argument -- u\n${USAGE}`);
  assertEquals(said(chpst("-V", "prog")), `100 version\n${USAGE}`);
});

Deno.test("chpst: the added options are checked where they can be", () => {
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

Deno.test("daemontools' programs tell their usage under their own name, envdir with 111", () => {
  assertMatch(said(readEnvdir(["dir"])), /^111 envdir: usage: envdir dir child\n$/);
  assertMatch(said(readEnvuidgid(["name"])), /^100 envuidgid: usage: envuidgid account child\n$/);
  assertMatch(said(readSetuidgid([])), /^100 setuidgid: usage: setuidgid account child\n$/);
  assertMatch(said(readPgrphack([])), /^100 pgrphack: usage: pgrphack child\n$/);
  assertMatch(said(readSetlock(["file"])), /^100 setlock: usage: setlock \[ -nNxX \] file program/);
  assertMatch(said(readSoftlimit(["-o", "5"])), /^100 softlimit: usage: softlimit \[-a allbytes\]/);
  assertMatch(said(readSoftlimit(["-q", "x"])), /^100 softlimit: illegal option -- q\nsoftlimit: usage: /);
});

Deno.test("setlock waits, unless the last of -n and -N is -n", () => {
  const lock = (...args: readonly string[]) => stepsOf(readSetlock([...args, "file", "prog"]));
  const step = { step: "lock", file: "file" } as const;
  assertEquals(lock(), [{ ...step, waits: true, forgives: false }]);
  assertEquals(lock("-n"), [{ ...step, waits: false, forgives: false }]);
  assertEquals(lock("-nNx"), [{ ...step, waits: true, forgives: true }]);
  assertEquals(lock("-xX"), [{ ...step, waits: true, forgives: false }]);
});

Deno.test("softlimit takes = for the hard limit, and no option at all", () => {
  assertEquals(stepsOf(readSoftlimit(["-o", "=", "prog"])), [
    { step: "limits", requests: [{ resource: "nofile", amount: "hard" }] },
  ]);
  assertEquals(stepsOf(readSoftlimit(["prog", "-o", "5"])), []);
});
