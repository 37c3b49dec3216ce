import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Fleet, STAY } from "../fleet.ts";
import { linesIn, numbered } from "../logs.ts";
import { isAlive, processesMarked, readText, signal } from "../processes.ts";
import { program } from "../program.ts";
import { eventually } from "../wait.ts";

const COUNTS =
  "#!/bin/sh\ni=0\nuntil test -e enough; do i=$((i + 1)); echo $i; sleep 0.02; done\nexec sleep 100000\n";
const FINISH = '#!/bin/sh\necho "$*" >>finished\n';

/** Another supervisor of the same directory. It ends with the fleet, whose mark it has. */
async function another(fleet: Fleet): Promise<Deno.ChildProcess> {
  const environment = readText(`/proc/${fleet.service("stays").pid}/environ`)?.split("\0") ?? [];
  const mark = environment.find((entry) => entry.startsWith("DENIT_TEST_FLEET="))?.split("=")[1] ?? "";
  const { links } = await program();
  return new Deno.Command(join(links, "runsvdir"), {
    args: ["-P", fleet.services],
    env: { PATH: `${links}:${Deno.env.get("PATH")}`, DENIT_TEST_FLEET: mark },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** The bytes of a status that says: wanted up, and it runs. The pid is told in another file, before that. */
async function statusOf(fleet: Fleet, name: string): Promise<string> {
  return await fleet.eventually(`the status of ${name}`, () => {
    const { status } = fleet.service(name);
    return status.endsWith("00750001") && status;
  });
}

Deno.test("the next runsvdir goes on with what a killed one has left, and no line is lost", async () => {
  await using fleet = await Fleet.start({
    "stays/run": STAY,
    "stays/finish": FINISH,
    "tree/run": COUNTS,
    "tree/log/config": "s20000\nn0\n",
    "tree/log/main/.keep": "",
    "own/run": COUNTS,
    "own/log/run": "#!/bin/sh\nexec svlogd -tt ../logs\n",
    "own/logs/.keep": "",
  });
  const names = ["stays", "tree", "own"];
  const pids = await Promise.all(names.map((name) => fleet.service(name).runs()));
  const before = await Promise.all(names.map((name) => statusOf(fleet, name)));
  fleet.signal("SIGKILL");
  await fleet.ended();
  const next = await another(fleet);
  try {
    await eventually("the next one", async () => (await fleet.sv("-w", "1", "check", ...names)).code === 0);
    assertEquals(names.map((name) => fleet.service(name).pid), pids);
    assertEquals(names.map((name) => fleet.service(name).status), before);
    const [stays = 0] = pids;
    signal(stays, "SIGTERM");
    await fleet.service("stays").runs(stays);
    // The kernel tells how it ended since Linux 6.15.
    assert(["-1 15\n", "-1 0\n"].includes(fleet.service("stays").read("finished")));
    for (const [name, directory] of [["tree", "tree/log/main"], ["own", "own/logs"]] as const) {
      fleet.put(`${name}/enough`, "");
      const lines = () => linesIn(join(fleet.services, directory));
      await fleet.service(name).is("run");
      await eventually(`the lines of ${name}`, () => lines().length > 20 && isAlive(fleet.service(name).pid));
      assertEquals(lines(), numbered(lines().length));
    }
  } finally {
    next.kill("SIGHUP");
    assertEquals((await next.status).code, 111);
  }
});

Deno.test("USR2 has runsvdir execute its program again: its children stay, and how they end is known", async () => {
  await using fleet = await Fleet.start({ "web/run": STAY, "web/finish": FINISH });
  const pid = await fleet.service("web").runs();
  const before = await statusOf(fleet, "web");
  const startOf = () => readText(`/proc/${fleet.pid}/maps`)?.split("-")[0];
  const image = startOf();
  fleet.signal("SIGUSR2");
  await fleet.eventually(
    "another image",
    () => fleet.isAlive && startOf() !== undefined && startOf() !== image,
  );
  await fleet.eventually("its beginning", async () => (await fleet.sv("-w", "1", "check", "web")).code === 0);
  assertEquals([fleet.service("web").pid, fleet.service("web").status], [pid, before]);
  signal(pid, "SIGKILL");
  await fleet.service("web").runs(pid);
  assertEquals(fleet.service("web").read("finished"), "-1 9\n");
  fleet.signal("SIGHUP");
  assertEquals((await fleet.ended()).code, 111);
});

Deno.test("after TERM the services run on, and the next runsvdir has them", async () => {
  await using fleet = await Fleet.start({ "stays/run": STAY });
  const pid = await fleet.service("stays").runs();
  fleet.signal("SIGTERM");
  assertEquals((await fleet.ended()).code, 0);
  assert(isAlive(pid));
  const next = await another(fleet);
  await eventually("the next one", async () => (await fleet.sv("-w", "1", "check", "stays")).code === 0);
  next.kill("SIGHUP");
  assertEquals((await next.status).code, 111);
  assertEquals([isAlive(pid), processesMarked("DENIT_TEST_FLEET=none")], [false, []]);
});
