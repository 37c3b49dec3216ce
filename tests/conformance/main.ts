/**
 * The conformance suite plays every scenario on runit's programs and on denit's, and compares them entry by entry.
 *
 *     deno task conformance [--only SUBSTRING] [--list] [--differences] [--verbose] [--target DIR | --self] [--lanes N]
 *
 * `--target DIR` tests the applets that are linked in DIR instead of `dist/denit`. With `--self` runit stands on both
 * sides. The two sides must then agree, which shows that the scenarios do not depend on chance. The exit code is 0 if
 * nothing failed.
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join, resolve } from "@std/path";
import { asMarkdown, DIFFERENCES } from "./differences.ts";
import { lane, linesFrom, type Task } from "./lane.ts";
import { becomeSubreaper, descendants, killNow, processOf, reap } from "./processes.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios/mod.ts";
import { installed, setStage, type Side, type Stage } from "./sides.ts";
import { indented, selfVerdict, verdict } from "./verdict.ts";
import type { Recording } from "./world.ts";

const REPOSITORY = dirname(dirname(dirname(fromFileUrl(import.meta.url))));
const SELF = fromFileUrl(import.meta.url);
/** Number of lanes. Scenarios mostly wait, so there are more lanes than cores. */
const LANES = 4;

/** A lane, as the driver sees it. If a lane dies, its recording is broken, and the next task gets a new lane. */
class Lane {
  #child: Deno.ChildProcess | undefined;
  #lines: AsyncGenerator<string> | undefined;

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async ask(task: Task): Promise<Recording> {
    const child = this.#child ??= new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", SELF, "--lane"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines ??= linesFrom(child.stdout);
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${JSON.stringify(task)}\n`));
    writer.releaseLock();
    const answer = await this.#lines.next();
    if (answer.done !== true) return JSON.parse(answer.value);
    this.#child = this.#lines = undefined;
    return { notes: [], broken: "the lane that played it died", seconds: 0 };
  }

  async close(): Promise<void> {
    await this.#child?.stdin.close();
    await this.#child?.status;
  }
}

interface Result {
  readonly scenario: Scenario;
  readonly skipped?: string;
  readonly wrong: readonly string[];
  readonly recordings: Partial<Record<Side["name"], Recording>>;
}

const SHOWN = DIFFERENCES.flatMap(({ shown }) => shown);

interface Choice {
  readonly self: boolean;
  readonly verbose: boolean;
}

async function judged(
  scenario: Scenario,
  lane: Lane,
  stage: Stage,
  world: () => string,
  choice: Choice,
): Promise<Result> {
  const need = ["reference", ...scenario.needs ?? []].find((each) => stage.lacking[each] !== undefined);
  if (need !== undefined) {
    return { scenario, skipped: stage.lacking[need] ?? need, wrong: [], recordings: {} };
  }
  const task = (side: Side["name"]): Task => ({ scenario: scenario.id, side, stage, directory: world() });
  const runit = await lane.ask(task("runit"));
  const denit = await lane.ask(task("denit"));
  const meant = SHOWN.filter((shown) => shown.scenario === scenario.id);
  const wrong = (choice.self ? selfVerdict : verdict)(runit, denit, meant);
  return { scenario, wrong, recordings: { runit, denit } };
}

/** Plays all scenarios. A lane takes the next scenario when it is free. */
async function play(
  scenarios: readonly Scenario[],
  stage: Stage,
  root: string,
  lanes: readonly Lane[],
  choice: Choice,
): Promise<Result[]> {
  const waiting = [...scenarios];
  const results: Result[] = [];
  let worlds = 0;
  const world = () => join(root, `w${String(worlds++).padStart(4, "0")}`);
  await Promise.all(lanes.map(async (lane) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await judged(next, lane, stage, world, choice);
      results.push(result);
      report(result, choice);
    }
  }));
  return results;
}

function report({ scenario, skipped, wrong, recordings }: Result, choice: Choice): void {
  const seconds = Object.values(recordings).map((recording) => `${recording.seconds.toFixed(1)} s`).join(" ");
  const word = skipped !== undefined ? "skip" : wrong.length > 0 ? "FAIL" : "ok  ";
  console.log(`${word} ${scenario.id} (${skipped ?? seconds})`);
  if (wrong.length > 0) console.log([`  ${scenario.says}`, ...wrong.map((line) => `  ${line}`)].join("\n"));
  if (!choice.verbose) return;
  for (const [side, recording] of Object.entries(recordings)) {
    for (const { label, text } of recording.notes) {
      console.log([`  ${side}: ${label}`, ...indented(text)].join("\n"));
    }
  }
}

/** Finds faults of the tables, and everything that the scenarios left behind. */
function housekeeping(scenarios: readonly Scenario[], lanes: readonly Lane[], root: string): string[] {
  const ids = scenarios.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const strange = SHOWN.filter(({ scenario }) => !ids.includes(scenario));
  const silent = DIFFERENCES.filter(({ shown }) => shown.length === 0);
  const own = lanes.map((lane) => lane.pid);
  const left = descendants().filter(({ pid, state }) => !own.includes(pid) && state !== "Z");
  const worlds = [...Deno.readDirSync(root)].filter(({ name }) => /^w\d+$/.test(name));
  return [
    ...twice.map((id) => `Two scenarios are named ${id}`),
    ...silent.map(({ id }) => `No scenario shows the difference ${id}`),
    ...strange.map(({ scenario }) => `differences.ts names a scenario that does not exist: ${scenario}`),
    ...left.map(({ pid, name }) => `A process was left behind: ${name} ${pid}`),
    ...worlds.map(({ name }) => `A directory was left behind: ${name}`),
  ];
}

/** Kills processes that a dead lane left to the driver. */
function clearOrphans(): void {
  for (const { pid, parent } of descendants()) {
    killNow(pid);
    if (parent === Deno.pid && processOf(pid)?.state === "Z") reap(pid);
  }
}

async function suite(
  scenarios: readonly Scenario[],
  root: string,
  target: string,
  choice: Choice,
  count: number,
) {
  const stage = setStage(root, target);
  const lanes = Array.from({ length: count }, () => new Lane());
  const stop = async () => {
    await Promise.all(lanes.map((lane) => lane.close()));
    Deno.removeSync(root, { recursive: true });
    Deno.exit(130);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, stop);
  const results = await play(scenarios, stage, root, lanes, choice);
  const amiss = housekeeping(SCENARIOS, lanes, root);
  await Promise.all(lanes.map((lane) => lane.close()));
  return { results, amiss };
}

/** Prints the closing line. Returns whether the suite passed. */
function conclude(results: readonly Result[], amiss: readonly string[]): boolean {
  for (const line of amiss) console.log(`FAIL ${line}`);
  const skipped = results.filter((result) => result.skipped !== undefined);
  // In CI every peer is installed, so a skipped scenario counts as a failure.
  const holes = Deno.env.get("CI") === "true" ? skipped : [];
  const failed = results.filter((result) => result.wrong.length > 0);
  if (failed.length > 0) console.log(`failed: ${failed.map(({ scenario }) => scenario.id).join(" ")}`);
  const failures = failed.length + amiss.length + holes.length;
  const passed = results.length - skipped.length - failed.length;
  console.log(`${passed} passed, ${failures} failed, ${skipped.length - holes.length} skipped`);
  return failures === 0 && results.length > 0;
}

/** Runs the suite with the words of its command line. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const unknown: string[] = [];
  const options = parseArgs(args, {
    boolean: ["list", "differences", "verbose", "self", "lane"],
    string: ["only", "target", "lanes"],
    unknown: (argument) => void unknown.push(argument),
  });
  if (unknown.length > 0) {
    console.error(
      `conformance: unknown: ${unknown.join(" ")}; the head of tests/conformance/main.ts has the options`,
    );
    return 100;
  }
  if (options.lane) {
    await lane();
    return 0;
  }
  const scenarios = SCENARIOS.filter(({ id }) => id.includes(options.only ?? ""));
  if (options.list) {
    for (const { id, says } of scenarios) console.log(`${id}: ${says}`);
    return 0;
  }
  if (options.differences) {
    console.log(asMarkdown());
    return 0;
  }
  becomeSubreaper();
  const root = Deno.makeTempDirSync({ dir: "/tmp", prefix: "conformance-" });
  Deno.chmodSync(root, 0o755);
  try {
    const target = options.self
      ? join(root, "runit")
      : options.target !== undefined
      ? resolve(options.target)
      : await installed(join(REPOSITORY, "dist/denit"), root);
    const count = Number(options.lanes ?? LANES);
    const { results, amiss } = await suite(scenarios, root, target, options, count);
    return conclude(results, amiss) ? 0 : 1;
  } finally {
    clearOrphans();
    Deno.removeSync(root, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
