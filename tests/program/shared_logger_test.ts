/** Unmodified services whose `log/run` ends in svlogd share one logger process per user. */
import { assert, assertEquals } from "@std/assert";
import { Fleet, type Tree } from "../fleet.ts";
import { commandOf, linesIn, loggersOf, numbered } from "../logs.ts";
import { IS_ROOT } from "../machine.ts";
import { childrenOf, isAlive, signal } from "../processes.ts";

const COUNT = 20;
const LINES = 50;
const SPEAKS = `#!/bin/sh\nseq 1 ${LINES}\nexec sleep 100000\n`;
/** Counts until there is a file `enough`, writes `end`, and stays. */
const COUNTS = "#!/bin/sh\ni=0\nuntil test -e enough; do\n" +
  "  for k in 1 2 3 4 5; do i=$((i + 1)); echo $i; done; sleep 0.01\ndone\necho end\nexec sleep 100000\n";

/** A service as it is found in the field: its `log/run` clears the environment, so svlogd inherits nothing else. */
function logged(name: string, run: string, through = ""): Tree {
  return {
    [`${name}/run`]: run,
    [`${name}/log/run`]: `#!/bin/sh\nmkdir -p ../../../logs/${name}\n` +
      `exec env - PATH="$PATH" ${through} svlogd -tt ../../../logs/${name}\n`,
  };
}

function names(): string[] {
  return Array.from({ length: COUNT }, (_, i) => `s${i}`);
}

function logOf(fleet: Fleet, name: string): string {
  return `${fleet.home}/logs/${name}`;
}

/** True when a process is the sh that keeps a svlogd's pid. */
function standsIn(pid: number): boolean {
  const [shell, option] = commandOf(pid);
  return shell?.endsWith("sh") === true && option === "-c" && commandOf(pid).includes("svlogd");
}

async function countsWell(fleet: Fleet, name: string): Promise<void> {
  Deno.writeTextFileSync(`${fleet.services}/${name}/enough`, "");
  await fleet.eventually(`the last line of ${name}`, () => linesIn(logOf(fleet, name)).at(-1) === "end");
  const lines = linesIn(logOf(fleet, name)).slice(0, -1);
  assertEquals(lines, numbered(lines.length));
}

async function hasItsLines(fleet: Fleet, name: string): Promise<void> {
  await fleet.eventually(`the lines of ${name}`, () => linesIn(logOf(fleet, name)).length === LINES);
  assertEquals(linesIn(logOf(fleet, name)), numbered(LINES));
}

Deno.test("twenty svlogds of unmodified services share one logger, and twenty sh keep their pids", async () => {
  await using fleet = await Fleet.start(Object.assign({}, ...names().map((name) => logged(name, SPEAKS))));
  for (const name of names()) await hasItsLines(fleet, name);
  const logs = names().map((name) => fleet.service(`${name}/log`).pid);
  await fleet.eventually("twenty sh that stand in for svlogd", () => logs.every(standsIn));
  const [logger, ...more] = loggersOf(fleet.pid);
  assertEquals(more, []);
  assertEquals(childrenOf(fleet.pid).length, 2 * COUNT + 1);
  fleet.signal("SIGHUP");
  assertEquals((await fleet.ended()).code, 111);
  assertEquals([logger ?? 0, ...logs].filter(isAlive), []);
  assertEquals(fleet.said, []);
});

Deno.test("a killed shared logger comes back, and every line is in the log once", async () => {
  await using fleet = await Fleet.start({ ...logged("a", COUNTS), ...logged("b", COUNTS) });
  let count = 0;
  for (let i = 0; i < 4; i++) {
    await fleet.eventually("more lines", () => linesIn(logOf(fleet, "a")).length > count);
    count = linesIn(logOf(fleet, "a")).length;
    const logger = await fleet.eventually("one logger", () => {
      const [pid, ...more] = loggersOf(fleet.pid);
      return pid !== undefined && more.length === 0 && pid;
    });
    signal(logger, "SIGKILL");
    await fleet.eventually("the end of the killed logger", () => !isAlive(logger));
  }
  await countsWell(fleet, "a");
  await countsWell(fleet, "b");
});

Deno.test("a shared logger without a service leaves, and the next svlogd gets another one", async () => {
  await using fleet = await Fleet.start(logged("a", SPEAKS));
  await hasItsLines(fleet, "a");
  const [logger = 0] = loggersOf(fleet.pid);
  fleet.service("a/log").send("d");
  await fleet.service("a/log").is("down");
  await fleet.eventually("the end of the logger", () => !isAlive(logger));
  fleet.service("a/log").send("u");
  await fleet.eventually("another logger", () => loggersOf(fleet.pid).length === 1);
});

Deno.test(
  "a svlogd of another user gets a logger of that user (needs root)",
  { ignore: !IS_ROOT },
  async () => {
    const other = "setpriv --reuid 65533 --regid 65532 --groups 65532,65531";
    await using fleet = await Fleet.start({
      ...logged("a", SPEAKS),
      ...logged("b", SPEAKS, other),
      "b/log/down": "",
    });
    await hasItsLines(fleet, "a");
    Deno.mkdirSync(logOf(fleet, "b"));
    Deno.chownSync(logOf(fleet, "b"), 65_533, 65_532);
    fleet.service("b/log").send("u");
    await hasItsLines(fleet, "b");
    assertEquals(Deno.statSync(`${logOf(fleet, "b")}/current`).uid, 65_533);
    assertEquals(loggersOf(fleet.pid).length, 2);
    assertEquals(loggersOf(fleet.pid, "65533:65532:65531,65532").length, 1);
  },
);

Deno.test("a svlogd that is not the log's own process is refused, and writes by itself", async () => {
  const run = "#!/bin/sh\nmkdir -p ../../../logs/a\nsvlogd -tt ../../../logs/a\nexec sleep 100000\n";
  await using fleet = await Fleet.start({ "a/run": SPEAKS, "a/log/run": run });
  await hasItsLines(fleet, "a");
  assertEquals(loggersOf(fleet.pid), []);
  const [svlogd] = childrenOf(fleet.service("a/log").pid);
  assert(svlogd !== undefined && commandOf(svlogd.pid)[0]?.endsWith("svlogd") === true);
});
