/** What stands in for a svlogd, in the shells that /bin/sh may be: the test plays the logger. */
import { assertEquals } from "@std/assert";
import { JOINED } from "../../src/logging/joining.ts";
import { LETTER, standInArguments } from "../../src/logging/stand_in.ts";
import { has } from "../machine.ts";
import { eventually } from "../wait.ts";
import { type Child, type Connection, FakeFleet } from "./fake_fleet.ts";

const SHELLS: readonly (readonly [name: string, ...words: string[]])[] = [
  ["dash", "/bin/dash", "sh"],
  ["bash", "/bin/bash", "sh"],
  ["busybox", "/bin/busybox", "sh"],
];

async function withStandIn(
  [, path = "", argv0 = ""]: readonly string[],
  use: (child: Child, logger: Connection) => Promise<void>,
): Promise<void> {
  await FakeFleet.use(async (fleet) => {
    const [, ...words] = standInArguments(["main"]);
    const { child, logger } = fleet.connected(path, [argv0, ...words]);
    await eventually("it has its traps and reads", () => child.standsIn);
    await use(child, logger);
  });
}

/** Letters but those that say nothing. */
async function hears(logger: Connection, letters: string): Promise<void> {
  let heard = "";
  await eventually(`the logger hears '${letters}', not '${heard}'`, () => {
    heard += logger.received().replaceAll(/[n\n]/g, "");
    return heard.length >= letters.length;
  });
  assertEquals(heard, letters);
}

for (const shell of SHELLS) {
  const [name] = shell;
  const says = (what: string) => `${name}: ${what}${has(name) ? "" : ` (needs ${name})`}`;
  const test = (what: string, fn: () => Promise<void>) =>
    Deno.test({ name: says(what), ignore: !has(name), fn });

  test("every signal becomes its letter, again and again", async () => {
    await withStandIn(shell, async (child, logger) => {
      for (let i = 0; i < 3; i++) {
        for (
          const [signal, letter] of [
            ["SIGHUP", LETTER.hangup],
            ["SIGALRM", LETTER.alarm],
            ["SIGTERM", LETTER.term],
            ["SIGINT", LETTER.term],
            ["SIGQUIT", LETTER.term],
          ] as const
        ) {
          child.signal(signal);
          // As the logger does: what falls between two reads is noticed at the next line.
          logger.send("\n");
          await hears(logger, letter);
        }
      }
      assertEquals(child.isAlive, true);
    });
  });

  for (const code of [0, 7, 111]) {
    test(`it ends with the number ${code} that it is told`, async () => {
      await withStandIn(shell, async (child, logger) => {
        logger.send("\n\n");
        logger.send(`${code}\n`);
        assertEquals(await child.ended(), code);
      });
    });
  }

  test("a number that lies there when the logger has gone counts, whatever was under way", async () => {
    await withStandIn(shell, async (child, logger) => {
      child.signal("SIGSTOP");
      logger.send("0\n");
      logger.close();
      child.signal("SIGTERM");
      child.signal("SIGCONT");
      assertEquals(await child.ended(), 0);
    });
  });

  test("a number counts also when letters were not read", async () => {
    await withStandIn(shell, async (child, logger) => {
      child.signal("SIGHUP");
      logger.send("\n");
      await eventually("a letter lies there", () => logger.isReadable());
      child.signal("SIGSTOP");
      logger.send("0\n");
      logger.close();
      child.signal("SIGCONT");
      assertEquals(await child.ended(), 0);
    });
  });

  test("the logger goes without a number: 111, also when letters were not read", async () => {
    await withStandIn(shell, async (child, logger) => {
      logger.close();
      assertEquals(await child.ended(), 111);
    });
    await withStandIn(shell, async (child, logger) => {
      child.signal("SIGHUP");
      logger.send("\n");
      await eventually("a letter lies there", () => logger.isReadable());
      logger.close();
      assertEquals(await child.ended(), 111);
    });
  });

  test("it says nothing on standard error, and holds none open", async () => {
    await withStandIn(shell, async (child, logger) => {
      const target = Deno.readLinkSync(`/proc/${child.pid}/fd/2`);
      logger.close();
      assertEquals([await child.ended(), target], [111, "/dev/null"]);
    });
  });

  test("the answer to a svlogd is no number to it", async () => {
    await withStandIn(shell, async (child, logger) => {
      logger.send(JOINED);
      child.signal("SIGTERM");
      logger.send("\n");
      await hears(logger, LETTER.term);
      assertEquals(child.isAlive, true);
    });
  });
}
