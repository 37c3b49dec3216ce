/** The samples of supervision as a Markdown page. */

import {
  type Column,
  comparison,
  type Group as GroupOf,
  medianOf,
  type Row as RowOf,
  type Show,
} from "./comparison.ts";
import { count, duration, size } from "./format.ts";
import { bullets } from "./markdown.ts";
import { EMPTY_OF, type Ledger, type Measure } from "./measurement.ts";
import { isDenit, isPresent, type SystemId, SYSTEMS } from "./systems.ts";
import { growthKb, judgeAll } from "./targets.ts";

type Row = RowOf<SystemId>;
type Group = GroupOf<SystemId>;

/** The page. `notes` say on which machine and how it was measured, and what failed. */
export function page(ledger: Ledger, systems: readonly SystemId[], notes: readonly string[]): string {
  const groups = [upGroup, memoryGroup, processGroup, reactionGroup, idleGroup].map((group) => group(ledger));
  return [
    "# Supervision, side by side",
    INTRODUCTION,
    bullets(notes),
    ...comparison(
      systems.map(columnOf),
      groups,
      (system) => isPresent(system) ? judgeAll(ledger, system) : [],
    ),
  ].join("\n\n") + "\n";
}

function columnOf(id: SystemId): Column<SystemId> {
  const { label } = SYSTEMS[id];
  return { id, label, short: label.replace("denit, ", ""), isOurs: isPresent(id) };
}

const INTRODUCTION = [
  "Medians of one run in which the systems took turns, each time in a new PID namespace with its services on a",
  "fresh tmpfs. The service is the same for all: a static program of about 200 bytes that reports its start",
  "through a FIFO and pauses. A ratio below 1 says that denit needs less. `deno task bench supervision` measures",
  "again and writes this page and its plot.",
  "",
  "![Time until N services run, and memory of the supervisors](supervision.svg)",
].join("\n");

function upGroup(ledger: Ledger): Group {
  return {
    heading: "Time from the start of the supervisor until N services run",
    subject: (label) => `${label} up`,
    rows: rowPerCount(ledger, "up ms", duration),
  };
}

function memoryGroup(ledger: Ledger): Group {
  const growth: Row = {
    label: "one more (slope)",
    show: size,
    value: (system) => growthKb(ledger, system),
  };
  return {
    heading: "Memory of the idle supervisors (sum of PSS)",
    subject: (label) => `memory for ${label}`,
    rows: [...rowPerCount(ledger, "memory kB", size), growth],
  };
}

function processGroup(ledger: Ledger): Group {
  return {
    heading: "Supervising processes",
    subject: (label) => `processes for ${label}`,
    rows: rowPerCount(ledger, "supervising processes", count).map(({ samples: _, ...row }) => row),
  };
}

function reactionGroup(ledger: Ledger): Group {
  const empty: Row = {
    label: "an empty program of the same form",
    show: duration,
    value: (system) =>
      isDenit(system) ? medianOf(ledger.values("status ms", EMPTY_OF[system], 0)) : undefined,
  };
  return {
    heading: "Reactions, with 100 services",
    subject: (label) => label,
    rows: [
      rowOf(ledger, "killed service runs again", "restart ms", duration),
      rowOf(ledger, "new linked directory runs", "notice ms", duration),
      rowOf(ledger, "orderly stop of all, supervisors included", "stop ms", duration),
      rowOf(ledger, "the same, services just started", "young stop ms", duration),
      rowOf(ledger, "`sv stop` of all", "sv-stop ms", duration),
      rowOf(ledger, "`sv status` of 1", "status ms", duration, 1),
      rowOf(ledger, "`sv status` of 100", "status ms", duration),
      empty,
    ],
  };
}

function idleGroup(ledger: Ledger): Group {
  const measures: readonly [label: string, measure: Measure][] = [
    ["system calls", "idle system calls"],
    ["processor ticks of 10 ms", "idle ticks"],
    ["context switches", "idle context switches"],
  ];
  return {
    heading: "Idle, with 100 services",
    subject: (label) => `${label} while idle`,
    rows: measures.map(([label, measure]) => {
      const { samples: _, ...row } = rowOf(ledger, label, measure, count);
      return row;
    }),
  };
}

function rowPerCount(ledger: Ledger, measure: Measure, show: Show): Row[] {
  return ledger.scales(measure).map((services) =>
    rowOf(ledger, services.toLocaleString("en-US"), measure, show, services)
  );
}

function rowOf(ledger: Ledger, label: string, measure: Measure, show: Show, services = 100): Row {
  const samples = (system: SystemId) => ledger.values(measure, system, services);
  return { label, show, samples, value: (system) => medianOf(samples(system)) };
}
