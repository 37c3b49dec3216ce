/** Deliberate differences between denit's svlogd and runit's. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { eventually } from "../wait.ts";
import { contents, withDirectory } from "./directory.ts";
import { feed, withLogger } from "./logger.ts";

const O_NONBLOCK = 0o4000;

function text(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function logOf(config: string, input: string, ...args: string[]): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await withDirectory({ "log/config": config }, async (directory) => {
    await feed({ side: "denit", directory, args: [...args, "log"], input });
    left = contents(join(directory, "log"));
  });
  return left;
}

Deno.test("if input ends in the middle of a line, svlogd keeps the line and adds a newline", async () => {
  assertEquals(await logOf("", "one\ntwo"), ["config 644 ", "current 744 one\ntwo\n", "lock 600 "]);
  const long = "x".repeat(70_000);
  assertEquals(await logOf("s0", `one\n${long}`), [
    "config 644 s0",
    `current 744 one\n${long}\n`,
    "lock 600 ",
  ]);
});

Deno.test("svlogd keeps the line that TERM interrupts, and adds a newline", async () => {
  await withDirectory({ "log/": "" }, async (directory) => {
    const current = join(directory, "log/current");
    await withLogger("denit", directory, ["log"], async (logger) => {
      await logger.write("one\ntwo");
      await eventually("the first line", () => text(current) === "one\n");
      logger.signal("SIGTERM");
      assertEquals(await logger.ended(), { code: 0, stderr: "" });
    });
    assertEquals(contents(join(directory, "log")), ["current 744 one\ntwo\n", "lock 600 "]);
  });
});

Deno.test("svlogd leaves standard input blocking, as it found it", async () => {
  await withDirectory({ "log/": "" }, async (directory) => {
    await withLogger("denit", directory, ["log"], async (logger) => {
      await logger.write("one\n");
      await eventually("the line in the log", () => text(join(directory, "log/current")) === "one\n");
      const flags = /^flags:\s*([0-7]+)$/m.exec(text(`/proc/${logger.pid}/fdinfo/0`) ?? "")?.[1] ?? "";
      assertEquals(parseInt(flags, 8) & O_NONBLOCK, 0);
    });
  });
});

Deno.test("svlogd still writes the file if it cannot read a U line", async () => {
  assertEquals(await logOf("U1.2.3\n", "one\n"), [
    "config 644 U1.2.3\n",
    "current 744 one\n",
    "lock 600 ",
  ]);
});

Deno.test("after a HUP without patterns svlogd selects nothing for standard error", async () => {
  await withDirectory({ "log/config": "e*\n" }, async (directory) => {
    await withLogger("denit", directory, ["-v", "log"], async (logger) => {
      await logger.write("one\n");
      await logger.says("one\n");
      Deno.removeSync(join(directory, "log/config"));
      logger.signal("SIGHUP");
      await logger.says("append: log/current");
      await logger.write("two\n");
      const { stderr } = await logger.end();
      assertEquals(stderr.includes("two"), false);
    });
  });
});

Deno.test("on HUP svlogd does not forget the running processor", async () => {
  const config = "!until test -e ../go; do sleep 0.01; done; cat\n";
  await withDirectory({ "log/config": config }, async (directory) => {
    await withLogger("denit", directory, ["-v", "log"], async (logger) => {
      await logger.write("one\n");
      await eventually("the line in the log", () => text(join(directory, "log/current")) === "one\n");
      logger.signal("SIGALRM");
      await logger.says("processing: ");
      logger.signal("SIGHUP");
      await logger.says("close: log");
      Deno.writeTextFileSync(join(directory, "go"), "");
      await logger.says("processed: ");
      assertEquals((await logger.end()).code, 0);
    });
    assertEquals(contents(join(directory, "log")), [
      "@0.s 744 one\n",
      `config 644 ${config}`,
      "current 744 ",
      "lock 600 ",
      "state 644 ",
    ]);
  });
});

Deno.test("a processor that a signal ends has failed, and svlogd starts it again", async () => {
  const command = "test -e again || { touch again; echo half; kill -9 $$; }; cat";
  await withDirectory({ "log/config": `s2000\nn1\n!${command}\n` }, async (directory) => {
    const input = "123456789\n".repeat(100);
    const { stderr } = await feed({ side: "denit", directory, args: ["log"], input });
    assertEquals(stderr, "svlogd: warning: processor killed by signal 9, restart: log\n");
    assertEquals(contents(join(directory, "log"))[0], `@0.s 744 ${input}`);
  });
});

Deno.test("a processor that outlives its svlogd does not write into the file of the next one's processor", async () => {
  // The first processor begins, waits until the second is done, and then writes something else.
  const first =
    "exec 2>&-; echo first; touch ../begun; until test -e ../go; do sleep 0.01; done; tr a-z X; touch ../over";
  const command = `test -e ../begun && { sed s/^/second:/; exit; }; ${first}`;
  await withDirectory({ "log/config": `!${command}\n` }, async (directory) => {
    const there = (name: string) => () => text(join(directory, name)) !== undefined;
    await withLogger("denit", directory, ["log"], async (logger) => {
      await logger.write("one\ntwo\n");
      await eventually("the lines in the log", () => text(join(directory, "log/current")) === "one\ntwo\n");
      logger.signal("SIGALRM");
      await eventually("the first processor to begin", there("begun"));
      logger.signal("SIGKILL");
      await logger.ended();
    });
    try {
      await feed({ side: "denit", directory, args: ["log"], input: "three\n" });
    } finally {
      Deno.writeTextFileSync(join(directory, "go"), "");
      await eventually("the end of the first processor", there("over"));
    }
    assertEquals(contents(join(directory, "log"))[0], "@0.s 744 second:one\nsecond:two\n");
  });
});

Deno.test("svlogd finishes what a killed svlogd left to its processor", async () => {
  const config = "!test -e ../go || sleep 1000; tr a-z A-Z\n";
  await withDirectory({ "log/config": config }, async (directory) => {
    await withLogger("denit", directory, ["-v", "log"], async (logger) => {
      await logger.write("one\n");
      await eventually("the line in the log", () => text(join(directory, "log/current")) === "one\n");
      logger.signal("SIGALRM");
      await logger.says("processing: ");
      const processor = await eventually("the processor to run", () => processorOf(logger.pid));
      logger.signal("SIGKILL");
      for (const pid of processor) Deno.kill(pid, "SIGKILL");
      await logger.ended();
    });
    Deno.writeTextFileSync(join(directory, "go"), "");
    await feed({ side: "denit", directory, args: ["log"], input: "two\n" });
    assertEquals(contents(join(directory, "log")), [
      "@0.s 744 ONE\n",
      `config 644 ${config}`,
      "current 744 two\n",
      "lock 600 ",
      "state 644 ",
    ]);
  });
});

/** The shell of a processor, and the sleep for which it waits. Undefined until both run. */
function processorOf(pid: number): readonly number[] | undefined {
  const below = (parent: number): number[] =>
    (text(`/proc/${parent}/task/${parent}/children`) ?? "").split(" ").filter((word) => word !== "").map(
      Number,
    );
  const shells = below(pid);
  const sleeps = shells.flatMap(below);
  return sleeps.length > 0 ? [...shells, ...sleeps] : undefined;
}

Deno.test("TERM, INT and QUIT each close the log", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    await withDirectory({ "log/": "" }, async (directory) => {
      await withLogger("denit", directory, ["log"], async (logger) => {
        await logger.write("one\n");
        await eventually("the line in the log", () => text(join(directory, "log/current")) === "one\n");
        logger.signal(signal);
        assertEquals((await logger.ended()).code, 0);
      });
      assertEquals(contents(join(directory, "log")), ["current 744 one\n", "lock 600 "]);
    });
  }
});

Deno.test("svlogd keeps an account of what it wrote in a file beside current", async () => {
  await withDirectory({ "log/config": "-x*\n:when-full drop\n" }, async (directory) => {
    await feed({ side: "denit", directory, args: ["-t", "log"], input: "one\nxyz\n" });
    assertEquals(
      text(join(directory, "log/status")),
      "in 8 bytes 2 lines\nwritten 30 bytes 1 lines\ndeselected 4 bytes 1 lines\ndropped 0 bytes 0 lines\n",
    );
  });
});
