import { assertEquals, assertStringIncludes } from "@std/assert";
import { Ledger } from "../ledger.ts";
import type { SystemId } from "../systems.ts";
import type { SurvivalMeasure } from "./measurement.ts";
import { page } from "./report.ts";

Deno.test("the page tells copies, times and memory, and where a peer wins", () => {
  const ledger = new Ledger<SurvivalMeasure, SystemId>();
  const add = (contender: SystemId, measure: SurvivalMeasure, scale: number, ...values: number[]) =>
    ledger.add({ measure, contender, scale, values });
  for (const [system, processes] of [["denit-compiled", 20], ["runit", 40]] as const) {
    add(system, "processes", 20, processes);
    add(system, "left behind", 20, processes - 20);
    add(system, "return ms", 100, 3 * processes, 4 * processes);
    add(system, "own kB", 1000, 1000 / processes);
  }
  add("denit-compiled", "adopted kB", 1000, 51_000);
  const text = page(ledger, ["denit-compiled", "runit"], ["a machine"]);
  const cellsOf = (label: string) =>
    text.split("\n").find((line) => line.startsWith(`| ${label} `))?.split("|").slice(2, 5).map((cell) =>
      cell.trim()
    );
  assertEquals(cellsOf("processes of the 20 services"), ["**20**", "40", "0.50×"]);
  assertEquals(cellsOf("100 services"), ["**70 ms**", "140 ms", "0.50×"]);
  assertStringIncludes(text, "1000 services, started by it: runit 25 kB, denit 50 kB (2×)");
  assertStringIncludes(text, "- a machine");
});
