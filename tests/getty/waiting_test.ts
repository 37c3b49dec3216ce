/**
 * Cases in which getty waits ten seconds before it ends, so that its supervisor does not restart it in a fast loop.
 * All cases run at the same time, so the test waits once.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DIFFERENCES } from "./differences.ts";
import { play, type Scenario } from "./scenario.ts";
import { type Both, CAN_RUN, NEEDS, ours, playBoth } from "./sides.ts";

interface Waiting {
  readonly scenario: Scenario;
  readonly plays: (scenario: Scenario) => Promise<Both>;
  readonly shows: (both: Both) => void;
}

const usual = (terminal: string, directory: string) => ["-l", `${directory}/login`, "9600", terminal];

async function playOurs(scenario: Scenario): Promise<Both> {
  const denit = await play([await ours()], scenario);
  return { busybox: denit, denit };
}

/** Holds a lock on utmp until it is killed. A file tells when the lock is held. */
const LOCKER = `use Fcntl;
  open(F, "+<", "/run/utmp"); $lock = pack("s s l q q l l", F_WRLCK, 0, 0, 0, 0, 0, 0);
  fcntl(F, F_SETLK, $lock) or die; open(G, ">", "/run/locked"); close(G); sleep 60;`;

const WAITING: readonly Waiting[] = [
  ...DIFFERENCES.filter(({ waits }) => waits).map(({ id, scenario, shows }) => ({
    scenario: { ...scenario, name: `differs on purpose: ${id}` },
    plays: playBoth,
    shows,
  })),
  {
    scenario: {
      name: "standard input that can only be read",
      args: (_, directory) => usual("-", directory),
      types: () => Promise.resolve(),
    },
    plays: playBoth,
    shows: ({ busybox, denit }) => {
      assertEquals([busybox.end, denit.end], ["exit 1", "exit 1"]);
      assertEquals(denit.stderr, "getty: stdin is not open for read/write\n");
    },
  },
  {
    scenario: {
      name: "a utmp that another process has locked",
      args: usual,
      files: { locker: LOCKER },
      start: `
        touch /run/utmp
        perl "\${REPORT%/*}/locker" &
        locker=$!
        until [ -e /run/locked ]; do sleep 0.05; done
        "$@"; code=$?
        kill $locker; exit $code`,
    },
    // BusyBox's getty waits that long for each look into utmp, so only denit's is played.
    plays: playOurs,
    shows: ({ denit }) => {
      assertEquals(denit.end, "exit 0");
      assertStringIncludes(denit.login, "/var/run/utmp 644\nno /var/log/wtmp");
    },
  },
];

Deno.test({
  name: `the cases in which BusyBox's getty or denit's waits ten seconds${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async (t) => {
    const all = await Promise.all(
      WAITING.map(async ({ scenario, plays, shows }) => ({ scenario, shows, both: await plays(scenario) })),
    );
    for (const { scenario, shows, both } of all) await t.step(scenario.name, () => shows(both));
  },
});
