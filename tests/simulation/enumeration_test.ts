/**
 * Enumerates the spaces that are small enough to leave nothing to chance: every state that can be reached, and every
 * event in each.
 */
import { assert, assertEquals } from "@std/assert";
import { ENUMERATIONS } from "./enumeration.ts";

for (const [name, enumerate] of Object.entries(ENUMERATIONS)) {
  Deno.test(`every state of ${name} keeps every invariant`, () => {
    const { states, transitions, broken } = enumerate();
    console.log(`${states.length} states, ${transitions} transitions`);
    assertEquals(broken, []);
    assert(states.length > 300, "the space has collapsed");
  });
}
