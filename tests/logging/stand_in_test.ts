/** The sh script that stands in for a svlogd, in each shell that /bin/sh may be. The test plays the logger. */
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
    await eventually("the stand-in to set its traps and read", () => child.standsIn);
    await use(child, logger);
  });
}

/** Waits until the logger has heard these letters. Letters that say nothing are left out. */
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
          // A real logger sends this, too: a signal between two reads of the stand-in is noticed at the next line.
          logger.send("\n");
          await hears(logger, letter);
        }
      }
      assertEquals(child.isAlive, true);
    });
  });

  for (const code of [0, 7, 111]) {
    test(`a stand-in ends with the number ${code} that the logger sends`, async () => {
      await withStandIn(shell, async (child, logger) => {
        logger.send("\n\n");
        logger.send(`${code}\n`);
        assertEquals(await child.ended(), code);
      });
    });
  }

  test("a stand-in ends with a number that came before the logger left, whatever else happens", async () => {
    await withStandIn(shell, async (child, logger) => {
      child.signal("SIGSTOP");
      logger.send("0\n");
      logger.close();
      child.signal("SIGTERM");
      child.signal("SIGCONT");
      assertEquals(await child.ended(), 0);
    });
  });

  test("a stand-in ends with its number although the logger left letters unread", async () => {
    await withStandIn(shell, async (child, logger) => {
      child.signal("SIGHUP");
      logger.send("\n");
      await eventually("a letter for the logger", () => logger.isReadable());
      child.signal("SIGSTOP");
      logger.send("0\n");
      logger.close();
      child.signal("SIGCONT");
      assertEquals(await child.ended(), 0);
    });
  });

  test("if the logger leaves without a number, a stand-in ends with 111, also if letters were unread", async () => {
    await withStandIn(shell, async (child, logger) => {
      logger.close();
      assertEquals(await child.ended(), 111);
    });
    await withStandIn(shell, async (child, logger) => {
      child.signal("SIGHUP");
      logger.send("\n");
      await eventually("a letter for the logger", () => logger.isReadable());
      logger.close();
      assertEquals(await child.ended(), 111);
    });
  });

  test("a stand-in prints nothing on standard error, and does not hold it open", async () => {
    await withStandIn(shell, async (child, logger) => {
      const target = Deno.readLinkSync(`/proc/${child.pid}/fd/2`);
      logger.close();
      assertEquals([await child.ended(), target], [111, "/dev/null"]);
    });
  });

  test("a stand-in does not take the answer to the svlogd for a number", async () => {
    await withStandIn(shell, async (child, logger) => {
      logger.send(JOINED);
      child.signal("SIGTERM");
      logger.send("\n");
      await hears(logger, LETTER.term);
      assertEquals(child.isAlive, true);
    });
  });
}
