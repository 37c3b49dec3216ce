/** The samples as a Markdown page: medians and ratios, targets, where a peer wins, how far samples spread. */

import { count, duration, ratio, size } from "./format.ts";
import { EMPTY_OF, type Ledger, type Measure } from "./measurement.ts";
import { median } from "./statistics.ts";
import { isDenit, type SystemId, SYSTEMS } from "./systems.ts";
import { growthKb, judgeAll } from "./targets.ts";

type Show = (value: number) => string;

interface Row {
  readonly label: string;
  readonly show: Show;
  /** What stands in a system's column, less being better; undefined where there is nothing to say. */
  readonly value: (system: SystemId) => number | undefined;
  /** The single samples, where the value is a median of several. */
  readonly samples?: (system: SystemId) => readonly number[];
}

interface Group {
  readonly heading: string;
  /** What a row is about, where its label alone does not say. */
  readonly subject: (label: string) => string;
  readonly rows: readonly Row[];
}

/** One page; `notes` say where and how it was measured, and what failed. */
export function page(ledger: Ledger, systems: readonly SystemId[], notes: readonly string[]): string {
  const groups = [upGroup, memoryGroup, processGroup, reactionGroup, idleGroup].map((group) => group(ledger))
    .map((group) => ({
      ...group,
      rows: group.rows.filter((row) => systems.some((system) => row.value(system) !== undefined)),
    }));
  return [
    "# Supervision, side by side",
    INTRODUCTION,
    bullets(notes),
    ...groups.flatMap(({ heading, rows }) => section(heading, medians(systems, rows))),
    ...section("Targets", targets(ledger, systems)),
    ...section("Where a peer wins", bullets(groups.flatMap((group) => peerWins(systems, group)))),
    ...section("Spread: least to most, and the number of samples", spread(systems, groups)),
  ].join("\n\n") + "\n";
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
  return ledger.services(measure).map((services) =>
    rowOf(ledger, services.toLocaleString("en-US"), measure, show, services)
  );
}

function rowOf(ledger: Ledger, label: string, measure: Measure, show: Show, services = 100): Row {
  const samples = (system: SystemId) => ledger.values(measure, system, services);
  return { label, show, samples, value: (system) => medianOf(samples(system)) };
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}

/** A column for each system, the best in bold, then one for each ratio of a form of denit to a peer. */
function medians(systems: readonly SystemId[], rows: readonly Row[]): string {
  const peers = systems.filter((system) => !isDenit(system));
  const pairs = systems.filter(isDenit).flatMap((ours) => peers.map((theirs) => ({ ours, theirs })));
  const ratios = pairs.map(({ ours, theirs }) => `${SYSTEMS[ours].label.replace("denit, ", "")} : ${theirs}`);
  return table(
    ["", ...systems.map((system) => SYSTEMS[system].label), ...ratios],
    rows.map((row) => [
      row.label,
      ...valueCells(systems, row),
      ...pairs.map(({ ours, theirs }) => cell(quotient(row.value(ours), row.value(theirs)), ratio)),
    ]),
  );
}

function valueCells(systems: readonly SystemId[], { value, show }: Row): string[] {
  const all = systems.flatMap((system) => value(system) ?? []);
  const best = new Set(all).size > 1 ? Math.min(...all) : undefined;
  return systems.map((system) => cell(value(system), (one) => one === best ? `**${show(one)}**` : show(one)));
}

function targets(ledger: Ledger, systems: readonly SystemId[]): string {
  const lines = systems.filter(isDenit).flatMap((system) =>
    judgeAll(ledger, system).map(({ target, measured, met }) => [
      target,
      SYSTEMS[system].label,
      measured,
      met ? "met" : "**not met**",
    ])
  );
  return table(["target", "form", "measured", ""], lines);
}

/** Every row in which a peer needs less than denit's better form. */
function peerWins(systems: readonly SystemId[], { rows, subject }: Group): string[] {
  return rows.flatMap(({ label, value, show }) => {
    const ours = Math.min(...systems.filter(isDenit).map((system) => value(system) ?? Infinity));
    if (ours === Infinity) return [];
    return systems.filter((system) => !isDenit(system)).flatMap((peer) => {
      const theirs = value(peer) ?? Infinity;
      const factor = theirs === 0 ? "" : ` (${ratio(ours / theirs)})`;
      return theirs < ours
        ? [`${subject(label)}: ${SYSTEMS[peer].label} ${show(theirs)}, denit ${show(ours)}${factor}`]
        : [];
    });
  });
}

function spread(systems: readonly SystemId[], groups: readonly Group[]): string {
  const lines = groups.flatMap(({ rows, subject }) =>
    rows.flatMap(({ label, samples, show }) => {
      if (samples === undefined) return [];
      return [[subject(label), ...systems.map((system) => rangeOf(samples(system), show))]];
    })
  );
  return table(["", ...systems.map((system) => SYSTEMS[system].label)], lines);
}

function rangeOf(values: readonly number[], show: Show): string {
  if (values.length === 0) return "–";
  return `${show(Math.min(...values))} to ${show(Math.max(...values))} (${values.length})`;
}

function quotient(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || below === 0 ? undefined : above / below;
}

function cell(value: number | undefined, show: Show): string {
  return value === undefined ? "–" : show(value);
}

function section(heading: string, body: string): string[] {
  return body === "" ? [] : [`## ${heading}`, body];
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Columns as wide as their widest cell: the form in which `deno fmt` leaves it. Without lines, nothing. */
function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  if (lines.length === 0) return "";
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)));
  const row = (line: readonly string[]) =>
    `| ${widths.map((width, column) => (line[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [row(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.map(row)].join(
    "\n",
  );
}
