/** Idle costs nothing: a fleet with nothing to do makes no system call, and neither do its loggers. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { RETRY_MS } from "../../src/supervision/scan.ts";
import { Fleet, STAY } from "../fleet.ts";
import { has } from "../machine.ts";

/** Longer than anything that is done every so often: runsvdir of runit looks at its directory every five seconds. */
const WINDOW_S = RETRY_MS / 1000 + 1;

/** The system calls that `pids` make within some seconds, a line each. What they sit in is none. */
async function systemCalls(pids: readonly number[], seconds: number, file: string): Promise<string[]> {
  const words = ["-s", "INT", `${seconds}`, "strace", "-f", "-q", "-o", file];
  await new Deno.Command("timeout", { args: [...words, ...pids.flatMap((pid) => ["-p", `${pid}`])] })
    .output();
  const lines = Deno.readTextFileSync(file).split("\n").filter((line) => line !== "");
  return lines.filter((line) => !/<(detached|unfinished) \.\.\.>$/.test(line));
}

Deno.test({
  name: "idle is no system call at all, of the fleet and of its logger (needs strace)",
  ignore: !has("strace"),
  fn: async () => {
    await using fleet = await Fleet.start({
      "web/run": STAY,
      "web/log/run": "#!/bin/sh\nmkdir -p main\nexec svlogd -tt main\n",
      "down/run": STAY,
      "down/down": "",
      "done/run": "#!/bin/sh\nsv o .\necho yes >ran\n",
    });
    const web = fleet.service("web");
    const logger = await fleet.service("web/log").runs();
    await web.runs();
    await fleet.eventually("the logger's file", () => isThere(join(web.directory, "log/main/current")));
    const done = fleet.service("done");
    await fleet.eventually("the one-shot", () => done.read("ran") !== "");
    await done.is("down");
    const trace = join(fleet.home, "trace");
    // What has just started has a little left to do.
    await fleet.eventually(
      "quiet",
      async () => (await systemCalls([fleet.pid, logger], 1, trace)).length === 0,
    );
    assertEquals(await systemCalls([fleet.pid, logger], WINDOW_S, trace), []);
    // The same look sees what is there to be seen.
    const seen = systemCalls([fleet.pid, logger], 2, trace);
    await fleet.eventually("strace at work", () => tracerOf(fleet.pid) !== 0 && tracerOf(logger) !== 0);
    web.send("p");
    await web.is("run, paused");
    assert((await seen).length > 5);
  },
});

function isThere(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}

function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s+(\d+)$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0);
}
