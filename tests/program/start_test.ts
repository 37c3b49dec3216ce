/** `deno task start DIR` is runsvdir in the foreground. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { isAlive } from "../processes.ts";
import { output } from "../program.ts";

const START = fromFileUrl(new URL("../../scripts/start.ts", import.meta.url));
const RUN = ["run", "-A", "--quiet", START];
const TREE: Tree = { "a/run": STAY, "a/log/run": "#!/bin/sh\nexec cat >/dev/null\n" };

/** Starts with a relative path, as a task that is typed in the fleet's directory. */
async function start(): Promise<{ fleet: Fleet; pids: number[] }> {
  const fleet = await Fleet.start(TREE, {
    command: () => [Deno.execPath(), ...RUN, "service"],
    through: ["sh", "-c", 'export INIT_CWD="$PWD"; cd / && exec "$@"', "sh"],
  });
  try {
    return { fleet, pids: [await fleet.service("a").runs(), await fleet.service("a/log").runs()] };
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

for (const signal of ["SIGINT", "SIGHUP"] as const) {
  Deno.test(`deno task start DIR supervises DIR, and ${signal} takes the services with it`, async () => {
    const { fleet, pids } = await start();
    await using _ = fleet;
    fleet.signal(signal);
    assertEquals((await fleet.ended()).code, 111);
    assertEquals(pids.filter(isAlive), []);
  });
}

Deno.test("TERM to deno task start is TERM to runsvdir: the services go on", async () => {
  const { fleet, pids } = await start();
  await using _ = fleet;
  fleet.signal("SIGTERM");
  assertEquals((await fleet.ended()).code, 0);
  assertEquals(pids.filter(isAlive), pids);
});

Deno.test("deno task start without a directory prints its usage and ends with 100", async () => {
  const { code, stderr } = await output(Deno.execPath(), RUN);
  assertEquals({ code, stderr }, { code: 100, stderr: "usage: deno task start DIR\n" });
});
