/**
 * What getty waits ten seconds for before it ends, so that whoever starts it again has rest. All of it happens at the
 * same time, so this is waited for once.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ASKS, play, type Recording, type Scenario } from "./scenario.ts";
import { CAN_RUN, NEEDS, ours, playBoth } from "./sides.ts";

const usual = (terminal: string, directory: string) => ["-l", `${directory}/login`, "9600", terminal];
const NOTHING = () => Promise.resolve();

interface Waiting {
  readonly scenario: Scenario;
  /** Played by ours alone. */
  readonly isOurs?: boolean;
  /** What differs on purpose says so. */
  readonly shows: (busybox: Recording, denit: Recording) => void;
}

function ends(busybox: Recording, denit: Recording, code: number): void {
  assertEquals([busybox.end, denit.end], [`exit ${code}`, `exit ${code}`]);
}

const WAITING: readonly Waiting[] = [
  {
    scenario: {
      name: "a login that cannot be executed",
      args: (terminal) => ["-l", "/nosuch/login", "9600", terminal],
    },
    // Differs: the reason is told.
    shows: (busybox, denit) => {
      ends(busybox, denit, 1);
      assertStringIncludes(busybox.shown, "root\r\ngetty: pts/N: can't execute '/nosuch/login'\r\r\n");
      assertStringIncludes(
        denit.shown,
        "root\r\ngetty: pts/N: can't execute '/nosuch/login': file does not exist\r\n",
      );
    },
  },
  {
    scenario: {
      name: "a terminal that is not there",
      args: (_, directory) => usual("/dev/nosuch", directory),
      types: NOTHING,
    },
    // Differs: BusyBox tells syslog and nobody else.
    shows: (busybox, denit) => {
      ends(busybox, denit, 1);
      assertEquals([busybox.stderr, denit.stderr], [
        "",
        "getty: can't open '/dev/nosuch': file does not exist\n",
      ]);
    },
  },
  {
    scenario: {
      name: "a file that is no terminal",
      args: (_, directory) => usual(`${directory}/file`, directory),
      files: { file: "" },
      types: NOTHING,
      start: '"$@"; code=$?; for file; do :; done; stat -c %a "$file"; exit $code',
    },
    // Differs: what is no terminal keeps its mode. /dev/null would otherwise be root's alone.
    shows: (busybox, denit) => {
      ends(busybox, denit, 1);
      assertEquals([busybox.stdout, denit.stdout], ["620\n", "755\n"]);
      assertEquals(denit.stderr, "getty: DIR/file: TIOCSCTTY: not a tty\n");
    },
  },
  {
    scenario: {
      name: "standard input that can only be read",
      args: (_, directory) => usual("-", directory),
      types: NOTHING,
    },
    shows: (busybox, denit) => {
      ends(busybox, denit, 1);
      assertEquals(denit.stderr, "getty: stdin is not open for read/write\n");
    },
  },
  {
    scenario: {
      name: "a hang-up while HUP is ignored",
      args: usual,
      start: "trap '' HUP; exec \"$@\"",
      types: async (seat) => {
        await seat.shows(ASKS);
        seat.hangUp();
      },
    },
    // Differs: nothing has failed, and there is nobody to be told.
    shows: (busybox, denit) => assertEquals([busybox.end, denit.end], ["exit 1", "exit 0"]),
  },
  {
    scenario: {
      name: "utmp that somebody has locked",
      args: usual,
      start: `
        touch /run/utmp
        perl -e 'use Fcntl; open(F, "+<", "/run/utmp"); $lock = pack("s s l q q l l", F_WRLCK, 0, 0, 0, 0, 0, 0); fcntl(F, F_SETLK, $lock) or die;
          open(G, ">", "/run/locked"); close(G); sleep 60' &
        lock=$!
        while ! [ -e /run/locked ]; do sleep 0.05; done
        "$@"; code=$?
        kill $lock; exit $code`,
    },
    // BusyBox's takes as long for every look into utmp.
    isOurs: true,
    shows: (_, denit) => {
      assertEquals(denit.end, "exit 0");
      assertStringIncludes(denit.login, "/var/run/utmp 644\nno /var/log/wtmp");
    },
  },
];

Deno.test({
  name: `what getty waits ten seconds for, beside BusyBox's${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async (t) => {
    const all = await Promise.all(
      WAITING.map(async ({ scenario, isOurs = false }) => {
        if (!isOurs) return playBoth(scenario);
        const denit = await play([await ours()], scenario);
        return { busybox: denit, denit };
      }),
    );
    for (const [i, { busybox, denit }] of all.entries()) {
      const { scenario, shows } = WAITING[i] ?? {};
      assert(scenario !== undefined && shows !== undefined);
      await t.step(scenario.name, () => shows(busybox, denit));
    }
  },
});
