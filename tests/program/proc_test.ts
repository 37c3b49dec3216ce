/**
 * denit needs no /proc: a small system may have none, and an early one has none yet. The script form shows this for
 * all of our own code. The compiled form shows it only from the moment on that our code runs: some base runtimes
 * first open /proc/self/exe to find the program in it.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { build } from "../../scripts/build.ts";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { CAN_MOUNT } from "../machine.ts";
import { output, program } from "../program.ts";

/** Runs the words that follow in a mount namespace without /proc. */
const WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$@"', "sh"];

const TREE: Tree = {
  "web/run": "#!/bin/sh\necho hello\nexec sleep 100000\n",
  "web/log/run": "#!/bin/sh\nmkdir -p main\nexec svlogd -tt main\n",
  "web/finish": "#!/bin/sh\necho $1 $2 >>finished\n",
  "web/control/t": "#!/bin/sh\necho told >>hooked\nexit 1\n",
  "web/check": "#!/bin/sh\nexit 0\n",
};

/** Has a fleet do everything that it can: start, log, hooks, finish, restart, and services that come and go. */
async function livesWell(fleet: Fleet): Promise<void> {
  const web = fleet.service("web");
  const first = await web.runs();
  web.send("t");
  const second = await web.runs(first);
  assertEquals([web.read("hooked"), web.read("finished")], ["told\n", "-1 15\n"]);
  fleet.put("late/run", STAY);
  await fleet.service("late").runs();
  Deno.renameSync(join(fleet.services, "late"), join(fleet.services, ".gone"));
  await fleet.service(".gone").is("down");
  web.send("d");
  await web.is("down");
  assertEquals(web.read("finished"), "-1 15\n-1 15\n");
  web.send("u");
  await web.runs(second);
  assertEquals(fleet.said, []);
}

Deno.test({
  name: "without /proc everything works: supervisor, logger, sv and denit --install (needs root)",
  ignore: !CAN_MOUNT,
  fn: async () => {
    const home = await Deno.makeTempDir({ prefix: "denit-form-" });
    try {
      const { path } = await build({ form: "script", output: join(home, "denit") });
      const links = join(home, "links");
      Deno.mkdirSync(links);
      const env = { DENIT_DENO: Deno.execPath() };
      const [file = "", ...words] = WITHOUT_PROC;
      const run = (...args: string[]) => output(file, [...words, ...args], { env });
      assertEquals(await run(path, "--install", links), { code: 0, signal: null, stdout: "", stderr: "" });
      await using fleet = await Fleet.start(TREE, { through: WITHOUT_PROC, links, env });
      await livesWell(fleet);
      const web = join(fleet.services, "web");
      await fleet.eventually(
        "the line in the log",
        () => / hello\n/.test(fleet.service("web").read("log/main/current")),
      );
      assertMatch((await run(join(links, "sv"), "-w", "20", "restart", web)).stdout, /^ok: run: /);
      assertEquals((await run(join(links, "svok"), web)).code, 0);
      assertMatch((await run(join(links, "svstat"), web)).stdout, /: up \(pid /);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test({
  name: "a fleet that has started works on when /proc is taken away (needs root)",
  ignore: !CAN_MOUNT,
  fn: async () => {
    await program();
    await using fleet = await Fleet.start({ ...TREE, "web/log/run": "#!/bin/sh\nexec cat >>../logged\n" }, {
      through: ["unshare", "--mount"],
    });
    const web = fleet.service("web");
    await web.runs();
    const inside = ["--mount", "--target", `${fleet.pid}`, "--"];
    assertEquals((await output("nsenter", [...inside, "umount", "-l", "/proc"])).stderr, "");
    assertEquals((await output("nsenter", [...inside, "ls", "/proc"])).stdout, "");
    await livesWell(fleet);
    await fleet.eventually("the lines in the log", () => web.read("logged") === "hello\nhello\nhello\n");
  },
});
