/** A supervisor ends or is replaced, and the next one goes on with its services: the program in both forms. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { build } from "../../scripts/build.ts";
import { Fleet, STAY } from "../fleet.ts";
import { linesIn, numbered } from "../logs.ts";
import { CAN_MOUNT } from "../machine.ts";
import { isAlive, processesMarked, readText, signal } from "../processes.ts";
import { output, type Program, program } from "../program.ts";
import { eventually } from "../wait.ts";

type Form = Program["form"];
const BUILT = await program();
const FORMS: readonly Form[] = BUILT.form === "compiled" ? ["compiled", "script"] : ["script"];

/** A program of one form with links to it, in a directory of its own, where a test may replace it. */
class Installed implements AsyncDisposable {
  readonly path: string;
  readonly links: string;

  private constructor(readonly directory: string) {
    this.path = join(directory, "denit");
    this.links = join(directory, "links");
  }

  static async make(form: Form): Promise<Installed> {
    const installed = new Installed(await Deno.makeTempDir({ prefix: "denit-installed-" }));
    const { path, links } = installed;
    if (form === BUILT.form) await Deno.copyFile(BUILT.path, path);
    else await build({ form, output: path });
    await Deno.mkdir(links);
    assertEquals((await output(path, ["--install", links])).stderr, "");
    return installed;
  }

  /** Puts another file in the program's place by rename, as a package manager does. */
  replace(text: string): void {
    Deno.renameSync(this.path, `${this.path}.old`);
    Deno.writeTextFileSync(`${this.path}.new`, text, { mode: 0o755 });
    Deno.renameSync(`${this.path}.new`, this.path);
  }

  /** Moves the program away. */
  remove(): void {
    Deno.renameSync(this.path, `${this.path}.old`);
  }

  /** Moves the program back into its place. */
  bringBack(): void {
    Deno.renameSync(`${this.path}.old`, this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

const COUNTS =
  "#!/bin/sh\ni=0\nuntil test -e enough; do i=$((i + 1)); echo $i; sleep 0.02; done\nexec sleep 100000\n";
const FINISH = '#!/bin/sh\necho "$*" >>finished\n';

/**
 * Starts another supervisor of the same directory, and waits until it supervises. It carries the fleet's mark, so it
 * ends with the fleet.
 */
async function another(fleet: Fleet, { links }: Pick<Program, "links">): Promise<Deno.ChildProcess> {
  const [name, value] = fleet.mark;
  const next = new Deno.Command(join(links, "runsvdir"), {
    args: ["-P", fleet.services],
    env: { PATH: `${links}:${Deno.env.get("PATH")}`, [name]: value },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await eventually(
    "the next supervisor",
    async () => (await fleet.sv("-w", "1", "check", "stays")).code === 0,
  );
  return next;
}

/**
 * Waits for a status that says: wanted up, and running. Returns its bytes. The supervisor writes the pid, in another
 * file, before that.
 */
async function statusOf(fleet: Fleet, name: string): Promise<string> {
  return await fleet.eventually(`the status of ${name}`, () => {
    const { status } = fleet.service(name);
    return status.endsWith("00750001") && status;
  });
}

for (const form of FORMS) {
  Deno.test(`${form}: the next runsvdir takes over what a killed one left, and no line is lost`, async () => {
    await using installed = await Installed.make(form);
    await takesOver(installed);
  });

  Deno.test(`${form}: on USR2 runsvdir executes its program again, keeps its children, and sees how they end`, async () => {
    await using installed = await Installed.make(form);
    await upgrades(installed);
  });

  Deno.test(`${form}: a missing or broken program does not take the place of the old one`, async () => {
    await using installed = await Installed.make(form);
    await keepsOld(installed);
  });

  Deno.test(`${form}: a program that tells its version and then fails leaves everything to the next runsvdir`, async () => {
    await using installed = await Installed.make(form);
    await fallsBack(installed);
  });
}

async function takesOver(installed: Installed): Promise<void> {
  await using fleet = await Fleet.start({
    "stays/run": STAY,
    "stays/finish": FINISH,
    "tree/run": COUNTS,
    "tree/log/config": "s20000\nn0\n",
    "tree/log/main/.keep": "",
    "own/run": COUNTS,
    "own/log/run": "#!/bin/sh\nexec svlogd -tt ../logs\n",
    "own/logs/.keep": "",
  }, { links: installed.links });
  const names = ["stays", "tree", "own"];
  const pids = await Promise.all(names.map((name) => fleet.service(name).runs()));
  const before = await Promise.all(names.map((name) => statusOf(fleet, name)));
  fleet.signal("SIGKILL");
  await fleet.ended();
  const next = await another(fleet, installed);
  try {
    await eventually(
      "the next supervisor to have every service",
      async () => (await fleet.sv("-w", "1", "check", ...names)).code === 0,
    );
    assertEquals(names.map((name) => fleet.service(name).pid), pids);
    assertEquals(names.map((name) => fleet.service(name).status), before);
    const [stays = 0] = pids;
    signal(stays, "SIGTERM");
    await fleet.service("stays").runs(stays);
    // Since Linux 6.15 the kernel tells how a process ended that was not our child.
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
}

async function upgrades({ links }: Installed): Promise<void> {
  await using fleet = await Fleet.start({ "web/run": STAY, "web/finish": FINISH }, { links });
  const pid = await fleet.service("web").runs();
  const before = await statusOf(fleet, "web");
  const startOf = () => readText(`/proc/${fleet.pid}/maps`)?.split("-")[0];
  const image = startOf();
  fleet.signal("SIGUSR2");
  // The FIFOs stay open: at no moment does sv find no supervisor, and no command is lost.
  for (let told = 0; startOf() === undefined || startOf() === image; told++) {
    assert(fleet.isAlive && (await output(join(links, "svok"), [fleet.service("web").directory])).code === 0);
    fleet.service("web").send(told % 2 === 0 ? "p" : "c");
  }
  fleet.service("web").send("p");
  await fleet.service("web").is("run, paused");
  fleet.service("web").send("c");
  await fleet.service("web").is("run");
  await fleet.eventually(
    "the service to be checked as running",
    async () => (await fleet.sv("-w", "1", "check", "web")).code === 0,
  );
  assertEquals([fleet.service("web").pid, fleet.service("web").status], [pid, before]);
  signal(pid, "SIGKILL");
  await fleet.service("web").runs(pid);
  assertEquals(fleet.service("web").read("finished"), "-1 9\n");
  fleet.signal("SIGHUP");
  assertEquals((await fleet.ended()).code, 111);
}

/** The supervisor stays the same image, with the same services. */
async function keepsOld(installed: Installed): Promise<void> {
  await using fleet = await Fleet.start({ "stays/run": STAY }, { links: installed.links });
  const pid = await fleet.service("stays").runs();
  const before = await statusOf(fleet, "stays");
  const image = readText(`/proc/${fleet.pid}/maps`)?.split("-")[0];
  const complaints = [
    { happens: () => installed.remove(), says: "file does not exist" },
    { happens: () => installed.replace("#!/bin/sh\nexit 3\n"), says: "does not tell its version" },
    { happens: () => installed.replace("\x7fELF, or so it says"), says: "unable to upgrade" },
  ];
  for (const { happens, says } of complaints) {
    const said = fleet.said.length;
    happens();
    fleet.signal("SIGUSR2");
    await fleet.eventually("a complaint", () => fleet.said.length > said);
    assertStringIncludes(fleet.said.at(-1) ?? "", says);
    assertEquals(readText(`/proc/${fleet.pid}/maps`)?.split("-")[0], image);
    installed.bringBack();
  }
  assertEquals([fleet.service("stays").pid, fleet.service("stays").status], [pid, before]);
  fleet.service("stays").send("d");
  await fleet.service("stays").is("down");
}

async function fallsBack(installed: Installed): Promise<void> {
  await using fleet = await Fleet.start({ "stays/run": STAY }, { links: installed.links });
  const pid = await fleet.service("stays").runs();
  const before = await statusOf(fleet, "stays");
  installed.replace('#!/bin/sh\ntest "$1" = --version\n');
  fleet.signal("SIGUSR2");
  assert((await fleet.ended()).code !== 0 && isAlive(pid));
  installed.bringBack();
  const next = await another(fleet, installed);
  assertEquals([fleet.service("stays").pid, fleet.service("stays").status], [pid, before]);
  next.kill("SIGHUP");
  assertEquals([(await next.status).code, isAlive(pid)], [111, false]);
}

Deno.test("after TERM the services run on, and the next runsvdir takes them over", async () => {
  await using fleet = await Fleet.start({ "stays/run": STAY });
  const pid = await fleet.service("stays").runs();
  fleet.signal("SIGTERM");
  assertEquals((await fleet.ended()).code, 0);
  assert(isAlive(pid));
  const next = await another(fleet, BUILT);
  next.kill("SIGHUP");
  assertEquals((await next.status).code, 111);
  assertEquals([isAlive(pid), processesMarked("DENIT_TEST_FLEET=none")], [false, []]);
});

/**
 * The script of a process namespace. Its first process only starts the fleet, again and again. Five times the script
 * kills the fleet; each time the service must be supervised again as the same process. Then the script kills the
 * service, and the fleet must see its end. At last no other process is left.
 */
const UNDER_PROCESS_1 = `
steps() {
  until sv -w 1 check "$D/service/web" >/dev/null; do :; done
  web=$(cat "$D/service/web/supervise/pid")
  for i in 1 2 3 4 5; do
    fleet=$(cat "$D/fleet")
    kill -9 "$fleet"
    until [ "$(cat "$D/fleet")" != "$fleet" ] && sv -w 1 check "$D/service/web" >/dev/null; do :; done
    [ "$(cat "$D/service/web/supervise/pid")" = "$web" ] && echo the same
  done
  kill -9 "$web"
  until [ "$(cat "$D/service/web/supervise/pid")" != "$web" ]; do :; done
  until sv -w 1 check "$D/service/web" >/dev/null; do :; done
  echo another
  touch "$D/over"
  kill -HUP "$(cat "$D/fleet")"
}
steps &
until [ -e "$D/over" ]; do
  runsvdir -P "$D/service" &
  echo $! >"$D/fleet.new" && mv "$D/fleet.new" "$D/fleet"
  wait $!
done
wait
set -- /proc/[0-9]*
echo "$# process"
`;

Deno.test({
  name: `below a process 1 that restarts it, a fleet that is killed five times goes on${
    CAN_MOUNT ? "" : " (needs a process namespace)"
  }`,
  ignore: !CAN_MOUNT,
  fn: async () => {
    const { links } = BUILT;
    const directory = await Deno.makeTempDir({ prefix: "denit-process1-" });
    try {
      await Deno.mkdir(join(directory, "service/web"), { recursive: true });
      await Deno.writeTextFile(join(directory, "service/web/run"), STAY, { mode: 0o755 });
      const words = ["--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", UNDER_PROCESS_1];
      const env = { D: directory, PATH: `${links}:${Deno.env.get("PATH")}` };
      const { code, stdout } = await output("unshare", words, { env });
      const told = [...Array(5).fill("the same"), "another", "1 process", ""];
      assertEquals([code, stdout.split("\n")], [0, told]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
