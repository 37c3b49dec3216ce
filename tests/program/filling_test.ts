/**
 * Directories arrive while runsvdir runs. runsvdir leaves a directory that is filled in place alone until it is
 * complete. A directory that arrives by rename or link is complete, and starts at once.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Fleet } from "../fleet.ts";
import { pause } from "../wait.ts";

/**
 * Pace of a copy over a slow line: shorter than the quiet that runsvdir waits for, far longer than runsvdir takes to
 * look.
 */
const STEP_MS = 100;

/** The promise: runsvdir starts a directory that is filled in place once nothing in it has changed for this long. */
const QUIET_MS = 250;

/** Writes a line to its logger, if it has one. */
const TALKER = "#!/bin/sh\necho life >>lives\necho to the log\nexec sleep 100000\n";
const LOGGER = "#!/bin/sh\nexec cat >>../logged\n";

/** The steps of a slow copy. */
type Fill = readonly ((directory: string) => void)[];

const write = (name: string, text: string, mode = 0o644) => (directory: string) =>
  Deno.writeTextFileSync(join(directory, name), text, { mode });

/** Measures the longest time between two changes of a directory. */
class Pace {
  #lastMs = performance.now();
  #longestMs = 0;

  tick(): void {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#lastMs);
    this.#lastMs = now;
  }

  /**
   * True when the machine was too busy to keep the pace, so that the directory was quiet when it should have changed.
   */
  get wasLost(): boolean {
    return this.#longestMs > QUIET_MS - STEP_MS / 2;
  }
}

/** Makes a directory and fills it in place, step by step. Returns whether the machine kept the pace. */
async function fillSlowly(directory: string, fill: Fill): Promise<boolean> {
  Deno.mkdirSync(directory);
  const pace = new Pace();
  for (const step of fill) {
    await pause(STEP_MS);
    step(directory);
    pace.tick();
  }
  return !pace.wasLost;
}

/** Fills directories until the machine keeps the pace for one. Returns that one's name. */
async function filledAtPace(fleet: Fleet, fill: Fill): Promise<string> {
  let attempt = 0;
  return await fleet.eventually("a machine that keeps the pace", async () => {
    const name = `web${++attempt}`;
    return await fillSlowly(join(fleet.services, name), fill) && name;
  });
}

const ORDERS: Readonly<Record<string, Fill>> = {
  "log comes last": [
    write("run", TALKER, 0o755),
    write("finish", "#!/bin/sh\n", 0o755),
    write("notes", "one"),
    write("notes", "two"),
    (directory) => Deno.mkdirSync(join(directory, "log")),
    write("log/notes", "three"),
    write("log/run", LOGGER),
    (directory) => Deno.chmodSync(join(directory, "log/run"), 0o755),
  ],
  "run is written in pieces and made executable last": [
    (directory) => Deno.mkdirSync(join(directory, "log")),
    write("log/run", LOGGER, 0o755),
    write("run", TALKER.slice(0, 20)),
    write("run", TALKER),
    (directory) => Deno.chmodSync(join(directory, "run"), 0o755),
  ],
  "run comes by rename, its logger after it": [
    write(".run.part", TALKER, 0o755),
    (directory) => Deno.renameSync(join(directory, ".run.part"), join(directory, "run")),
    (directory) => Deno.mkdirSync(join(directory, "log")),
    write("log/run", LOGGER, 0o755),
  ],
};

for (const [order, fill] of Object.entries(ORDERS)) {
  Deno.test(`a service that is filled slowly never starts without its logger: ${order}`, async () => {
    await using fleet = await Fleet.start({ "there/run": TALKER });
    await fleet.service("there").runs();
    const name = await filledAtPace(fleet, fill);
    const web = fleet.service(name);
    await web.runs();
    await fleet.service(`${name}/log`).runs();
    await fleet.eventually("the line in the log", () => web.read("logged") === "to the log\n");
    assertEquals(web.read("lives"), "life\n");
    assertEquals(fleet.said, []);
  });
}

/** Changes a directory at every step, so that it is never quiet, until `stop` is called. */
function keepTouching(directory: string): { stop: () => Promise<void>; pace: Pace } {
  let going = true;
  const pace = new Pace();
  const ended = (async () => {
    for (let i = 0; going; i++) {
      Deno.writeTextFileSync(join(directory, "notes"), `${i}`);
      pace.tick();
      await pause(STEP_MS / 2);
    }
  })();
  return {
    pace,
    stop: async () => {
      going = false;
      await ended;
    },
  };
}

Deno.test("a service that arrives by rename or by link starts although its directory still changes", async () => {
  await using fleet = await Fleet.start({ "there/run": TALKER });
  await fleet.service("there").runs();
  for (const name of ["renamed", "linked", "filled"]) {
    const directory = join(fleet.home, name);
    Deno.mkdirSync(directory);
    write("run", TALKER, 0o755)(directory);
  }
  Deno.renameSync(join(fleet.home, "renamed"), join(fleet.services, "renamed"));
  Deno.symlinkSync(join(fleet.home, "linked"), join(fleet.services, "linked"));
  const touched = [join(fleet.services, "renamed"), join(fleet.home, "linked")].map(keepTouching);
  try {
    await fleet.service("renamed").runs();
    await fleet.service("linked").runs();
  } finally {
    for (const { stop } of touched) await stop();
  }
});

Deno.test("a directory that is never quiet does not start until it is", async () => {
  await using fleet = await Fleet.start({ "there/run": TALKER });
  await fleet.service("there").runs();
  let attempt = 0;
  const name = await fleet.eventually("a machine that keeps the pace", async () => {
    const name = `web${++attempt}`;
    const web = fleet.service(name);
    Deno.mkdirSync(web.directory);
    const touching = keepTouching(web.directory);
    write("run", TALKER, 0o755)(web.directory);
    // Complete services that come later have started: so runsvdir has looked at this one, and left it alone.
    for (const later of ["x", "y", "z"].map((letter) => letter + name)) {
      await arrives(fleet, later);
      await pause(STEP_MS);
    }
    const { stat } = web;
    await touching.stop();
    if (touching.pace.wasLost) return undefined;
    assertEquals(stat, "");
    return name;
  });
  await fleet.service(name).runs();
  await fleet.eventually("the first line of the service", () => fleet.service(name).read("lives") !== "");
  assertEquals(fleet.service(name).read("lives"), "life\n");
});

/** Lets a complete service arrive by rename, and waits until it runs. */
async function arrives(fleet: Fleet, name: string): Promise<void> {
  Deno.mkdirSync(join(fleet.home, name));
  write("run", TALKER, 0o755)(join(fleet.home, name));
  Deno.renameSync(join(fleet.home, name), join(fleet.services, name));
  await fleet.service(name).runs();
}

Deno.test("runsvdir mentions a directory without an executable run once, and starts it when it has one", async () => {
  await using fleet = await Fleet.start({ "there/run": TALKER });
  const there = await fleet.service("there").runs();
  const web = fleet.service("web");
  Deno.mkdirSync(web.directory);
  write("run", TALKER)(web.directory);
  await fleet.eventually("a line about run", () => fleet.said.length > 0);
  assertEquals(fleet.said, [
    `runsvdir ${fleet.services}: warning: web is not started: run is not executable`,
  ]);
  Deno.chmodSync(join(web.directory, "run"), 0o755);
  await web.runs();
  assertEquals(fleet.said.length, 1);
  assert(fleet.service("there").pid === there);
});
