/**
 * Debian's runit and denit take turns on the same directories. Files that denit's supervisors leave for each other
 * must not disturb runit's. A stock `runsvdir` must be able to use denit's `runsv`.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { linesIn, numbered } from "../logs.ts";
import { has } from "../machine.ts";
import { childrenOf, isAlive, signal } from "../processes.ts";
import { output, program } from "../program.ts";
import { eventually } from "../wait.ts";

const [RUNSV, RUNSVDIR, SV] = ["/usr/bin/runsv", "/usr/bin/runsvdir", "/usr/bin/sv"];
const HAS_RUNIT = [RUNSV, RUNSVDIR, SV].every((path) => has(path.slice("/usr/bin/".length)));
const NEEDS_RUNIT = HAS_RUNIT ? "" : " (needs runit)";
const WITH_LOG: Tree = {
  "web/run":
    "#!/bin/sh\ni=0\nuntil test -e enough; do i=$((i + 1)); echo $i; sleep 0.02; done\nexec sleep 100000\n",
  "web/log/run": "#!/bin/sh\nexec svlogd -tt ../logs\n",
  "web/logs/.keep": "",
};

/** Files in `supervise` and `log/supervise` that runit does not make. */
function foreign(directory: string): string[] {
  const ours = new Set(["lock", "control", "ok", "pid", "stat", "status"]);
  return ["supervise", "log/supervise"].flatMap((place) =>
    [...Deno.readDirSync(join(directory, place))].map(({ name }) => `${place}/${name}`)
  ).filter((path) => !ours.has(path.slice(path.lastIndexOf("/") + 1))).sort();
}

/** Starts a supervisor beside the fleet, with the fleet's mark, until `use` returns. Then `x` ends it in order. */
async function under(
  file: string,
  fleet: Fleet,
  use: (pid: number) => Promise<void>,
): Promise<void> {
  const { links } = await program();
  const web = fleet.service("web");
  const child = new Deno.Command(file, {
    args: [web.directory],
    env: { PATH: `${links}:${Deno.env.get("PATH")}`, [fleet.mark[0]]: fleet.mark[1] },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await eventually(
    `${file} to supervise`,
    async () => (await statusBy(SV, web.directory)).startsWith("run: "),
  );
  await use(child.pid);
  web.send("x");
  assertEquals((await child.status).code, 0);
}

async function statusBy(sv: string, directory: string): Promise<string> {
  return (await output(sv, ["status", directory])).stdout;
}

Deno.test({
  name: `a killed denit runsv below a stock runsvdir comes back to its running service${NEEDS_RUNIT}`,
  ignore: !HAS_RUNIT,
  fn: async () => {
    await using fleet = await Fleet.start({ "stays/run": STAY, ...WITH_LOG }, {
      command: (services) => [RUNSVDIR, "-P", services],
    });
    const services = [fleet.service("stays"), fleet.service("web")];
    const pids = await Promise.all(services.map((service) => service.runs()));
    for (let times = 0; times < 3; times++) {
      const runsvs = childrenOf(fleet.pid).map(({ pid }) => pid);
      assertEquals(runsvs.length, 2);
      for (const pid of runsvs) signal(pid, "SIGKILL");
      await fleet.eventually("two other runsv", () => {
        const now = childrenOf(fleet.pid).filter(({ state }) => state !== "Z").map(({ pid }) => pid);
        return now.length === 2 && now.every((pid) => !runsvs.includes(pid));
      });
      for (const { directory } of services) {
        await fleet.eventually(
          "the state that runit's sv shows",
          async () => /^run: /.test(await statusBy(SV, directory)),
        );
      }
      assertEquals(services.map(({ pid }) => pid), pids);
    }
    fleet.put("web/enough", "");
    const logs = join(fleet.services, "web/logs");
    await fleet.eventually("more than 20 lines in the log", () => linesIn(logs).length > 20);
    assertEquals(linesIn(logs), numbered(linesIn(logs).length));
    fleet.signal("SIGHUP");
    assertEquals((await fleet.ended()).code, 111);
    await eventually("the end of both services", () => pids.every((pid) => !isAlive(pid)));
  },
});

Deno.test({
  name: `a stock runsv and denit's take turns on a directory that each leaves in order${NEEDS_RUNIT}`,
  ignore: !HAS_RUNIT,
  fn: async () => {
    const ours = join((await program()).links, "runsv");
    await using fleet = await Fleet.start({ ...WITH_LOG, "idle/run": STAY, "idle/down": "" }, {
      command: (services) => [ours, join(services, "idle")],
    });
    const web = fleet.service("web");
    for (const file of [ours, RUNSV, ours, RUNSV]) {
      await under(file, fleet, async () => {
        const pid = await web.runs();
        assertMatch(await statusBy(SV, web.directory), /^run: .*; run: log: /);
        signal(pid, "SIGTERM");
        await web.runs(pid);
      });
      assertEquals(foreign(web.directory), []);
      assertEquals(web.stat, "down");
    }
  },
});

Deno.test({
  name: `files of a killed denit runsv confuse neither a stock runsv nor denit's after that${NEEDS_RUNIT}`,
  ignore: !HAS_RUNIT,
  fn: async () => {
    const ours = join((await program()).links, "runsv");
    await using fleet = await Fleet.start(WITH_LOG, { command: (services) => [ours, join(services, "web")] });
    const web = fleet.service("web");
    const first = await web.runs();
    fleet.signal("SIGKILL");
    await fleet.ended();
    assertEquals(foreign(web.directory), [
      "log/supervise/pipe",
      "log/supervise/process",
      "supervise/process",
    ]);
    // As always with runit, the next supervisor does not know of the old process, which runs on. The test ends it.
    signal(first, "SIGKILL");
    await eventually("the end of the first process", () => !isAlive(first));
    let second = 0;
    await under(RUNSV, fleet, async () => {
      second = await web.runs();
      assertMatch(await statusBy(SV, web.directory), new RegExp(`^run: .*: \\(pid ${second}\\) `));
    });
    assert(!isAlive(second));
    // The files of the first supervisor are still there, but describe no living process.
    assertEquals(foreign(web.directory).length, 3);
    await under(ours, fleet, async () => {
      const third = await web.runs();
      assert(third !== first && third !== second);
      assertMatch(
        await statusBy(SV, web.directory),
        new RegExp(`^run: .*: \\(pid ${third}\\) [0-9]s; run: log: `),
      );
    });
    assertEquals(foreign(web.directory), []);
  },
});
