import { assertEquals } from "@std/assert";
import { stampOf } from "./tree_config.ts";

Deno.test("stampOf() reads the last line that says how lines are stamped; without one it is the time in UTC", () => {
  const cases = [
    ["", 2],
    ["s100\nn3\n", 2],
    [":stamp none\n", 0],
    ["s100\n:stamp tai64n", 1],
    [":stamp utc", 2],
    [":stamp none\n:stamp iso \n", 3],
    [":stamp something", 2],
    [":stamps none", 2],
    ["#:stamp none", 2],
  ] as const;
  for (const [config, stamp] of cases) assertEquals(stampOf(config), stamp, config);
});
