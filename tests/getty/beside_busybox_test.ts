/**
 * BusyBox's getty and denit's run each on a terminal of its own, and a test types the same at both.
 *
 * The tests compare all that the terminal shows, how getty ends, and all that login gets.
 */
import { assert, assertEquals } from "@std/assert";
import { output } from "../program.ts";
import { DIFFERENCES } from "./differences.ts";
import { REFUSED, SAME } from "./scenarios.ts";
import { BUSYBOX, CAN_RUN, NEEDS, ours, playBoth } from "./sides.ts";

Deno.test(`there are at least 60 scenarios, and no two have the same name: ${SAME.length + REFUSED.length}`, () => {
  assert(SAME.length + REFUSED.length >= 60);
  const names = [...SAME, ...REFUSED].map(({ name }) => name);
  assertEquals([...new Set(names)], names);
});

for (const scenario of SAME) {
  Deno.test({
    name: `as BusyBox's getty: ${scenario.name}${NEEDS}`,
    ignore: !CAN_RUN,
    fn: async () => {
      const { busybox, denit } = await playBoth(scenario);
      assertEquals(denit, busybox);
      // Two programs that do nothing would be equal, too.
      assert(`${busybox.shown}${busybox.login}${busybox.end}` !== "exit 0", "nothing has happened");
    },
  });
}

Deno.test({
  name: `like BusyBox's getty, getty refuses wrong usage with the same line and with 1${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async () => {
    const program = await ours();
    for (const { name, args } of REFUSED) {
      const words = args("/dev/null", "/");
      const [busybox, denit] = await Promise.all([
        output(BUSYBOX, ["getty", ...words]),
        output(program, words),
      ]);
      assertEquals([busybox.code, denit.code], [1, 1], name);
      // Each program has a usage of its own, behind the complaint or alone. So only the complaints must be equal.
      const complaint = (text: string) => text.split("\n").filter((line) => line.startsWith("getty: "));
      assertEquals(complaint(denit.stderr), complaint(busybox.stderr), name);
      const tellsUsage = (text: string) => /^usage: /im.test(text);
      assertEquals(tellsUsage(denit.stderr), tellsUsage(busybox.stderr), name);
    }
  },
});

for (const { id, scenario, shows } of DIFFERENCES.filter(({ waits = false }) => !waits)) {
  Deno.test({
    name: `differs from BusyBox's getty on purpose: ${id}${NEEDS}`,
    ignore: !CAN_RUN,
    fn: async () => shows(await playBoth(scenario)),
  });
}
