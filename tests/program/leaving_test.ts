/** Tests how the supervisors leave: on which signal, with which exit code, and whether the services go on. */
import { assert, assertEquals } from "@std/assert";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { isAlive } from "../processes.ts";

const TREE: Tree = { "a/run": STAY, "b/run": STAY, "b/log/run": "#!/bin/sh\nexec cat >/dev/null\n" };

async function pidsOf(fleet: Fleet): Promise<number[]> {
  const names = ["a", "b", "b/log"];
  return await Promise.all(names.map((name) => fleet.service(name).runs()));
}

Deno.test("TERM ends runsvdir at once with 0, and the services go on", async () => {
  await using fleet = await Fleet.start(TREE);
  const pids = await pidsOf(fleet);
  fleet.signal("SIGTERM");
  assertEquals(await fleet.ended(), { success: true, code: 0, signal: null });
  assertEquals(pids.filter(isAlive), pids);
  assertEquals(fleet.said, []);
});

for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT"] as const) {
  Deno.test(`${signal} takes the services with it, and then ends runsvdir with 111`, async () => {
    await using fleet = await Fleet.start(TREE);
    const pids = await pidsOf(fleet);
    fleet.signal(signal);
    assertEquals(await fleet.ended(), { success: false, code: 111, signal: null });
    assertEquals(pids.filter(isAlive), []);
    for (const name of ["a", "b"]) assertEquals(fleet.service(name).stat, "down");
    assertEquals(fleet.said, []);
  });
}

Deno.test("after HUP runsvdir waits for a slow service and runs its finish", async () => {
  await using fleet = await Fleet.start({
    "slow/run": "#!/bin/sh\ntrap 'until test -e go; do sleep 0.02; done; exit 3' TERM\necho >ready\n" +
      "while :; do sleep 0.02; done\n",
    "slow/finish": "#!/bin/sh\necho $1 $2 >finished\n",
    "quick/run": STAY,
  });
  const slow = fleet.service("slow");
  await fleet.eventually("the trap of slow", () => slow.read("ready") === "\n");
  await fleet.service("quick").runs();
  fleet.signal("SIGHUP");
  await fleet.service("quick").is("down");
  await slow.is("run, got TERM, want exit");
  assert(fleet.isAlive);
  Deno.writeTextFileSync(`${slow.directory}/go`, "");
  assertEquals((await fleet.ended()).code, 111);
  assertEquals(slow.read("finished"), "3 0\n");
});

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const) {
  Deno.test(`${signal} ends runsv with 0, after its service and its log`, async () => {
    await using fleet = await Fleet.start(TREE, { command: (services) => ["runsv", `${services}/b`] });
    const pids = [await fleet.service("b").runs(), await fleet.service("b/log").runs()];
    fleet.signal(signal);
    assertEquals(await fleet.ended(), { success: true, code: 0, signal: null });
    assertEquals(pids.filter(isAlive), []);
    assertEquals(fleet.service("b").stat, "down");
    assertEquals(fleet.service("b/log").stat, "down");
  });
}

for (const signal of ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPIPE", "SIGCHLD", "SIGPWR"] as const) {
  Deno.test(`${signal} does nothing to runsvdir and its services`, async () => {
    await using fleet = await Fleet.start(TREE);
    const pids = await pidsOf(fleet);
    fleet.signal(signal);
    // runsvdir takes signals before commands: so once it has obeyed the command, it has taken the signal.
    fleet.service("a").send("d");
    await fleet.service("a").is("down");
    assert(fleet.isAlive);
    assertEquals(pids.slice(1).filter(isAlive), pids.slice(1));
  });
}

Deno.test("a second supervisor of a service prints one line and ends with 111, and the first goes on", async () => {
  await using fleet = await Fleet.start(TREE);
  const pids = await pidsOf(fleet);
  await using second = await Fleet.start({}, { command: () => ["runsv", `${fleet.services}/a`] });
  assertEquals((await second.ended()).code, 111);
  assertEquals(second.said, [
    `runsv ${fleet.services}/a: fatal: unable to lock supervise/lock: temporary failure`,
  ]);
  assertEquals(pids.filter(isAlive), pids);
});
