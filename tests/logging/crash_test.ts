/**
 * svlogd is killed hundreds of times, at any moment, while a service writes. Each line must be in the files once,
 * whole and in order. The seed is printed: `deno task torture-logs --seed S` plays the same again, and more.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { CAN_MOUNT } from "../machine.ts";
import { program } from "../program.ts";
import { runSeed } from "../seed.ts";
import { check } from "./crash/check.ts";
import { plainGround } from "./crash/ground.ts";
import { Lines } from "./crash/lines.ts";
import { planOf } from "./crash/plan.ts";
import { readLogs } from "./crash/read.ts";
import { type Course, play } from "./crash/run.ts";
import { CAN_TRACE, type Kind, planFor, playSeries } from "./crash/series.ts";
import { HAS_RUNIT, RUNIT } from "./logger.ts";

const SEED = runSeed();
/** Number of plans in which runit's svlogd may be lucky. As a rule it loses lines in the first. */
const TRIES = 5;

async function ours(): Promise<string> {
  return `${(await program()).links}/svlogd`;
}

interface Round {
  readonly kind: Kind;
  readonly kills: number;
  readonly what: string;
  readonly needs?: string;
}

const ROUNDS: readonly Round[] = [
  { kind: "plain", kills: 150, what: "at any moment, also of a rotation" },
  { kind: "processors", kills: 120, what: "with processors that are slow, fail, or are killed" },
  { kind: "full disk", kills: 60, what: "on a disk that is full at times", needs: "root" },
];

for (const { kind, kills, what, needs } of ROUNDS) {
  Deno.test({
    name: `svlogd loses, repeats and tears no line although it is killed ${kills} times: ${what}${
      needs === undefined ? "" : ` (needs ${needs})`
    }`,
    ignore: needs !== undefined && !CAN_MOUNT,
    fn: async () => {
      console.log(`first seed ${SEED}${CAN_TRACE ? "" : "; no kills at system calls: there is no strace"}`);
      const { killed, problems } = await playSeries({ path: await ours(), kind, seed: SEED, kills });
      assertEquals(problems, []);
      assertEquals(killed >= kills, true, `only ${killed} were killed`);
    },
  });
}

Deno.test("svlogd loses nothing either if HUP and ALRM come at the same moments instead of kills", async () => {
  const course: Course = { path: await ours(), disk: "plain", kills: false, pruned: false };
  for (const kind of ["plain", "processors"] as const) {
    assertEquals((await play(planFor(kind, SEED), course)).problems, [], `seed ${SEED}`);
  }
});

Deno.test("a killed svlogd that keeps five old logs misses only the oldest lines", async () => {
  const wishes = { seed: SEED, kills: 30, processors: false, canTrace: CAN_TRACE, keep: 5 };
  const course: Course = { path: await ours(), disk: "plain", kills: true, pruned: true };
  const { reports, problems } = await play(planOf(wishes), course);
  assertEquals(problems, [], `seed ${SEED}`);
  for (const { lines } of reports.values()) assertNotEquals(lines, 0);
});

Deno.test({
  name: `the crash test finds that runit's svlogd loses lines when it is killed${
    HAS_RUNIT ? "" : " (needs runit's svlogd)"
  }`,
  ignore: !HAS_RUNIT,
  fn: async () => {
    const found = new Set<string>();
    for (let tries = 0; tries < TRIES && !found.has("missing"); tries++) {
      const course: Course = { path: RUNIT, disk: "plain", kills: true, pruned: false };
      const { reports } = await play(planFor("plain", SEED + tries), course);
      for (const { faults } of reports.values()) for (const { kind } of faults) found.add(kind);
    }
    assertEquals(found.has("missing"), true, `seeds ${SEED} to ${SEED + TRIES - 1}`);
  },
});

Deno.test("the check of compressed files finds lines that are missing or out of order", async () => {
  await using ground = await plainGround();
  const lines = new Lines(SEED);
  const text = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${lines.text(from + i)}\n`).join("");
  const put = async (name: string, text: string, ...compressor: readonly string[]) => {
    const path = join(ground.path, name);
    await Deno.writeTextFile(path, text);
    if (compressor.length === 0) return;
    const [file = "", ...args] = compressor;
    const { stdout } = await new Deno.Command(file, { args: [...args, path] }).output();
    await Deno.writeFile(path, stdout);
  };
  const label = (digit: string) => `@40000000${digit.repeat(16)}`;
  const faults = () => {
    const expected = {
      lines,
      count: 90,
      stamp: "none",
      prefix: "",
      classes: "abcd",
      replacedBytes: 0,
      pruned: false,
    } as const;
    return check(readLogs(ground.path), expected).faults.map(({ kind }) => kind);
  };
  await put(`${label("1")}.s`, text(0, 30), "gzip", "-c");
  await put(`${label("2")}.u`, text(30, 60));
  await put(`${label("3")}.t`, "what a processor has so far");
  await put("current", text(60, 90));
  assertEquals(faults(), []);
  await put(`${label("1")}.s`, text(0, 29), "gzip", "-c");
  assertEquals(faults(), ["missing"]);
  await put(`${label("1")}.s`, text(0, 30), "gzip", "-c");
  await Deno.rename(join(ground.path, `${label("2")}.u`), join(ground.path, `${label("0")}.u`));
  assertEquals(faults(), ["out of order"]);
});
