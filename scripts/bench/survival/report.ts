/** The samples of survival as a Markdown page. */

import { type Column, comparison, type Group, medianOf, type Row } from "../comparison.ts";
import { count, duration, size } from "../format.ts";
import type { Ledger } from "../ledger.ts";
import { bullets } from "../markdown.ts";
import { isPresent, type SystemId, SYSTEMS } from "../systems.ts";
import type { SurvivalMeasure } from "./measurement.ts";

type SurvivalLedger = Ledger<SurvivalMeasure, SystemId>;

/** The page. `notes` say on which machine and how it was measured, and what failed. */
export function page(ledger: SurvivalLedger, systems: readonly SystemId[], notes: readonly string[]): string {
  const groups = [copiesGroup, returnGroup, memoryGroup].map((group) => group(ledger));
  return [
    "# When the supervisor dies, side by side",
    INTRODUCTION,
    bullets(notes),
    ...comparison(systems.map(columnOf), groups, () => []),
  ].join("\n\n") + "\n";
}

function columnOf(id: SystemId): Column<SystemId> {
  const { label } = SYSTEMS[id];
  return { id, label, short: label.replace("denit, ", ""), isOurs: isPresent(id) };
}

const INTRODUCTION = [
  "Supervisors are killed with SIGKILL. Of denit that is `runsvdir`, which supervises all services; it is started again",
  "at once, as a parent would do it. Of runit and s6 it is the `runsv` or `s6-supervise` of each service, which",
  "`runsvdir` or `s6-svscan` starts again. Every trial has a new PID namespace and a fresh tmpfs. Medians of one run in",
  "which the systems took turns. `deno task bench survival` measures again and writes this page and its plot.",
  "",
  "![Time until N services are supervised again](survival.svg)",
].join("\n");

function copiesGroup(ledger: SurvivalLedger): Group<SystemId> {
  const row = (label: string, measure: SurvivalMeasure): Row<SystemId>[] =>
    ledger.scales(measure).map((scale) => ({
      label,
      show: count,
      value: (system) => medianOf(ledger.values(measure, system, scale)),
    }));
  return {
    heading: "Twenty services, after the supervisor of one was killed, twenty times",
    subject: (label) => label,
    rows: [
      ...row("processes of the 20 services", "processes"),
      ...row("starts that nobody asked for", "unwanted starts"),
      ...row("left behind by an orderly stop", "left behind"),
    ],
  };
}

function returnGroup(ledger: SurvivalLedger): Group<SystemId> {
  return {
    heading:
      "Time from the death of all supervisors until `sv status` would be answered for all of N services",
    subject: (label) => `${label} supervised again`,
    rows: ledger.scales("return ms").map((services) => ({
      label: `${services} services`,
      show: duration,
      value: (system) => medianOf(ledger.values("return ms", system, services)),
      samples: (system) => ledger.values("return ms", system, services),
    })),
  };
}

function memoryGroup(ledger: SurvivalLedger): Group<SystemId> {
  const rows = (["own kB", "adopted kB"] as const).flatMap((measure) =>
    ledger.scales(measure).map((services): Row<SystemId> => ({
      label: `${services} services, ${measure === "own kB" ? "started by it" : "adopted"}`,
      show: size,
      value: (system) => medianOf(ledger.values(measure, system, services)),
      samples: (system) => ledger.values(measure, system, services),
    }))
  );
  return { heading: "Memory of the idle supervisors (sum of PSS)", subject: (label) => label, rows };
}
