/** Services whose `log/` has a config and no run share one logger, the logger of the tree. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { commandOf, linesIn, loggersOf, namesIn, numbered } from "../logs.ts";
import { childrenOf, isAlive, processOf, signal } from "../processes.ts";

const COUNT = 20;
const LINES = 50;
/** Writes LINES lines and stays. */
const SPEAKS = `#!/bin/sh\nseq 1 ${LINES}\nexec sleep 100000\n`;
/** Counts until there is a file `enough`, writes `end`, and stays. */
const COUNTS = "#!/bin/sh\ni=0\nuntil test -e enough; do\n" +
  "  for k in 1 2 3 4 5; do i=$((i + 1)); echo $i; done; sleep 0.01\ndone\necho end\nexec sleep 100000\n";

function logged(name: string, run: string, config = "s100000\n"): Tree {
  return { [`${name}/run`]: run, [`${name}/log/config`]: config, [`${name}/log/main/.keep`]: "" };
}

function names(count = COUNT): string[] {
  return Array.from({ length: count }, (_, i) => `s${i}`);
}

function main(fleet: Fleet, name: string): string {
  return `${fleet.services}/${name}/log/main`;
}

async function loggerOf(fleet: Fleet, before = 0): Promise<number> {
  return await fleet.eventually("the logger of the tree", () => {
    const [pid, ...more] = loggersOf(fleet.pid, "own");
    return pid !== undefined && more.length === 0 && pid !== before && pid;
  });
}

/** Ends the counting of a service. Throws unless its log has every number, once and in order. */
async function countsWell(fleet: Fleet, name: string): Promise<void> {
  Deno.writeTextFileSync(`${fleet.services}/${name}/enough`, "");
  await fleet.eventually(`the last line of ${name}`, () => linesIn(main(fleet, name)).at(-1) === "end");
  const lines = linesIn(main(fleet, name)).slice(0, -1);
  assertEquals(lines, numbered(lines.length));
}

async function hasMoreThan(fleet: Fleet, name: string, count: number): Promise<number> {
  await fleet.eventually(`more lines of ${name}`, () => linesIn(main(fleet, name)).length > count);
  return linesIn(main(fleet, name)).length;
}

Deno.test("one process logs twenty services that have only a log/config, and leaves after them", async () => {
  await using fleet = await Fleet.start(Object.assign({}, ...names().map((name) => logged(name, SPEAKS))));
  for (const name of names()) {
    await fleet.eventually(`the lines of ${name}`, () => linesIn(main(fleet, name)).length === LINES);
    assertEquals(linesIn(main(fleet, name)), numbered(LINES));
  }
  const logger = await loggerOf(fleet);
  const runs = await Promise.all(names().map((name) => fleet.service(name).runs()));
  assertEquals(
    childrenOf(fleet.pid).map(({ pid }) => pid).sort((a, b) => a - b),
    [...runs, logger].sort((a, b) => a - b),
  );
  const { stdout } = await fleet.sv("status", ...names());
  assertEquals(stdout.split(`; run: log: (pid ${logger}) `).length, COUNT + 1);
  fleet.signal("SIGHUP");
  assertEquals((await fleet.ended()).code, 111);
  assertEquals([logger, ...runs].filter(isAlive), []);
  assertEquals(fleet.said, []);
});

Deno.test("a killed logger comes back, and every line is in the log once", async () => {
  await using fleet = await Fleet.start({ ...logged("a", COUNTS), ...logged("b", COUNTS) });
  let logger = await loggerOf(fleet);
  let count = 0;
  for (let i = 0; i < 4; i++) {
    count = await hasMoreThan(fleet, "a", count);
    signal(logger, "SIGKILL");
    logger = await loggerOf(fleet, logger);
    await fleet.eventually(
      "the new pid in supervise/pid of the log",
      () => fleet.service("a/log").pid === logger,
    );
  }
  await countsWell(fleet, "a");
  await countsWell(fleet, "b");
});

Deno.test("a service that comes later causes a new logger, and the others lose and repeat nothing", async () => {
  await using fleet = await Fleet.start(logged("a", COUNTS));
  await hasMoreThan(fleet, "a", 0);
  const logger = await loggerOf(fleet);
  const status = fleet.service("a/log").status;
  for (const [path, text] of Object.entries(logged("b", SPEAKS))) fleet.put(path, text);
  await fleet.eventually("the lines of b", () => linesIn(main(fleet, "b")).length === LINES);
  const next = await loggerOf(fleet);
  assert(next !== logger, "a logger that confines itself cannot have taken b");
  await fleet.eventually("the new pid of a's log", () => fleet.service("a/log").pid === next);
  assertEquals(fleet.service("b/log").pid, next);
  // The first twelve bytes, the time of the last change, still tell when this log started.
  assertEquals(fleet.service("a/log").status.slice(0, 24), status.slice(0, 24));
  await countsWell(fleet, "a");
  assertEquals(fleet.said, []);
});

Deno.test("a service that goes leaves the logger to the others; with the last service the logger goes, too", async () => {
  await using fleet = await Fleet.start({ ...logged("a", SPEAKS), ...logged("b", COUNTS) });
  await hasMoreThan(fleet, "b", 0);
  const logger = await loggerOf(fleet);
  fleet.service("a").send("x");
  await fleet.service("a").is("down");
  await fleet.service("a/log").is("down");
  await countsWell(fleet, "b");
  assertEquals(await loggerOf(fleet), logger);
  Deno.renameSync(`${fleet.services}/b`, `${fleet.home}/b`);
  Deno.renameSync(`${fleet.services}/a`, `${fleet.home}/a`);
  await fleet.eventually("the end of the logger", () => !isAlive(logger));
});

Deno.test("commands mean to such a log what they mean to a svlogd", async () => {
  await using fleet = await Fleet.start(logged("a", COUNTS));
  const log = fleet.service("a/log");
  const logger = await log.runs();
  let count = await hasMoreThan(fleet, "a", 0);
  const rotated = () => namesIn(main(fleet, "a")).filter((name) => name.startsWith("@")).length;
  log.send("12iqa");
  await fleet.eventually("a rotated file", () => rotated() === 1);
  assertEquals([log.stat, log.pid], ["run", logger]);
  log.send("p");
  await log.is("run, paused");
  log.send("c");
  await log.is("run");
  count = await hasMoreThan(fleet, "a", count);
  const since = log.status.slice(0, 24);
  log.send("t");
  await fleet.eventually(
    "another life after t",
    () => log.stat === "run" && log.status.slice(0, 24) !== since,
  );
  assertEquals(log.pid, logger);
  log.send("d");
  await log.is("down");
  const written = linesIn(main(fleet, "a")).length;
  fleet.service("a").send("h");
  await fleet.service("a").runs();
  assertEquals(linesIn(main(fleet, "a")).length, written);
  log.send("u");
  await log.is("run");
  await hasMoreThan(fleet, "a", written);
  // The log's directory is another one now.
  Deno.renameSync(main(fleet, "a"), `${fleet.home}/moved`);
  Deno.renameSync(`${fleet.home}/moved`, main(fleet, "a"));
  log.send("h");
  await hasMoreThan(fleet, "a", linesIn(main(fleet, "a")).length);
  const before = log.status.slice(0, 24);
  log.send("k");
  await fleet.eventually(
    "another life after k",
    () => log.stat === "run" && log.status.slice(0, 24) !== before,
  );
  assertEquals(log.pid, logger);
});

Deno.test("log/down keeps such a log down until u", async () => {
  await using fleet = await Fleet.start({ ...logged("a", SPEAKS), "a/log/down": "" });
  const log = fleet.service("a/log");
  await fleet.service("a").runs();
  assertEquals([log.stat, loggersOf(fleet.pid)], ["down", []]);
  log.send("u");
  await fleet.eventually("the lines of a", () => linesIn(main(fleet, "a")).length === LINES);
  assertEquals(log.pid, await loggerOf(fleet));
});

Deno.test("a log/run that comes later counts from the next start of the log on", async () => {
  await using fleet = await Fleet.start(logged("a", SPEAKS));
  const logger = await loggerOf(fleet);
  fleet.put("a/log/run", "#!/bin/sh\nexec cat >../caught\n");
  const log = fleet.service("a/log");
  log.send("t");
  const own = await log.runs(logger);
  await fleet.eventually("the process of log/run", () => commandOf(own)[0] === "cat");
  Deno.removeSync(`${fleet.services}/a/log/run`);
  log.send("t");
  await fleet.eventually("the logger of the tree again", () => loggersOf(fleet.pid, "own").includes(log.pid));
});

Deno.test("a config with a processor gets a svlogd of its own, with the stamp that it asks for", async () => {
  const config = "!cat\ns1000\n:stamp tai64n\n";
  await using fleet = await Fleet.start({ ...logged("a", COUNTS, config), ...logged("b", SPEAKS) });
  const svlogd = await fleet.service("a/log").runs();
  await fleet.eventually("svlogd", () => commandOf(svlogd).includes("svlogd"));
  assert(svlogd !== await loggerOf(fleet));
  const processed = await fleet.eventually(
    "a processed file",
    () => namesIn(main(fleet, "a")).find((name) => name.endsWith(".s")),
  );
  assertStringIncludes(Deno.readTextFileSync(`${main(fleet, "a")}/${processed}`).slice(0, 9), "@40000000");
  fleet.signal("SIGHUP");
  assertEquals((await fleet.ended()).code, 111);
  assertEquals(isAlive(svlogd), false);
  assertEquals(fleet.said, []);
});

Deno.test("svlogfleet complains of a missing log directory, and the lines wait until there is one", async () => {
  await using fleet = await Fleet.start({ "a/run": SPEAKS, "a/log/config": "\n", ...logged("b", SPEAKS) });
  await fleet.eventually("a complaint", () => fleet.said.some((line) => line.includes("svlogfleet: a: ")));
  Deno.mkdirSync(main(fleet, "a"));
  await fleet.eventually("the lines of a", () => linesIn(main(fleet, "a")).length === LINES);
  assertEquals(linesIn(main(fleet, "b")), numbered(LINES));
});

Deno.test("a log/config that cannot be read is named as the reason why the log does not start", async () => {
  await using fleet = await Fleet.start({ "a/run": STAY, "a/log/config/not-a-file": "" });
  const line = "runsv a: fatal: unable to read log/config: is a directory";
  await fleet.eventually("the reason", () => fleet.said.includes(line));
  assertEquals(fleet.said.filter((said) => said.includes("log/./run")), []);
});

Deno.test("a stopped logger delays only processes that write to it, and then takes every line", async () => {
  const many = Object.assign({}, ...names().map((name) => logged(name, COUNTS)));
  await using fleet = await Fleet.start({ ...many, "quiet/run": STAY });
  const logger = await loggerOf(fleet);
  for (const name of names()) await hasMoreThan(fleet, name, 0);
  signal(logger, "SIGSTOP");
  await fleet.eventually("the logger to stop", () => processOf(logger)?.state === "T");
  const quiet = fleet.service("quiet");
  for (let i = 0; i < 2; i++) {
    const pid = await quiet.runs();
    quiet.send("d");
    await quiet.is("down");
    quiet.send("u");
    await quiet.runs(pid);
    assertEquals((await fleet.sv("status", "quiet", "s0")).code, 0);
  }
  // More commands than the logger's socket holds, for every log.
  for (let i = 0; i < 100; i++) for (const name of names()) fleet.service(`${name}/log`).send("hpc");
  for (const [path, text] of Object.entries(logged("late", SPEAKS))) fleet.put(path, text);
  await fleet.service("late").runs();
  fleet.service("s0").send("d");
  await fleet.service("s0").is("down");
  fleet.service("s0").send("u");
  await fleet.service("s0").runs();
  signal(logger, "SIGCONT");
  await fleet.eventually("the lines of late", () => linesIn(main(fleet, "late")).length === LINES);
  for (const name of names().slice(1)) await countsWell(fleet, name);
});

Deno.test("runsv has a logger for its service alone, which leaves after the service", async () => {
  await using fleet = await Fleet.start(logged("a", SPEAKS), {
    command: (services) => ["runsv", `${services}/a`],
  });
  await fleet.eventually("the lines of a", () => linesIn(main(fleet, "a")).length === LINES);
  const logger = await loggerOf(fleet);
  assertEquals(fleet.service("a/log").pid, logger);
  fleet.signal("SIGTERM");
  assertEquals((await fleet.ended()).code, 0);
  assertEquals([isAlive(logger), fleet.said], [false, []]);
});

Deno.test("services that TERM leaves behind are logged on by their logger, which is left behind with them", async () => {
  await using fleet = await Fleet.start(logged("a", COUNTS));
  const count = await hasMoreThan(fleet, "a", 0);
  const logger = await loggerOf(fleet);
  fleet.signal("SIGTERM");
  assertEquals((await fleet.ended()).code, 0);
  await hasMoreThan(fleet, "a", count);
  await countsWell(fleet, "a");
  signal(fleet.service("a").pid, "SIGKILL");
  await fleet.eventually("the end of the logger", () => !isAlive(logger));
});

Deno.test("services that TERM leaves behind in the first moment are logged, too", async () => {
  await using fleet = await Fleet.start(Object.assign({}, ...names().map((name) => logged(name, SPEAKS))));
  for (const name of names()) await fleet.service(`${name}/log`).is("run");
  fleet.signal("SIGTERM");
  assertEquals((await fleet.ended()).code, 0);
  for (const name of names()) {
    await fleet.eventually(`the lines of ${name}`, () => linesIn(main(fleet, name)).length === LINES);
  }
});
