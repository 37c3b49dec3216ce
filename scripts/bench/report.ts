/** The samples as a Markdown page: medians and ratios, targets, where a peer wins, how far samples spread. */

import { count, duration, ratio, size } from "./format.ts";
import { type Contender, EMPTY_OF, type Ledger, type Measure } from "./measurement.ts";
import { median } from "./statistics.ts";
import { isDenit, type SystemId, SYSTEMS } from "./systems.ts";
import { growthKb, judgeAll } from "./targets.ts";

interface Row {
  readonly label: string;
  readonly measure: Measure;
  readonly services: number;
  readonly show: (value: number) => string;
}

/** One page; `notes` say where and how it was measured, and what failed. */
export function page(ledger: Ledger, systems: readonly SystemId[], notes: readonly string[]): string {
  const groups = groupsOf(ledger);
  const rows = groups.flatMap(([, rows]) => rows);
  return [
    "# Supervision, side by side",
    INTRODUCTION,
    bullets(notes),
    ...groups.flatMap(([heading, rows]) =>
      rows.length === 0 ? [] : [`## ${heading}`, medians(ledger, systems, rows)]
    ),
    ...section("Targets", targets(ledger, systems)),
    ...section("Where a peer wins", bullets(peerWins(ledger, systems, rows))),
    ...section("Spread: least to most, and the number of samples", spread(ledger, systems, rows)),
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

function groupsOf(ledger: Ledger): [heading: string, rows: Row[]][] {
  const perCount = (measure: Measure, show: Row["show"]): Row[] =>
    ledger.services(measure).map((services) => ({
      label: services.toLocaleString("en-US"),
      measure,
      services,
      show,
    }));
  const measured = (rows: Row[]): Row[] =>
    rows.filter(({ measure, services }) => ledger.services(measure).includes(services));
  const one = (label: string, measure: Measure, show: Row["show"], services = 100): Row => ({
    label,
    measure,
    services,
    show,
  });
  return [
    ["Time from the start of the supervisor until N services run", perCount("up ms", duration)],
    ["Memory of the idle supervisors (sum of PSS)", perCount("memory kB", size)],
    ["Supervising processes", perCount("supervising processes", count)],
    [
      "Reactions, with 100 services",
      measured([
        one("killed service runs again", "restart ms", duration),
        one("new linked directory runs", "notice ms", duration),
        one("orderly stop of all, supervisors included", "stop ms", duration),
        one("the same, services just started", "young stop ms", duration),
        one("`sv stop` of all", "sv-stop ms", duration),
        one("`sv status` of 1", "status ms", duration, 1),
        one("`sv status` of 100", "status ms", duration),
      ]),
    ],
    [
      "Idle, with 100 services",
      measured([
        one("system calls", "idle system calls", count),
        one("processor ticks of 10 ms", "idle ticks", count),
        one("context switches", "idle context switches", count),
      ]),
    ],
  ];
}

function medians(ledger: Ledger, systems: readonly SystemId[], rows: readonly Row[]): string {
  const pairs = systems.filter(isDenit).flatMap((ours) =>
    systems.filter((system) => !isDenit(system)).map((theirs) => ({ ours, theirs }))
  );
  const heads = pairs.map(({ ours, theirs }) => `${SYSTEMS[ours].label.replace("denit, ", "")} : ${theirs}`);
  const lines = rows.map(({ label, measure, services, show }) => {
    const of = (system: SystemId) => medianOf(ledger, measure, system, services);
    const all = systems.flatMap((system) => of(system) ?? []);
    const best = new Set(all).size > 1 ? Math.min(...all) : undefined;
    const values = systems.map((system) =>
      cell(of(system), (value) => value === best ? `**${show(value)}**` : show(value))
    );
    const ratios = pairs.map(({ ours, theirs }) => cell(quotient(of(ours), of(theirs)), ratio));
    return [label, ...values, ...ratios];
  });
  const extra = rows.some(({ measure }) => measure === "memory kB")
    ? [growthLine(ledger, systems, pairs)]
    : [];
  const extraStatus = systems.some(isDenit) && rows.some(({ measure }) => measure === "status ms")
    ? [emptyLine(ledger, systems, pairs.length)]
    : [];
  return table(["", ...systems.map((system) => SYSTEMS[system].label), ...heads], [
    ...lines,
    ...extra,
    ...extraStatus,
  ]);
}

type Pair = { readonly ours: SystemId; readonly theirs: SystemId };

function growthLine(ledger: Ledger, systems: readonly SystemId[], pairs: readonly Pair[]): string[] {
  const of = (system: SystemId) => growthKb(ledger, system);
  return [
    "one service more (slope)",
    ...systems.map((system) => cell(of(system), size)),
    ...pairs.map(({ ours, theirs }) => cell(quotient(of(ours), of(theirs)), ratio)),
  ];
}

function emptyLine(ledger: Ledger, systems: readonly SystemId[], pairs: number): string[] {
  const values = systems.map((system) => {
    if (!isDenit(system)) return "";
    return cell(medianOf(ledger, "status ms", EMPTY_OF[system], 0), duration);
  });
  return ["an empty program of the same form", ...values, ...Array<string>(pairs).fill("")];
}

function targets(ledger: Ledger, systems: readonly SystemId[]): string {
  const lines = systems.flatMap((system) => {
    if (!isDenit(system)) return [];
    return judgeAll(ledger, system).map(({ target, measured, met }) => [
      target,
      SYSTEMS[system].label,
      measured,
      met ? "met" : "**not met**",
    ]);
  });
  return lines.length === 0 ? "" : table(["target", "form", "measured", ""], lines);
}

/** Every row in which a peer's median is below that of denit's better form. */
function peerWins(ledger: Ledger, systems: readonly SystemId[], rows: readonly Row[]): string[] {
  return rows.flatMap(({ label, measure, services, show }) => {
    const of = (system: SystemId) => medianOf(ledger, measure, system, services) ?? Infinity;
    const ours = Math.min(...systems.filter(isDenit).map(of));
    if (!Number.isFinite(ours)) return [];
    return systems.filter((system) => !isDenit(system) && of(system) < ours).map((peer) =>
      `${rowName(measure, label)}: ${SYSTEMS[peer].label} ${show(of(peer))}, denit ${show(ours)} (${
        ratio(ours / of(peer))
      })`
    );
  });
}

function spread(ledger: Ledger, systems: readonly SystemId[], rows: readonly Row[]): string {
  const lines = rows.filter(({ measure }) => measure.endsWith("ms") || measure === "memory kB").map((row) => [
    rowName(row.measure, row.label),
    ...systems.map((system) => {
      const values = ledger.values(row.measure, system, row.services);
      if (values.length === 0) return "–";
      return `${row.show(Math.min(...values))} to ${row.show(Math.max(...values))} (${values.length})`;
    }),
  ]);
  return lines.length === 0 ? "" : table(["", ...systems.map((system) => SYSTEMS[system].label)], lines);
}

function rowName(measure: Measure, label: string): string {
  if (measure === "up ms") return `${label} up`;
  if (measure === "memory kB") return `memory for ${label}`;
  if (measure === "supervising processes") return `processes for ${label}`;
  return measure.startsWith("idle") ? `${label} while idle` : label;
}

function medianOf(
  ledger: Ledger,
  measure: Measure,
  contender: Contender,
  services: number,
): number | undefined {
  const values = ledger.values(measure, contender, services);
  return values.length === 0 ? undefined : median(values);
}

function quotient(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || below === 0 ? undefined : above / below;
}

function cell(value: number | undefined, show: (value: number) => string): string {
  return value === undefined ? "–" : show(value);
}

function section(heading: string, body: string): string[] {
  return body === "" ? [] : [`## ${heading}`, body];
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Columns as wide as their widest cell: the form in which `deno fmt` leaves it. */
function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)));
  const row = (line: readonly string[]) =>
    `| ${widths.map((width, column) => (line[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [row(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.map(row)].join(
    "\n",
  );
}
