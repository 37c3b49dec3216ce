/** svlogfleet by itself: the test plays its fleet, and the svlogds that want to join. */
import { CWD, type Fd } from "../../src/posix/descriptor.ts";
import { SIGNAL } from "../../src/posix/signal.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { fileKeyOf } from "../../src/posix/file_key.ts";
import { encodeFrame, type Joining, keyOf } from "../../src/logging/joining.ts";
import { LANDLOCK_VERSION } from "../machine.ts";
import { readText, signal } from "../processes.ts";
import { applet, output, program } from "../program.ts";
import { eventually } from "../wait.ts";
import { withoutStamps } from "./directory.ts";
import { type Connection, FakeFleet, type FleetLogger, type Pipe } from "./fake_fleet.ts";

const OWN = "own";

function text(path: string): string {
  return readText(path) ?? "";
}

async function holds(path: string, wanted: string): Promise<void> {
  await eventually(`${path} holds '${wanted}'`, () => withoutStamps(text(path)) === wanted);
}

// Started by hand

for (const args of [[], [OWN], ["0:0:"], ["own", "more"], ["what"]]) {
  Deno.test(`svlogfleet ${args.join(" ")}, started by hand, prints one line and ends with 111`, async () => {
    assertEquals(await applet("svlogfleet", args), {
      code: 111,
      signal: null,
      stdout: "",
      stderr: "svlogfleet: fatal: only runsvdir and runsv start it\n",
    });
  });
}

// The logger of a tree

interface Service {
  readonly place: Fd;
  readonly pipe: Pipe;
  readonly main: string;
}

function makeService(fleet: FakeFleet, directory: string, name: string, config = ""): Service {
  const log = join(directory, name, "log");
  Deno.mkdirSync(join(log, "main"), { recursive: true });
  Deno.writeTextFileSync(join(log, "config"), config);
  return { place: fleet.place(log), pipe: fleet.pipe(), main: join(log, "main") };
}

function feed(logger: FleetLogger, id: number, { pipe, place }: Service): void {
  logger.order({ do: "feed", id, name: `service${id}` }, [pipe.read, place]);
}

async function withTree(
  configs: readonly string[],
  use: (
    made: { fleet: FakeFleet; directory: string; logger: FleetLogger; services: readonly Service[] },
  ) => Promise<void>,
): Promise<void> {
  await FakeFleet.use(async (fleet, directory) => {
    const services = configs.map((config, i) => makeService(fleet, directory, `s${i}`, config));
    const logger = fleet.logger(OWN);
    await logger.reported({ said: "ready" });
    services.forEach((service, id) => feed(logger, id, service));
    logger.order({ do: "seal" });
    await use({ fleet, directory, logger, services });
  });
}

Deno.test("the logger logs a tree's services by their log/config, with UTC stamps unless a config says otherwise", async () => {
  await withTree(
    ["", "pP: \n:stamp none\n-*no*\n", ":stamp tai64n\n"],
    async ({ fleet, logger, services }) => {
      for (const id of [0, 1, 2]) await logger.reported({ said: "started", id });
      for (const { pipe } of services) await pipe.write("one\nno\nlast");
      for (const { pipe } of services) pipe.end();
      for (const id of [0, 1, 2]) await logger.reported({ said: "ended", id, code: 0 });
      const [utc = "", none = "", tai = ""] = services.map(({ main }) => text(join(main, "current")));
      assertMatch(utc, /^(\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} (one|no|last)\n){3}$/);
      assertEquals(none, "P: one\nP: last\n");
      assertMatch(tai, /^(@[0-9a-f]{24} (one|no|last)\n){3}$/);
      assertEquals([logger.isAlive, fleet.errors], [true, ""]);
    },
  );
});

Deno.test("a feed obeys signals as svlogd does, and takes KILL for TERM", async () => {
  await withTree([":stamp none\n", ":stamp none\n"], async ({ logger, services }) => {
    const [first, second] = services;
    assert(first !== undefined && second !== undefined);
    const current = join(first.main, "current");
    const signal = (signal: number) => logger.order({ do: "signal", id: 0, signal });
    await first.pipe.write("one\n");
    await holds(current, "one\n");
    signal(SIGNAL.ALRM);
    await holds(current, "");
    signal(SIGNAL.STOP);
    await first.pipe.write("two\n");
    // The logger has read what came later on its socket. So it has stopped reading the first pipe.
    await second.pipe.write("other\n");
    await holds(join(second.main, "current"), "other\n");
    assertEquals(text(current), "");
    signal(SIGNAL.CONT);
    await holds(current, "two\n");
    await Deno.writeTextFile(join(first.main, "../config"), ":stamp none\npP: \n");
    signal(SIGNAL.HUP);
    await first.pipe.write("three\n");
    await holds(current, "two\nP: three\n");
    signal(SIGNAL.TERM);
    await logger.reported({ said: "ended", id: 0, code: 0 });
    logger.order({ do: "signal", id: 1, signal: SIGNAL.KILL });
    await logger.reported({ said: "ended", id: 1, code: 0 });
    await first.pipe.write("four\n");
    feed(logger, 2, first);
    await holds(current, "two\nP: three\nP: four\n");
  });
});

Deno.test("a feed whose config needs a process of its own ends with 111, at the start and at a HUP", async () => {
  await withTree(["!cat\n", ""], async ({ logger, services }) => {
    await logger.reported({ said: "ended", id: 0, code: 111 });
    await logger.reported({ said: "started", id: 1 });
    await Deno.writeTextFile(join(services[1]?.main ?? "", "../config"), "e*\n");
    logger.order({ do: "signal", id: 1, signal: SIGNAL.HUP });
    await logger.reported({ said: "ended", id: 1, code: 111 });
    assert(logger.isAlive);
  });
});

Deno.test("the logger complains by name of a service without a main, and ends its feed with 111", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    const service = makeService(fleet, directory, "web");
    await Deno.remove(service.main);
    const logger = fleet.logger(OWN);
    feed(logger, 7, service);
    logger.order({ do: "seal" });
    await logger.reported({ said: "ended", id: 7, code: 111 });
    assertEquals(
      fleet.errors,
      "svlogfleet: service7: warning: unable to open log directory: main: file does not exist\n" +
        "svlogfleet: service7: fatal: no functional log directories.\n",
    );
  });
});

Deno.test("a feed without its descriptors ends with 111", async () => {
  await withTree([], async ({ logger }) => {
    logger.order({ do: "feed", id: 3, name: "x" });
    await logger.reported({ said: "ended", id: 3, code: 111 });
  });
});

Deno.test({
  name:
    "after the seal the logger takes a directory that it had, and calls another uncovered (needs Landlock)",
  ignore: LANDLOCK_VERSION < 1,
  fn: async () => {
    await withTree([":stamp none\n"], async ({ fleet, directory, logger, services }) => {
      const [first] = services;
      assert(first !== undefined);
      await first.pipe.write("one\n");
      first.pipe.end();
      await logger.reported({ said: "ended", id: 0, code: 0 });
      const again = { ...first, pipe: fleet.pipe() };
      feed(logger, 1, again);
      await again.pipe.write("two\n");
      await holds(join(first.main, "current"), "one\ntwo\n");
      feed(logger, 2, makeService(fleet, directory, "late"));
      await logger.reported({ said: "uncovered", id: 2 });
    });
  },
});

Deno.test("a logger that leaves finishes the line, leaves the rest in the pipe, and the next logger goes on", async () => {
  await withTree([":stamp none\n", ":stamp none\n"], async ({ fleet, logger, services }) => {
    for (const { pipe } of services) await pipe.write("1\n2\n");
    for (const { main } of services) await holds(join(main, "current"), "1\n2\n");
    logger.order({ do: "leave" });
    assertEquals(await logger.ended(), 0);
    assertEquals(logger.reports.filter(({ said }) => said === "ended"), []);
    for (const { pipe } of services) await pipe.write("3\n");
    const next = fleet.logger(OWN);
    services.forEach((service, id) => feed(next, id, service));
    next.order({ do: "seal" });
    for (const { main } of services) await holds(join(main, "current"), "1\n2\n3\n");
  });
});

Deno.test("if the logger of a tree is killed under load, the next one goes on, and every line is there once", async () => {
  await FakeFleet.use(async (fleet, directory) => {
    const service = makeService(fleet, directory, "web", ":stamp none\ns30000\nn0\n");
    const start = () => {
      const logger = fleet.logger(OWN);
      feed(logger, 0, service);
      logger.order({ do: "seal" });
      return logger;
    };
    let wrote = 0;
    let logger = start();
    for (let i = 0; i < 8; i++) {
      for (let k = 0; k < 40; k++) {
        let burst = "";
        for (let n = 0; n < 50; n++) burst += `${++wrote}\n`;
        await service.pipe.write(burst);
      }
      await logger.kill();
      logger = start();
    }
    service.pipe.end();
    await logger.reported({ said: "ended", id: 0, code: 0 });
    const names = [...Deno.readDirSync(service.main)].map(({ name }) => name).filter((name) =>
      name.startsWith("@")
    ).sort();
    const numbers = [...names, "current"].flatMap((name) =>
      text(join(service.main, name)).split("\n").slice(0, -1)
    );
    assertEquals(numbers, Array.from({ length: wrote }, (_, i) => `${i + 1}`));
  });
});

Deno.test("if the fleet dies, the logger of its tree goes on until the last pipe ends", async () => {
  await withTree([":stamp none\n"], async ({ logger, services }) => {
    const [service] = services;
    assert(service !== undefined);
    logger.forsake();
    await service.pipe.write("one\n");
    await holds(join(service.main, "current"), "one\n");
    service.pipe.end();
    assertEquals(await logger.ended(), 0);
  });
});

/** Gives a service's log to a logger, which then loses its fleet before it may begin. */
async function withForsaken(
  use: (fleet: FakeFleet, logger: FleetLogger, service: Service) => Promise<void>,
): Promise<void> {
  await FakeFleet.use(async (fleet, directory) => {
    const service = makeService(fleet, directory, "web", ":stamp none\n");
    const logger = fleet.logger(OWN);
    await logger.reported({ said: "ready" });
    feed(logger, 0, service);
    await service.pipe.write("one\n");
    logger.forsake();
    await use(fleet, logger, service);
  });
}

Deno.test("if the fleet dies before the first feed may begin, and no other fleet comes, the logger begins", async () => {
  await withForsaken(async (_, logger, { pipe, main }) => {
    await holds(join(main, "current"), "one\n");
    pipe.end();
    assertEquals(await logger.ended(), 0);
  });
});

Deno.test("if the fleet dies before the first feed may begin, the next fleet sends the logger away, and no line is lost", async () => {
  await withForsaken(async (fleet, logger, service) => {
    signal(logger.pid, "SIGTERM");
    assertEquals(await logger.ended(), 0);
    assertEquals(readText(join(service.main, "current")), undefined);
    const next = fleet.logger(OWN);
    feed(next, 0, service);
    next.order({ do: "seal" });
    await holds(join(service.main, "current"), "one\n");
  });
});

// What a shared logger refuses

interface Asked {
  readonly fleet: FakeFleet;
  readonly directory: string;
  readonly logger: FleetLogger;
  /**
   * Sends a frame, with the descriptors that a svlogd would send. `descriptors` replaces some of them, or removes
   * them by -1.
   */
  ask(
    change?: Partial<Joining>,
    descriptors?: Readonly<Record<number, Fd>>,
    frame?: Uint8Array<ArrayBuffer>,
  ): Connection;
}

/** Starts a shared logger. The test plays svlogds that want to join. */
async function withShared(use: (asked: Asked) => Promise<void>): Promise<void> {
  await FakeFleet.use(async (fleet, directory) => {
    for (const place of ["logs/main", "logs/other", "outside/main"]) {
      Deno.mkdirSync(join(directory, place), { recursive: true });
    }
    const { kernel } = fleet;
    const logger = fleet.logger("0:0:");
    const parent = kernel.stat(CWD, join(directory, "logs"));
    const ask: Asked["ask"] = (change = {}, descriptors = {}, frame = undefined) => {
      const directories = change.options?.directories ?? ["main"];
      const fileKeys = directories.map((name) =>
        fileKeyOf(kernel.stat(CWD, name.startsWith("/") ? name : join(directory, "logs", name)))
      );
      const root = fileKeyOf(kernel.stat(CWD, "/"));
      const joining = {
        key: keyOf(parent, 1000),
        root,
        fileKeys,
        options: optionsOf(directories),
        ...change,
      };
      const logs = fleet.place(join(directory, "logs"));
      const { ours, theirs } = fleet.connection();
      const usual = [fleet.pipe().read, fleet.errorsFd, logs, logs];
      ours.sendBytes(
        frame ?? encodeFrame(joining) ?? new Uint8Array(0),
        usual.map((fd, i) => descriptors[i] ?? fd).filter((fd) => fd >= 0),
      );
      logger.order({ do: "join", pid: 1 }, [theirs]);
      kernel.close(theirs);
      return ours;
    };
    await use({ fleet, directory, logger, ask });
  });
}

function optionsOf(directories: readonly string[]): Joining["options"] {
  return {
    stamp: 0,
    replacement: undefined,
    replaced: "",
    lineBytes: 1000,
    bufferBytes: 1024,
    verbose: false,
    directories,
  };
}

async function answer(connection: Connection): Promise<"joined" | "refused"> {
  return await eventually("an answer from the logger", () => {
    const said = connection.receivedOrEnd();
    return said === undefined ? "refused" : said.startsWith("joined\n") && "joined";
  });
}

Deno.test("a shared logger refuses each wrong request, and takes a right one", async () => {
  await withShared(async ({ fleet, directory, logger, ask }) => {
    assertEquals(await answer(ask()), "joined");
    const file = fleet.place(join(directory, "logs"));
    const other = fleet.place(join(directory, "outside"));
    const otherKey = keyOf(fleet.kernel.stat(CWD, join(directory, "outside")), 1000);
    const options = optionsOf(["other"]);
    const refused: Readonly<Record<string, Connection>> = {
      "another root": ask({ options, root: "1:1" }),
      "a directory that is elsewhere": ask({ options, fileKeys: ["1:1"] }),
      "a key that is not the parent's": ask({ options, key: "1:1/1000" }),
      "another parent": ask({ options: optionsOf([join(directory, "outside/main")]), key: otherKey }, {
        3: other,
      }),
      "lines kept at another length": ask({
        options: { ...options, lineBytes: 900 },
        key: keyOf(fleet.kernel.stat(CWD, join(directory, "logs")), 900),
      }),
      "an input that is no pipe": ask({ options }, { 0: file }),
      "a descriptor too few": ask({ options }, { 3: -1 }),
      "no frame": ask({}, {}, new TextEncoder().encode("hello")),
      "a directory that is locked": ask({ options: optionsOf(["main"]) }),
    };
    for (const [what, connection] of Object.entries(refused)) {
      assertEquals(await answer(connection), "refused", what);
    }
    assertEquals(await answer(ask({ options })), "joined");
    assertEquals([logger.isAlive, fleet.errors], [true, ""]);
  });
});

Deno.test("a stand-in that begins or has sent a letter soon gets an empty line, because it may have missed a signal", async () => {
  await withShared(async ({ ask }) => {
    const connection = ask();
    let said = "";
    const says = (wanted: string) =>
      eventually(
        `the logger to say ${JSON.stringify(wanted)}`,
        () => (said += connection.received()) === wanted,
      );
    await says("joined\n\n");
    connection.send("n");
    connection.send("a");
    await says("joined\n\n\n");
    connection.send("t");
    await says("joined\n\n\n0\n");
  });
});

Deno.test({
  name: "a shared logger cannot open a directory outside, whatever a request says (needs Landlock)",
  ignore: LANDLOCK_VERSION < 1,
  fn: async () => {
    await withShared(async ({ directory, ask }) => {
      const outside = join(directory, "outside/main");
      assertEquals(await answer(ask()), "joined");
      // The request itself is right, so only the kernel can refuse it.
      assertEquals(await answer(ask({ options: optionsOf([outside]) })), "refused");
      assertEquals([...Deno.readDirSync(outside)], []);
      const linked = join(directory, "logs/linked");
      await Deno.symlink(outside, linked);
      assertEquals(await answer(ask({ options: optionsOf(["linked"]) })), "refused");
      assertEquals([...Deno.readDirSync(outside)], []);
    });
  },
});

Deno.test("svlogfleet has no symbol bound that starts a program, opens a socket, or touches other processes", async () => {
  const { stdout } = await output((await program()).path, ["--permissions", "svlogfleet"]);
  const bound = /^bound: (.*)$/m.exec(stdout)?.[1]?.split(" ") ?? [];
  assertEquals(
    bound.filter((symbol) =>
      /spawn|exec|fork|^socket|connect|bind|listen|accept|kill|mount|ptrace|waitpid/.test(symbol)
    ),
    [],
  );
  assertMatch(stdout, /^granted: $/m);
});
