/** Plays a plan: kills the logger as the plan says, lets a last logger end, and checks the files. */
import { join } from "@std/path";
import { Random } from "../../random.ts";
import { readText } from "../../processes.ts";
import { pause } from "../../wait.ts";
import { journalsOf } from "../journals.ts";
import { check, type Report, reportLines, unpruned } from "./check.ts";
import { type Ground, plainGround, SmallGround } from "./ground.ts";
import { Lines } from "./lines.ts";
import { Pipe } from "./pipe.ts";
import type { Kill, Plan } from "./plan.ts";
import { readLogs } from "./read.ts";
import { type End, Victims } from "./victim.ts";

/** The time that the last logger may take for the lines in the pipe, on a disk that was full a moment ago. */
const DRAIN_MS = 60_000;
/** Size of the small disk: twice as much as a run leaves. */
const SMALL_DISK = "48m";
const SAID_LINES = 12;

/** The disk of the log directories. */
export type Disk = "plain" | "full at times";

/** The way in which a plan is played. */
export interface Course {
  /** Path of the svlogd. */
  readonly path: string;
  readonly disk: Disk;
  /**
   * True when the logger is killed. If not, one logger lives through all the moments, and gets HUP and ALRM instead.
   */
  readonly kills: boolean;
  /** True when the oldest files may be gone. */
  readonly pruned: boolean;
  /** Directory for copies of log directories with faults. Without it no copies are kept. */
  readonly keepIn?: string;
}

/** The result of a played plan. */
export interface Outcome {
  readonly plan: Plan;
  /** Number of loggers that died of a signal. */
  readonly killed: number;
  readonly lines: number;
  readonly reports: ReadonlyMap<string, Report>;
  /** The problems, one a line. Empty if all is well. */
  readonly problems: readonly string[];
}

/** Plays a plan, and removes everything afterwards. */
export async function play(plan: Plan, course: Course): Promise<Outcome> {
  await using ground = course.disk === "plain" ? await plainGround() : await SmallGround.make(SMALL_DISK);
  const errors = await Deno.makeTempFile({ prefix: "denit-crash-stderr-" });
  try {
    return await playOn(ground, errors, plan, course);
  } finally {
    await Deno.remove(errors);
  }
}

async function playOn(ground: Ground, errors: string, plan: Plan, course: Course): Promise<Outcome> {
  for (const { name, config } of plan.directories) {
    await Deno.mkdir(join(ground.seen, name));
    await Deno.writeTextFile(join(ground.seen, name, "config"), config);
  }
  await using pipe = await Pipe.make(plan);
  const args = [...plan.options, ...plan.directories.map(({ name }) => name)];
  await using victims = new Victims({ path: course.path, args, ground, input: pipe.path, errors });
  const problems: string[] = [];
  const live = course.kills ? liveAndDie : liveOn;
  const { killed, lines, end } = await live(plan, victims, pipe, ground, problems);
  if (end.code !== 0) problems.push(`the last logger ended with ${endName(end)}`);
  await victims.gone();
  const reports = look(ground, plan, lines, course.pruned);
  for (const [name, report] of reports) {
    if (report.faults.length > 0) problems.push(...reportLines(report).map((line) => `${name}: ${line}`));
    problems.push(...leftOver(join(ground.seen, name)).map((what) => `${name}: left over: ${what}`));
  }
  if (problems.length > 0) {
    problems.push(...said(errors));
    if (course.keepIn !== undefined) await keep(ground, join(course.keepIn, `${plan.seed}`));
  }
  return { plan, killed, lines, reports, problems };
}

interface Lived {
  readonly killed: number;
  readonly lines: number;
  /** The end of the last logger, which is not killed. */
  readonly end: End;
}

async function liveAndDie(
  plan: Plan,
  victims: Victims,
  pipe: Pipe,
  ground: Ground,
  problems: string[],
): Promise<Lived> {
  const early = plan.kills.slice(0, plan.kills.length - plan.late);
  const disk = fillingOf(ground, plan);
  let killed = await killAll(victims, early, problems, false);
  await disk?.end();
  const [lines, [later, end]] = await Promise.all([
    pipe.finish(),
    killAll(victims, plan.kills.slice(early.length), problems, true).then(
      async (later) => [later, await victims.end(DRAIN_MS)] as const,
    ),
  ]);
  killed += later;
  return { killed, lines, end };
}

async function liveOn(plan: Plan, victims: Victims, pipe: Pipe, ground: Ground): Promise<Lived> {
  const disk = fillingOf(ground, plan);
  const victim = victims.start();
  // Before a logger has set its handlers, HUP and ALRM would end it.
  await victim.isReady();
  for (const [index, kill] of plan.kills.entries()) {
    await victim.hears(index % 2 === 0 ? "SIGALRM" : "SIGHUP", kill);
  }
  await disk?.end();
  const lines = await pipe.finish();
  return { killed: 0, lines, end: await victim.ended(DRAIN_MS) };
}

function fillingOf(ground: Ground, { seed }: Plan): Filling | undefined {
  return ground instanceof SmallGround ? new Filling(ground, seed) : undefined;
}

/**
 * Starts and kills loggers. Returns the number of the killed ones. With `mayEnd` a logger may end with its input
 * before its kill.
 */
async function killAll(
  victims: Victims,
  kills: readonly Kill[],
  problems: string[],
  mayEnd: boolean,
): Promise<number> {
  let killed = 0;
  for (const [index, kill] of kills.entries()) {
    const end = await victims.start(kill).dies(kill);
    if (end.signal !== null) killed++;
    else if (victims.wasRefused(end)) continue;
    else if (!mayEnd || end.code !== 0) {
      const after = JSON.stringify(kills[index - 1] ?? "nothing");
      problems.push(
        `a logger ended by itself with ${endName(end)} before ${JSON.stringify(kill)}, after ${after}`,
      );
      problems.push(...victims.left().map((process) => `there is still: ${process}`));
    }
  }
  return killed;
}

function endName({ code, signal }: End): string {
  return signal ?? `${code}`;
}

function look(ground: Ground, plan: Plan, count: number, pruned: boolean): Map<string, Report> {
  const { stamp, replacedBytes } = plan;
  const lines = new Lines(plan.seed);
  return new Map(plan.directories.map(({ name, prefix, classes }) => {
    const files = readLogs(join(ground.seen, name));
    return [
      name,
      check(pruned ? unpruned(files) : files, {
        lines,
        count,
        stamp,
        prefix,
        classes,
        replacedBytes,
        pruned,
      }),
    ];
  }));
}

/** Files that a clean log must not have: unfinished output of a processor, and journals. */
function leftOver(directory: string): string[] {
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
    /^@.*\.t$/.test(name)
  );
  return [...names, ...journalsOf(directory)];
}

function said(errors: string): string[] {
  const lines = readText(errors)?.split("\n").slice(0, -1) ?? [];
  const more = lines.length - SAID_LINES;
  const shown = lines.slice(-SAID_LINES).map((line) => `stderr: ${line}`);
  return more > 0 ? [`stderr: ... ${more} lines before these`, ...shown] : shown;
}

async function keep(ground: Ground, place: string): Promise<void> {
  await Deno.mkdir(place, { recursive: true });
  await new Deno.Command("cp", { args: ["-a", `${ground.seen}/.`, place] }).output();
}

/** Fills a disk and empties it again, by turns, until `end`. */
class Filling {
  readonly #ground: SmallGround;
  readonly #random: Random;
  readonly #done: Promise<void>;
  #isOver = false;

  constructor(ground: SmallGround, seed: number) {
    this.#ground = ground;
    this.#random = new Random(seed);
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await pause(this.#random.between(50, 400));
      await this.#ground.fill(this.#random.pick([0, 0, 3000, 30_000]));
      await pause(this.#random.between(50, 600));
      await this.#ground.empty();
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }
}
