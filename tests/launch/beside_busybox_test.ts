/**
 * BusyBox's chpst and its other names, compared with denit's where both promise the same. BusyBox has only some of
 * runit's options, looks accounts up outside of a new root, reads 255 bytes of a variable, and words its errors
 * differently.
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Ended, output, program } from "../program.ts";
import { isThere } from "../machine.ts";

const BUSYBOX = join(
  Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/root", ".cache"),
  "denit/busybox-full",
);
const NAMES = ["chpst", "envdir", "envuidgid", "setuidgid", "softlimit"];
const IS_HERE = isThere(BUSYBOX);
const IS_ROOT = Deno.uid() === 0;

const LIMITS = "grep ^Max /proc/self/limits";
const WHO = "sh -c 'id -u; id -g; id -G'";

/** Commands whose output and exit code must be equal on both sides. */
const SAME: readonly string[] = [
  `chpst -m 104857600 ${LIMITS}`,
  `chpst -o 50 -p 5000 -f 100000 -c 0 -r 1000000 -t 30 ${LIMITS}`,
  `chpst -d 104857600 ${LIMITS}`,
  `softlimit -a 104857600 -l 65536 -s 16777216 ${LIMITS}`,
  `softlimit ${LIMITS}`,
  `chpst -u nobody ${WHO}`,
  `chpst -u nobody:daemon ${WHO}`,
  `setuidgid nobody ${WHO}`,
  "chpst -U nobody:daemon sh -c 'echo $UID $GID'",
  "envuidgid nobody sh -c 'echo $UID $GID'",
  "chpst -n 5 nice",
  "chpst -n -5 nice",
  "chpst -P sh -c '[ $(ps -o sid= -p $$) = $$ ] && echo leads'",
  "chpst -0 sh -c '[ -e /proc/$$/fd/0 ] && echo open || echo closed'",
  "chpst -e env sh -c 'echo \"[$A] [$B] [$HOME]\"'",
  "envdir env sh -c 'echo \"[$A] [$B] [$HOME]\"'",
  "chpst sh -c 'exit 7'",
  "softlimit setuidgid nobody chpst -n 5 sh -c 'id -u; nice'",
];

/** Commands that both sides must refuse, each in its own words. */
const REFUSED: readonly string[] = [
  "chpst -u nosuch true",
  "chpst -u nobody:nosuch true",
  "setuidgid nosuch true",
  "envuidgid nosuch true",
  "envdir nosuch true",
  "chpst -e nosuch true",
  "chpst nosuch",
  "softlimit nosuch",
  "chpst",
  "chpst -o 5x true",
  "setuidgid nobody chpst -n -5 true",
];

/** Runs a command with BusyBox's links first in PATH, and then with denit's. */
async function sides(
  use: (run: (command: string) => Promise<{ busybox: Ended; denit: Ended }>) => Promise<void>,
) {
  const directory = await Deno.makeTempDir({ prefix: "denit-busybox-" });
  try {
    const links = join(directory, "busybox");
    await Deno.mkdir(links);
    for (const name of NAMES) await Deno.symlink(BUSYBOX, join(links, name));
    await Deno.mkdir(join(directory, "env"));
    for (const [name, text] of [["A", "a b \t\nmore\n"], ["B", "b"], ["HOME", ""]] as const) {
      await Deno.writeTextFile(join(directory, "env", name), text);
    }
    const ours = (await program()).links;
    const ask = (first: string, command: string) =>
      output("/bin/sh", ["-c", command], {
        cwd: directory,
        env: { PATH: `${first}:${Deno.env.get("PATH")}`, HOME: "/home" },
      });
    await use(async (command) => ({ busybox: await ask(links, command), denit: await ask(ours, command) }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const command of SAME) {
  Deno.test({
    name: `as BusyBox: ${command} (needs root, BusyBox)`,
    ignore: !IS_HERE || !IS_ROOT,
    fn: () =>
      sides(async (run) => {
        const { busybox, denit } = await run(command);
        assertEquals(denit, busybox);
      }),
  });
}

Deno.test({
  name: "denit refuses what BusyBox refuses, and neither executes anything (needs root, BusyBox)",
  ignore: !IS_HERE || !IS_ROOT,
  fn: () =>
    sides(async (run) => {
      for (const command of REFUSED) {
        const { busybox, denit } = await run(command);
        assertEquals([busybox.code > 0, busybox.stdout], [true, ""], command);
        assertEquals([denit.code >= 100, denit.stdout], [true, ""], command);
      }
    }),
});
