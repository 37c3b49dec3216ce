/** A svlogd whose parent is a fleet hands its work over to a shared logger. Nothing else can tell the difference. */
import { CWD } from "../../src/posix/descriptor.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { fleetName } from "../../src/logging/joining.ts";
import { OPEN } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { bindLibc } from "../../src/sys/libc.ts";
import { has, IS_ROOT } from "../machine.ts";
import { readText } from "../processes.ts";
import { seedOf } from "../seed.ts";
import { Random } from "../random.ts";
import { eventually, pause } from "../wait.ts";
import { contents } from "./directory.ts";
import { type Child, FakeFleet, type Pipe, type SvlogdPlan } from "./fake_fleet.ts";

async function joined(child: Child): Promise<void> {
  await eventually(`${child.pid} joins`, () => {
    assert(child.isAlive, "the svlogd has ended");
    return child.standsIn;
  });
}

function text(path: string): string {
  return readText(path) ?? "";
}

async function holds(path: string, wanted: string): Promise<void> {
  await eventually(`${path} holds '${wanted}'`, () => text(path) === wanted);
}

/** Every line of a log directory, oldest first. */
function lines(directory: string): string[] {
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
    name.startsWith("@")
  ).sort();
  return [...names, "current"].flatMap((name) => text(join(directory, name)).split("\n").slice(0, -1));
}

async function withJoined(
  args: readonly string[],
  use: (made: { fleet: FakeFleet; directory: string; pipe: Pipe; svlogd: Child }) => Promise<void>,
): Promise<void> {
  await FakeFleet.use(async (fleet, directory) => {
    await Deno.mkdir(join(directory, "main"));
    const pipe = fleet.pipe();
    const svlogd = fleet.svlogd({ directory, args: [...args, "main"], stdin: pipe.read });
    await joined(svlogd);
    await use({ fleet, directory, pipe, svlogd });
  });
}

Deno.test("a svlogd hands over, keeps its pid, and ends with 0 when its input ends", async () => {
  await withJoined(["-tt"], async ({ fleet, directory, pipe, svlogd }) => {
    await pipe.write("one\ntwo\nthe last");
    await eventually("two lines in the log", () => lines(join(directory, "main")).length === 2);
    const log = fleet.loggers[0];
    assert(log !== undefined);
    assertMatch(text(`/proc/${log.pid}/status`), /^NoNewPrivs:\t1$/m);
    assertEquals(svlogd.words.slice(3), ["svlogd", "main"]);
    pipe.end();
    assertEquals(await svlogd.ended(), 0);
    assertEquals(lines(join(directory, "main")).map((line) => line.replace(/^\S+ /, "")), [
      "one",
      "two",
      "the last",
    ]);
    assertEquals(contents(join(directory, "main")).map((file) => file.split(" ", 2).join(" ")), [
      "current 744",
      "lock 600",
    ]);
    assertEquals(fleet.errors, "");
  });
});

const USER = ["--reuid=64317", "--regid=64318", "--groups=64319,64320"];

Deno.test({
  name:
    "a svlogd that hands over leaves the same owner, mode and bytes as one that does not, through an empty env (needs root and setpriv)",
  ignore: !(IS_ROOT && has("setpriv")),
  fn: async () => {
    await FakeFleet.use(async (fleet, directory) => {
      const found: unknown[] = [];
      for (const answer of ["join", "refuse"] as const) {
        fleet.answer = answer;
        const logs = join(directory, answer);
        await Deno.mkdir(join(logs, "main"), { recursive: true });
        for (const place of [logs, join(logs, "main")]) await Deno.chown(place, 64317, 64318);
        await Deno.writeTextFile(join(logs, "main/config"), "s2000\nn0\npP: \n-*no*\n");
        const pipe = fleet.pipe();
        const script = 'exec env - PATH="$PATH" setpriv "$@"';
        const through = ["/bin/sh", "-c", script, "sh", ...USER];
        const svlogd = fleet.svlogd({
          directory,
          args: ["-ttt", "-r", "?", `${logs}/main`],
          stdin: pipe.read,
          through,
        });
        if (answer === "join") await joined(svlogd);
        for (let i = 0; i < 100; i++) await pipe.write(`line \x01 ${i}${i % 10 === 3 ? " no" : ""}\n`);
        pipe.end();
        assertEquals(await svlogd.ended(), 0);
        const owners = [...Deno.readDirSync(join(logs, "main"))].map(({ name }) => name).sort()
          .map((name) => Deno.statSync(join(logs, "main", name))).map(({ uid, gid }) => `${uid}:${gid}`);
        found.push({ files: contents(join(logs, "main")).filter((file) => !/^status/.test(file)), owners });
      }
      const [shared, alone] = found;
      assertEquals(shared, alone);
      const logger = fleet.loggers[0];
      assert(logger !== undefined);
      assertMatch(text(`/proc/${logger.pid}/status`), /^Uid:\t64317\t64317\t64317\t64317$/m);
      assertMatch(text(`/proc/${logger.pid}/status`), /^Groups:\t64319 64320 $/m);
      assertMatch(text(`/proc/${logger.pid}/status`), /^CapPrm:\t0+$/m);
    });
  },
});

Deno.test("ALRM rotates, HUP reads config, TERM ends a stand-in with 0 and leaves later lines in the pipe", async () => {
  await withJoined([], async ({ directory, pipe, svlogd }) => {
    const current = join(directory, "main/current");
    await pipe.write("one\n");
    await holds(current, "one\n");
    svlogd.signal("SIGALRM");
    await holds(current, "");
    await Deno.writeTextFile(join(directory, "main/config"), "pP: \n");
    svlogd.signal("SIGHUP");
    await eventually("a line with the new prefix", async () => {
      await pipe.write("two\n");
      return text(current).includes("P: two\n");
    });
    svlogd.signal("SIGTERM");
    assertEquals(await svlogd.ended(), 0);
    const before = text(current);
    await pipe.write("later\n");
    assertEquals([text(current), (Deno.statSync(current).mode ?? 0) & 0o777], [before, 0o744]);
    assertEquals(lines(join(directory, "main"))[0], "one");
  });
});

for (const name of ["SIGINT", "SIGQUIT"] as const) {
  Deno.test(`${name} ends a stand-in as TERM does`, async () => {
    await withJoined([], async ({ svlogd }) => {
      svlogd.signal(name);
      assertEquals(await svlogd.ended(), 0);
    });
  });
}

Deno.test("signals that come while a stand-in starts are not lost", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    await Deno.mkdir(join(directory, "main"));
    fleet.answer = "wait";
    const pipe = fleet.pipe();
    await pipe.write("one\n");
    const svlogd = fleet.svlogd({ directory, args: ["main"], stdin: pipe.read });
    await eventually("the svlogd to ask", () => fleet.waiting === 1);
    svlogd.signal("SIGALRM");
    fleet.answer = "join";
    await eventually("a rotated log", () => lines(join(directory, "main")).length === 1);
    await joined(svlogd);
  });
});

Deno.test("TERM ends a svlogd that waits for the fleet with 0, and it has read nothing", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    await Deno.mkdir(join(directory, "main"));
    fleet.answer = "wait";
    const pipe = fleet.pipe();
    await pipe.write("one\n");
    const svlogd = fleet.svlogd({ directory, args: ["main"], stdin: pipe.read });
    await eventually("the svlogd to ask", () => fleet.waiting === 1);
    svlogd.signal("SIGTERM");
    assertEquals(await svlogd.ended(), 0);
    assert(fleet.kernel.poll(pipe.read, "read", 0));
  });
});

Deno.test("if a HUP finds no directory, the stand-in ends with 111", async () => {
  await withJoined([], async ({ fleet, directory, svlogd }) => {
    await Deno.rename(join(directory, "main"), join(directory, "gone"));
    svlogd.signal("SIGHUP");
    assertEquals(await svlogd.ended(), 111);
    assertStringIncludes(fleet.errors, "svlogd: fatal: no functional log directories.\n");
  });
});

Deno.test("if a HUP finds a processor in config, the stand-in ends with 111, and the next svlogd stays by itself", async () => {
  await withJoined([], async ({ fleet, directory, pipe, svlogd }) => {
    await Deno.writeTextFile(join(directory, "main/config"), "!cat\n");
    svlogd.signal("SIGHUP");
    assertEquals(await svlogd.ended(), 111);
    const next = fleet.svlogd({ directory, args: ["main"], stdin: pipe.read });
    await pipe.write("one\n");
    await holds(join(directory, "main/current"), "one\n");
    assert(!next.standsIn);
  });
});

Deno.test("KILL of the stand-in frees the directories, and the next svlogd joins", async () => {
  await withJoined([], async ({ fleet, directory, pipe, svlogd }) => {
    await pipe.write("one\n");
    await holds(join(directory, "main/current"), "one\n");
    await svlogd.kill();
    await eventually(
      "the log to be closed",
      () => (Deno.statSync(join(directory, "main/current")).mode ?? 0) & 0o100,
    );
    const next = fleet.svlogd({ directory, args: ["main"], stdin: pipe.read });
    await joined(next);
    await pipe.write("two\n");
    await holds(join(directory, "main/current"), "one\ntwo\n");
    assertEquals(fleet.loggers.length, 1);
  });
});

const KILLS = 12;

Deno.test(`if the logger is killed ${KILLS} times under load, stand-ins end with 111 and join again, and every line is there once`, async () => {
  await FakeFleet.use(async (fleet, directory) => {
    const services = ["a", "b", "c"].map((name) => ({ name, pipe: fleet.pipe(), wrote: 0 }));
    for (const { name } of services) {
      await Deno.mkdir(join(directory, name));
      await Deno.writeTextFile(join(directory, name, "config"), "s20000\nn0\n");
    }
    const start = () =>
      services.map(({ name, pipe }) => fleet.svlogd({ directory, args: [name], stdin: pipe.read }));
    let writing = true;
    const writers = services.map(async (service) => {
      for (; writing; await pause(1)) {
        let burst = "";
        for (let i = 0; i < 50; i++) burst += `${++service.wrote} ${"x".repeat(service.wrote % 90)}\n`;
        await service.pipe.write(burst);
      }
    });
    let children = start();
    for (let i = 0; i < KILLS; i++) {
      for (const child of children) await joined(child);
      const grown = services.map(({ name }) => lines(join(directory, name)).length);
      await eventually(
        "more lines in every log",
        () => services.every(({ name }, k) => lines(join(directory, name)).length > (grown[k] ?? 0)),
      );
      const logger = fleet.loggers.at(-1);
      assert(logger !== undefined);
      await logger.kill();
      assertEquals(await Promise.all(children.map((child) => child.ended())), [111, 111, 111]);
      children = start();
    }
    writing = false;
    await Promise.all(writers);
    for (const { pipe } of services) pipe.end();
    assertEquals(await Promise.all(children.map((child) => child.ended())), [0, 0, 0]);
    for (const { name, wrote } of services) {
      const numbers = lines(join(directory, name)).map((line) => Number(line.split(" ")[0]));
      assertEquals(numbers, Array.from({ length: wrote }, (_, i) => i + 1));
    }
    assertEquals(fleet.loggers.length, KILLS + 1);
  });
});

const DEATHS = 60;
/** A write of at most this many bytes is atomic (pipe(7)). So no line is split between two readers. */
const PIPE_BUF = 4096;

Deno.test(`if a logger, svlogd or stand-in is killed ${DEATHS} times at any moment, also while it joins, every line is there once`, async (t) => {
  const random = new Random(seedOf(t.name));
  await FakeFleet.use(async (fleet, directory) => {
    const services = ["a", "b"].map((name) => ({ name, pipe: fleet.pipe(), wrote: 0 }));
    for (const { name } of services) {
      await Deno.mkdir(join(directory, name));
      await Deno.writeTextFile(join(directory, name, "config"), "s50000\nn0\n");
    }
    const start = ({ name, pipe }: (typeof services)[number]) =>
      fleet.svlogd({ directory, args: [name], stdin: pipe.read });
    const children = services.map(start);
    const deaths = new Set<string>();
    let writing = true;
    const writers = services.map(async (service) => {
      for (; writing; await pause(2)) {
        let burst = "";
        while (burst.length < PIPE_BUF - 200) {
          burst += `${++service.wrote} ${"x".repeat(service.wrote % 90)}\n`;
        }
        await service.pipe.write(burst);
      }
    });
    for (let i = 0; i < DEATHS; i++) {
      await pause(random.between(0, 150));
      const logger = fleet.loggers.at(-1);
      const victim = logger === undefined || random.chance(0.4) ? random.pick(children) : logger;
      deaths.add(`${victim === logger ? "logger" : victim.words[0] === "sh" ? "stand-in" : "svlogd"}`);
      await victim.kill();
      for (const [k, service] of services.entries()) {
        if (children[k]?.isAlive === false) children[k] = start(service);
      }
    }
    writing = false;
    await Promise.all(writers);
    assert(deaths.has("logger"), [...deaths].join());
    for (const [k, { pipe, ...service }] of services.entries()) {
      pipe.end();
      // A stand-in that has just lost its logger ends with 111. The next svlogd then ends with the input.
      for (let code = await children[k]?.ended(); code !== 0; code = await children[k]?.ended()) {
        children[k] = start({ ...service, pipe });
      }
      const numbers = lines(join(directory, service.name)).map((line) => Number(line.split(" ")[0]));
      assertEquals(numbers, Array.from({ length: service.wrote }, (_, i) => i + 1));
    }
  });
});

Deno.test("svlogds with directories in the same parent share a logger, and others get another logger", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    const places = ["one/a", "one/b", "two/a"];
    for (const place of places) await Deno.mkdir(join(directory, place), { recursive: true });
    // A link does not change the parent of a directory.
    await Deno.symlink("one/b", join(directory, "b"));
    for (const name of ["one/a", "b", "two/a"]) {
      await joined(fleet.svlogd({ directory, args: [name], stdin: fleet.pipe().read }));
    }
    assertEquals(fleet.loggers.map(({ joins }) => joins), [2, 1]);
  });
});

Deno.test("a logger writes to several directories of a svlogd as the svlogd itself would", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    for (const name of ["a", "b"]) await Deno.mkdir(join(directory, name));
    await Deno.writeTextFile(join(directory, "b/config"), "-*\n+yes*\n");
    const pipe = fleet.pipe();
    const svlogd = fleet.svlogd({ directory, args: ["a", "b"], stdin: pipe.read });
    await joined(svlogd);
    await pipe.write("no\nyes 1\n");
    pipe.end();
    assertEquals(await svlogd.ended(), 0);
    assertEquals([text(join(directory, "a/current")), text(join(directory, "b/current"))], [
      "no\nyes 1\n",
      "yes 1\n",
    ]);
  });
});

Deno.test("a logger prints messages of a svlogd on that svlogd's standard error", async () => {
  await withJoined(["-v"], async ({ fleet, svlogd }) => {
    await eventually("the message about current", () => fleet.errors === "svlogd: info: new: main/current\n");
    svlogd.signal("SIGTERM");
    await svlogd.ended();
    assertEquals(
      fleet.errors,
      "svlogd: info: new: main/current\nsvlogd: info: sigterm received.\nsvlogd: info: close: main\n",
    );
  });
});

Deno.test("if the fleet dies, its logger goes on until its last feed ends", async () => {
  await withJoined([], async ({ fleet, directory, pipe, svlogd }) => {
    const [logger] = fleet.loggers;
    assert(logger !== undefined);
    logger.forsake();
    await pipe.write("one\n");
    await holds(join(directory, "main/current"), "one\n");
    pipe.end();
    assertEquals([await svlogd.ended(), await logger.ended()], [0, 0]);
  });
});

Deno.test("a logger that has been without feeds for a while offers to leave, and leaves when it may", async () => {
  await withJoined([], async ({ fleet, pipe, svlogd }) => {
    const [logger] = fleet.loggers;
    assert(logger !== undefined);
    pipe.end();
    assertEquals(await svlogd.ended(), 0);
    await logger.reported({ said: "idle", joins: 1 });
    assert(logger.isAlive);
    logger.order({ do: "leave" });
    assertEquals(await logger.ended(), 0);
  });
});

Deno.test("TERM to a logger ends its feeds in order, and their stand-ins with 0", async () => {
  await withJoined([], async ({ fleet, directory, pipe, svlogd }) => {
    await pipe.write("one\n");
    await holds(join(directory, "main/current"), "one\n");
    fleet.loggers[0]?.signal("SIGTERM");
    assertEquals([await svlogd.ended(), await fleet.loggers[0]?.ended()], [0, 0]);
    assertEquals((Deno.statSync(join(directory, "main/current")).mode ?? 0) & 0o777, 0o744);
  });
});

// Reasons for which a svlogd stays by itself

interface Odd {
  readonly what: string;
  /** The reason that svlogd -v prints. */
  readonly says: string;
  prepare?(directory: string): void;
  readonly plan?: Partial<SvlogdPlan>;
}

const ODD: readonly Odd[] = [
  {
    what: "a config with a processor",
    says: "main/config asks for a process of its own",
    prepare: (directory) => Deno.writeTextFileSync(join(directory, "main/config"), "s9999\n!cat\n"),
  },
  {
    what: "a config that sends by UDP",
    says: "main/config asks for a process of its own",
    prepare: (directory) => Deno.writeTextFileSync(join(directory, "main/config"), "u127.0.0.1\n"),
  },
  {
    what: "a config that selects for standard error",
    says: "main/config asks for a process of its own",
    prepare: (directory) => Deno.writeTextFileSync(join(directory, "main/config"), "e*\n"),
  },
  {
    what: "a config that is a link",
    says: "main/config is a link",
    prepare: (directory) => Deno.symlinkSync("../config", join(directory, "main/config")),
  },
  {
    what: "a current that is a link",
    says: "main/current is a link",
    prepare: (directory) => Deno.symlinkSync("../current", join(directory, "main/current")),
  },
  {
    what: "a directory that does not open",
    says: "open none: file does not exist",
    plan: { args: ["-v", "main", "none"] },
  },
  {
    what: "directories in different places",
    says: "the log directories have different parents",
    prepare: (directory) => Deno.mkdirSync(join(directory, "other/main"), { recursive: true }),
    plan: { args: ["-v", "main", "other/main"] },
  },
  {
    what: "a limit of file sizes",
    says: "the size of files is limited",
    plan: { through: ["/bin/sh", "-c", 'ulimit -f 1000; exec "$0" "$@"'] },
  },
];

for (const { what, says, prepare, plan } of ODD) {
  Deno.test(`with ${what} a svlogd stays a process of its own`, async () => {
    await FakeFleet.use(async (fleet, directory) => {
      await Deno.mkdir(join(directory, "main"));
      prepare?.(directory);
      const pipe = fleet.pipe();
      const svlogd = fleet.svlogd({ directory, args: ["-v", "main"], stdin: pipe.read, ...plan });
      await pipe.write("one\n");
      await holds(join(directory, "main/current"), "one\n");
      pipe.end();
      assertEquals([await svlogd.ended(), fleet.loggers.length], [0, 0]);
      assertStringIncludes(fleet.errors, `svlogd: info: stays a process of its own: ${says}\n`);
    });
  });
}

Deno.test("with a file on standard input a svlogd does not ask the fleet", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    await Deno.mkdir(join(directory, "main"));
    await Deno.writeTextFile(join(directory, "input"), "one\n");
    const stdin = fleet.kernel.open(CWD, join(directory, "input"), OPEN.read);
    try {
      fleet.answer = "wait";
      const svlogd = fleet.svlogd({ directory, args: ["-v", "main"], stdin });
      assertEquals([await svlogd.ended(), text(join(directory, "main/current"))], [0, "one\n"]);
      assertEquals([fleet.waiting, fleet.errors.includes("stays")], [0, false]);
    } finally {
      fleet.kernel.close(stdin);
    }
  });
});

for (
  const [what, begins, ends] of [["refuses", "refuse", "refuse"], [
    "dies while it waits",
    "wait",
    "refuse",
  ]] as const
) {
  Deno.test(`if a fleet ${what}, a svlogd stays a process of its own`, async () => {
    await FakeFleet.use(async (fleet, directory) => {
      await Deno.mkdir(join(directory, "main"));
      fleet.answer = begins;
      const pipe = fleet.pipe();
      const svlogd = fleet.svlogd({ directory, args: ["-v", "main"], stdin: pipe.read });
      if (begins === "wait") await eventually("the svlogd to ask", () => fleet.waiting === 1);
      fleet.answer = ends;
      await pipe.write("one\n");
      await holds(join(directory, "main/current"), "one\n");
      pipe.end();
      assertEquals(await svlogd.ended(), 0);
      assertStringIncludes(fleet.errors, "svlogd: info: stays a process of its own: the fleet refused\n");
    });
  });
}

Deno.test("if another process listens under its parent's name, a svlogd stays a process of its own", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    await Deno.mkdir(join(directory, "main"));
    const pipe = fleet.pipe();
    // The parent is no fleet, and runs before another process listens in its name.
    const script = 'while [ ! -e go ]; do sleep 0.05; done; "$0" "$@"; exit $?';
    const parent = fleet.svlogd({
      directory,
      args: ["-v", "main"],
      stdin: pipe.read,
      through: ["/bin/sh", "-c", script],
    });
    const listener = fleet.kernel.listenAbstract(fleetName(parent.pid));
    try {
      await Deno.writeTextFile(join(directory, "go"), "");
      await pipe.write("one\n");
      await holds(join(directory, "main/current"), "one\n");
      pipe.end();
      assertEquals(await parent.ended(), 0);
      assertStringIncludes(fleet.errors, "stays a process of its own: the listener is not the parent\n");
    } finally {
      fleet.kernel.close(listener);
    }
  });
});

Deno.test({
  name:
    "if another user's process listens, whatever its pid, a svlogd stays a process of its own (needs root and perl)",
  ignore: !(IS_ROOT && has("perl")),
  fn: async () => {
    await FakeFleet.use(async (fleet, directory) => {
      await Deno.mkdir(join(directory, "main"));
      const pipe = fleet.pipe();
      const script = `use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
        bind(S, pack_sockaddr_un("\\0denit/fleet/$$")) or die;
        $> = 64317; listen(S, 10) or die; $> = 0; system(@ARGV); exit($? >> 8);`;
      const through = ["/usr/bin/perl", "-e", script];
      const parent = fleet.svlogd({ directory, args: ["-v", "main"], stdin: pipe.read, through });
      await pipe.write("one\n");
      await holds(join(directory, "main/current"), "one\n");
      pipe.end();
      assertEquals(await parent.ended(), 0);
      assertStringIncludes(fleet.errors, "stays a process of its own: the parent belongs to another user\n");
    });
  },
});

Deno.test("if another process listens under its parent's name and never answers, a svlogd starts all the same", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    await Deno.mkdir(join(directory, "main"));
    const pipe = fleet.pipe();
    const script = 'while [ ! -e go ]; do sleep 0.05; done; "$0" "$@"; exit $?';
    const through = ["/bin/sh", "-c", script];
    const parent = fleet.svlogd({ directory, args: ["main"], stdin: pipe.read, through });
    const listener = fleet.kernel.listenAbstract(fleetName(parent.pid));
    const connections: number[] = [];
    try {
      assertEquals(bindLibc(["listen"], false).c.listen(listener, 0), 0);
      assertThrows(() => {
        for (let i = 0; i < 3; i++) connections.push(fleet.kernel.connectAbstract(fleetName(parent.pid)));
      }, SysError);
      await Deno.writeTextFile(join(directory, "go"), "");
      await pipe.write("one\n");
      await holds(join(directory, "main/current"), "one\n");
      pipe.end();
      assertEquals([await parent.ended(), fleet.errors], [0, ""]);
    } finally {
      for (const fd of [listener, ...connections]) fleet.kernel.close(fd);
    }
  });
});

Deno.test("if a directory is locked, the svlogd itself says so, once", async () => {
  await withJoined([], async ({ fleet, directory }) => {
    const second = fleet.svlogd({ directory, args: ["main"], stdin: fleet.pipe().read });
    assertEquals(await second.ended(), 111);
    assertEquals(
      fleet.errors,
      "svlogd: warning: unable to lock directory: main: temporary failure\n" +
        "svlogd: fatal: no functional log directories.\n",
    );
  });
});
