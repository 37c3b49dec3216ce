/** The comparison of recordings, and the table of deliberate differences. */
import { assertEquals } from "@std/assert";
import { DIFFERENCES, type Shown } from "./differences.ts";
import { SCENARIOS } from "./scenarios/mod.ts";
import { selfVerdict, verdict } from "./verdict.ts";
import type { Recording } from "./world.ts";

function recording(notes: Readonly<Record<string, string>>, broken?: string): Recording {
  const entries = Object.entries(notes).map(([label, text]) => ({ label, text }));
  return { notes: entries, seconds: 0, ...broken === undefined ? {} : { broken } };
}

const ROW: Shown = { scenario: "a", entry: "trace", runit: "old", denit: "new" };

Deno.test("verdict() is silent if both sides show the same", () => {
  assertEquals(verdict(recording({ trace: "run" }), recording({ trace: "run" }), []), []);
});

Deno.test("verdict() names an entry that differs or is missing, and a side that could not be played", () => {
  assertEquals(verdict(recording({ trace: "run" }), recording({ trace: "stay" }), [])[0], "trace");
  assertEquals(verdict(recording({ trace: "run" }), recording({}), [])[0], "trace");
  const broken = verdict(recording({ trace: "run" }), recording({ trace: "run" }, "waited in vain"), []);
  assertEquals(broken, ["could not be played on denit:", "waited in vain"]);
});

Deno.test("verdict() demands both halves of a row in the table", () => {
  assertEquals(verdict(recording({ trace: "old" }), recording({ trace: "new" }), [ROW]), []);
  assertEquals(verdict(recording({ trace: "old" }), recording({ trace: "old" }), [ROW])[0], "trace");
  assertEquals(verdict(recording({ trace: "new" }), recording({ trace: "new" }), [ROW])[0], "trace");
  assertEquals(verdict(recording({ stat: "run" }), recording({ stat: "run" }), [ROW]), [
    "differences.ts names an entry that is not recorded: trace",
  ]);
});

Deno.test("selfVerdict() demands the first half of a row from both sides", () => {
  assertEquals(selfVerdict(recording({ trace: "old" }), recording({ trace: "old" }), [ROW]), []);
  assertEquals(selfVerdict(recording({ trace: "new" }), recording({ trace: "new" }), [ROW])[0], "trace");
});

Deno.test("every difference is shown by scenarios that exist, and its halves differ", () => {
  const ids = new Set(SCENARIOS.map(({ id }) => id));
  assertEquals(ids.size, SCENARIOS.length);
  for (const { id, shown } of DIFFERENCES) {
    assertEquals([id, shown.length > 0], [id, true]);
    for (const { scenario, entry, runit, denit } of shown) {
      assertEquals([scenario, ids.has(scenario)], [scenario, true]);
      assertEquals([scenario, entry, runit === denit], [scenario, entry, false]);
    }
  }
});
