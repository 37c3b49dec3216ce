/**
 * BusyBox's getty and ours, each on a terminal of its own, and somebody who types the same at both.
 *
 * Compared are all that the terminal shows, how getty ends, and all that login is given.
 */
import { assert, assertEquals } from "@std/assert";
import { output } from "../program.ts";
import { DIFFERENCES } from "./differences.ts";
import { REFUSED, SAME } from "./scenarios.ts";
import { BUSYBOX, CAN_RUN, NEEDS, ours, playBoth } from "./sides.ts";

Deno.test(`there are enough scenarios, and each is another: ${SAME.length + REFUSED.length}`, () => {
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
      // Nothing at all would be the same, too.
      assert(`${busybox.shown}${busybox.login}${busybox.end}` !== "exit 0", "nothing has happened");
    },
  });
}

Deno.test({
  name: `as BusyBox's getty: what is refused, with which line and with 1${NEEDS}`,
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
      // Behind a complaint, or alone, stands the usage, each its own.
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
