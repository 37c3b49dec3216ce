import { assert, assertEquals } from "@std/assert";
import { type Column, comparison, type Group, type Row } from "./comparison.ts";

type Id = "ours" | "theirs";

const COLUMNS: readonly Column<Id>[] = [
  { id: "ours", label: "denit, script", short: "script", isOurs: true },
  { id: "theirs", label: "peer", short: "peer", isOurs: false },
];

function groupOf(row: Omit<Row<Id>, "label" | "show">): Group<Id> {
  return {
    heading: "Speed",
    subject: (label) => `speed of ${label}`,
    rows: [{ label: "it", show: String, ...row }],
  };
}

function said(ours: number, theirs: number, moreIsBetter: boolean): string {
  const group = groupOf({ value: (id) => id === "ours" ? ours : theirs, moreIsBetter });
  return comparison(COLUMNS, [group], () => []).join("\n");
}

Deno.test("comparison() puts the better value in bold and gives the ratio to the peer", () => {
  assert(said(2, 4, false).includes("| it  | **2**         | 4    | 0.50×         |"));
  assert(said(2, 4, true).includes("| it  | 2             | **4** | 0.50×         |"));
});

Deno.test("comparison() names a peer that wins, whichever way is better", () => {
  assert(said(4, 2, false).includes("- speed of it: peer 2, denit 4 (2×)"));
  assert(said(2, 4, true).includes("- speed of it: peer 4, denit 2 (0.50×)"));
  for (const page of [said(2, 4, false), said(4, 2, true), said(3, 3, true)]) {
    assert(!page.includes("Where a peer wins"));
  }
});

Deno.test("comparison() leaves out rows and sections without values", () => {
  assertEquals(comparison(COLUMNS, [groupOf({ value: () => undefined })], () => []), []);
});

Deno.test("comparison() tells what was judged, form by form", () => {
  const page = comparison(COLUMNS, [], (id) => [{ target: "be fast", measured: id, met: false }]).join("\n");
  assert(page.includes("| be fast | denit, script | ours     | **not met** |"));
});
