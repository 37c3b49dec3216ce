/**
 * runit's svlogd and denit's take a log directory over from each other, killed each time in the middle of input.
 *
 * Lines that are in the files stay. If denit's svlogd has taken a line from the pipe, it writes the line when it runs
 * again, behind the lines that runit's wrote meanwhile. Only runit's svlogd loses lines. A line is torn if one svlogd
 * reads its beginning and the other reads its end.
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { program } from "../program.ts";
import { runSeed } from "../seed.ts";
import { check, type Expectation, present } from "./crash/check.ts";
import { plainGround } from "./crash/ground.ts";
import { CLASSES, Lines } from "./crash/lines.ts";
import { Pipe } from "./crash/pipe.ts";
import { type Kill, planOf } from "./crash/plan.ts";
import { readLogs } from "./crash/read.ts";
import { Victims } from "./crash/victim.ts";
import { HAS_RUNIT, RUNIT } from "./logger.ts";

const SEED = runSeed();
const KILLS = 24;
/** More lines than the writer can write. */
const MANY = 200_000;
const DRAIN_MS = 60_000;

Deno.test({
  name: `no line in a log is lost when runit's svlogd and denit's take the log over from each other${
    HAS_RUNIT ? "" : " (needs runit's svlogd)"
  }`,
  ignore: !HAS_RUNIT,
  fn: async () => {
    console.log(`seed ${SEED}`);
    const ours = `${(await program()).links}/svlogd`;
    await using ground = await plainGround();
    const log = join(ground.path, "log0");
    const errors = join(ground.path, "stderr");
    await Deno.mkdir(log);
    await Deno.writeTextFile(join(log, "config"), "s6000\nn0\n");
    await using pipe = await Pipe.make({ seed: SEED, bytesPerSecond: 600_000, unended: false });
    const args = ["-tt", "log0"];
    await using victims = new Victims({ path: ours, args, ground, input: pipe.path, errors });

    const wishes = { seed: SEED, kills: KILLS, processors: false, canTrace: false, keep: 0 };
    const lines = new Lines(SEED);
    const expected: Expectation = {
      lines,
      count: MANY,
      stamp: "utc",
      prefix: "",
      classes: CLASSES,
      replacedBytes: 0,
      pruned: false,
    };
    const seen = new Set<number>();
    const kills = planOf(wishes).kills.map((kill): Kill =>
      "directory" in kill ? { ...kill, directory: "log0" } : kill
    );
    for (const [index, kill] of kills.entries()) {
      const end = await victims.start(undefined, index % 2 === 0 ? ours : RUNIT).dies(kill);
      assertEquals(end.signal !== null || victims.wasRefused(end), true, JSON.stringify(end));
      for (const number of present(readLogs(log), expected)) seen.add(number);
    }
    const [, end] = await Promise.all([pipe.finish(), victims.end(DRAIN_MS)]);
    assertEquals(end.code, 0);

    const files = readLogs(log);
    const there = new Set(present(files, expected));
    assertEquals([...seen].filter((number) => !there.has(number)), [], "lines that were there");
    const repeated = check(files, expected).faults.filter(({ kind }) => kind === "repeated");
    assertEquals(repeated, []);
  },
});
