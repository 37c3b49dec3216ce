/** Idle costs nothing: a fleet without work makes no system call, and neither do its loggers. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { RESCAN_MS } from "../../src/supervision/scan.ts";
import { Fleet, STAY } from "../fleet.ts";
import { loggersOf } from "../logs.ts";
import { has } from "../machine.ts";
import { readText } from "../processes.ts";
import { Strace } from "../strace.ts";
import { pause } from "../wait.ts";

/** Longer than any regular work would wait: runit's runsvdir looks at its directory every five seconds. */
const WINDOW_MS = RESCAN_MS + 1000;

/** The system calls that strace sees within a time. */
async function callsIn(strace: Strace, windowMs: number): Promise<readonly string[]> {
  const before = strace.lines.length;
  await pause(windowMs);
  return strace.lines.slice(before);
}

Deno.test({
  name: "an idle fleet and its loggers make no system call at all (needs strace)",
  ignore: !has("strace"),
  fn: async () => {
    await using fleet = await Fleet.start({
      "web/run": STAY,
      "web/log/run": "#!/bin/sh\nmkdir -p main\nexec svlogd -tt main\n",
      "tree/run": "#!/bin/sh\necho begun\nexec sleep 100000\n",
      "tree/log/config": "s100000\n",
      "tree/log/main/.keep": "",
      "down/run": STAY,
      "down/down": "",
      "done/run": "#!/bin/sh\nsv o .\necho yes >ran\n",
    });
    const [web, done] = [fleet.service("web"), fleet.service("done")];
    await web.runs();
    const logger = await fleet.service("web/log").runs();
    await fleet.eventually(
      "the logger's file",
      () => readText(join(web.directory, "log/main/current")) !== undefined,
    );
    await fleet.eventually(
      "the tree's log",
      () => fleet.service("tree").read("log/main/current").includes(" begun\n"),
    );
    await fleet.eventually("the run of the one-shot service", () => done.read("ran") !== "");
    await done.is("down");
    await using strace = await Strace.of([fleet.pid, logger, ...loggersOf(fleet.pid)], "all");
    // What has just started has a little left to do.
    await fleet.eventually(
      "a time without system calls",
      async () => (await callsIn(strace, 500)).length === 0,
    );
    assertEquals(await callsIn(strace, WINDOW_MS), []);
    // strace is still attached: it sees the calls for a command.
    web.send("p");
    await fleet.eventually("calls for a command", () => strace.lines.some((line) => line.includes("kill(")));
  },
});
