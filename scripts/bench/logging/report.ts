/** The samples of logging as a Markdown page and a plot. */

import {
  type Column,
  comparison,
  type Group as GroupOf,
  medianOf,
  type Row as RowOf,
  type Show,
} from "../comparison.ts";
import { count, duration, rate, size } from "../format.ts";
import { bullets } from "../markdown.ts";
import { type Panel, plot } from "../plot.ts";
import { percentile } from "../statistics.ts";
import { isPresent } from "../systems.ts";
import { type LoggerId, LOGGERS } from "./contenders.ts";
import type { Ledger, Measure, Rate, TreeMeasure } from "./measurement.ts";
import { judgeAll } from "./targets.ts";
import type { Layout } from "./tree.ts";

type Row = RowOf<LoggerId>;
type Group = GroupOf<LoggerId>;

const LINE_BYTES = 100;

/** The page. `notes` say on which machine and how it was measured, and what failed. */
export function page(ledger: Ledger, loggers: readonly LoggerId[], notes: readonly string[]): string {
  const groups = [
    rateGroup(ledger),
    lineGroup(ledger),
    processorGroup(ledger),
    lengthGroup(ledger),
    latencyGroup(ledger),
    memoryGroup(ledger),
    ...treeGroups(ledger, "fleet", (services) => `${services} services with a log each`),
    ...treeGroups(ledger, "unmodified", (services) => `${services} services with an unmodified \`log/run\``),
  ];
  return [
    "# Logging, side by side",
    INTRODUCTION,
    bullets([...notes, ...writerNotes(ledger)]),
    ...comparison(
      loggers.map(columnOf),
      groups,
      (logger) => isPresent(logger) ? judgeAll(ledger, logger) : [],
    ),
  ].join("\n\n") + "\n";
}

const INTRODUCTION = [
  "Medians of one run in which the loggers took turns, each time in a new PID namespace with its log directories on",
  "a fresh tmpfs. All get the same lines from the same writer, a static program that holds them in memory, through a",
  "pipe; the clock runs from its first write until the logger, which waited for it, has ended, and then the bytes in",
  "the log directory are compared with those that should be there. A ratio of rates above 1, and one of costs below 1,",
  "speaks for denit. `deno task bench logging` measures again and writes this page and its plot.",
  "",
  "![Throughput over the length of lines](logging.svg)",
].join("\n");

function columnOf(id: LoggerId): Column<LoggerId> {
  const { label, short } = LOGGERS[id];
  return { id, label, short, isOurs: isPresent(id) };
}

/** The rates with lines of 100 bytes, and their labels. */
const RATES: readonly (readonly [label: string, measure: Rate])[] = [
  ["no stamp", "none MB/s"],
  ["`-t`, TAI64N", "tai64n MB/s"],
  ["`-tt`, UTC", "utc MB/s"],
  ["`-tt -b 65536`", "large buffer MB/s"],
  ["`-tt`, a write for each line", "line a write MB/s"],
  ["`-tt`, 10 patterns", "patterns MB/s"],
];

function rateGroup(ledger: Ledger): Group {
  const rows = RATES.map(([label, measure]) => rowOf(ledger, label, measure, LINE_BYTES, rate, true));
  return { heading: "Input logged in a second, lines of 100 bytes", subject: (label) => label, rows };
}

/** The same in lines a second. The bytes have said already which is better and how far samples spread. */
function lineGroup(ledger: Ledger): Group {
  const rows = RATES.map(([label, measure]): Row => ({
    label,
    show: lines,
    value: (logger) => {
      const megabytes = medianOf(ledger.values(measure, logger, LINE_BYTES));
      return megabytes === undefined ? undefined : megabytes * 1e6 / LINE_BYTES;
    },
    moreIsBetter: true,
    repeats: true,
  }));
  return { heading: "The same in lines", subject: (label) => label, rows };
}

function processorGroup(ledger: Ledger): Group {
  const rows = RATES.map(([label, measure]) =>
    rowOf(ledger, label, `CPU of ${measure}`, LINE_BYTES, seconds)
  );
  return {
    heading: "Processor time of the logger for 1 GB of them",
    subject: (label) => `processor time, ${label}`,
    rows,
  };
}

function lengthGroup(ledger: Ledger): Group {
  const rows = ledger.scales("lengths MB/s").map((bytes) =>
    rowOf(ledger, bytes.toLocaleString("en-US"), "lengths MB/s", bytes, rate, true)
  );
  return {
    heading: "Input logged in a second with `-tt`, by bytes of a line",
    subject: (label) => `lines of ${label}`,
    rows,
  };
}

function latencyGroup(ledger: Ledger): Group {
  const samples = (logger: LoggerId) => ledger.values("latency ms", logger, 1);
  const rows = ([["median", 0.5], ["99 of 100 within", 0.99]] as const).map(([label, part]): Row => ({
    label,
    show: latency,
    value: (logger) => samples(logger).length === 0 ? undefined : percentile(samples(logger), part),
    ...(part === 0.5 ? { samples } : {}),
  }));
  return {
    heading: "From the write of a line until `current` has it",
    subject: (label) => `latency, ${label}`,
    rows,
  };
}

function memoryGroup(ledger: Ledger): Group {
  const rows = ledger.scales("memory kB").map((megabytes) =>
    rowOf(ledger, `after ${megabytes / 1000} GB`, "memory kB", megabytes, size)
  );
  return { heading: "Memory of one logger (PSS)", subject: (label) => `memory of one logger ${label}`, rows };
}

const TREE_ROWS: readonly (readonly [label: string, measure: TreeMeasure, show: Show])[] = [
  ["memory of the logging side (sum of PSS)", "memory kB", size],
  ["processor time of the logging side", "CPU s", seconds],
  ["processes of the logging side", "processes", count],
  ["memory of the supervisors", "supervisors kB", size],
  ["processor time of the supervisors", "supervisors CPU s", seconds],
];

function treeGroups(ledger: Ledger, layout: Layout, heading: (services: string) => string): Group[] {
  return ledger.scales(`${layout} memory kB`).map((services) => ({
    heading: heading(services.toLocaleString("en-US")),
    subject: (label) => `${services.toLocaleString("en-US")} services, ${layout}: ${label}`,
    rows: [
      ...TREE_ROWS.map(([label, measure, show]) =>
        rowOf(ledger, label, `${layout} ${measure}`, services, show)
      ),
      rowOf(ledger, "lines logged in a second", `${layout} lines/s`, services, lines, true),
      ...(layout === "fleet" ? [] : sharedRows(ledger, services)),
    ],
  }));
}

function sharedRows(ledger: Ledger, services: number): Row[] {
  const memory = (logger: LoggerId) => medianOf(ledger.values("unmodified memory kB", logger, services));
  return [
    rowOf(ledger, "memory of the shared loggers", "unmodified loggers kB", services, size),
    rowOf(ledger, "memory of the stand-ins", "unmodified stand-ins kB", services, size),
    {
      label: "memory of the logging side, for each",
      show: size,
      value: (logger) => {
        const kb = memory(logger);
        return kb === undefined ? undefined : kb / services;
      },
      repeats: true,
    },
  ];
}

function rowOf(
  ledger: Ledger,
  label: string,
  measure: Measure,
  scale: number,
  show: Show,
  moreIsBetter = false,
): Row {
  const samples = (logger: LoggerId) => ledger.values(measure, logger, scale);
  return { label, show, samples, value: (logger) => medianOf(samples(logger)), moreIsBetter };
}

function writerNotes(ledger: Ledger): string[] {
  const alone = medianOf(ledger.values("none MB/s", "writer", LINE_BYTES));
  const inLines = medianOf(ledger.values("line a write MB/s", "writer", LINE_BYTES));
  return [
    ...(alone === undefined ? [] : [`the writer alone, into \`cat >/dev/null\`: ${rate(alone)}`]),
    ...(inLines === undefined ? [] : [`the same with a write for each line: ${rate(inLines)}`]),
  ];
}

function seconds(value: number): string {
  return duration(value * 1000);
}

/** A latency in microseconds or milliseconds, because most are far below a millisecond. */
function latency(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : duration(ms);
}

function lines(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

const COLOURS: Record<LoggerId, string> = {
  "denit-compiled": "#0550ae",
  "denit-script": "#0969da",
  "denit-before": "#57606a",
  svlogd: "#bc4c00",
  "s6-log": "#6e40c9",
};

/** The plot: throughput over the length of lines, in bytes and in lines. */
export function drawing(ledger: Ledger, loggers: readonly LoggerId[]): string {
  const panel = (title: string, show: Show, value: (megabytes: number, bytes: number) => number): Panel => ({
    title,
    xTitle: "bytes of a line",
    show,
    series: loggers.map((logger) => ({
      name: LOGGERS[logger].label,
      colour: COLOURS[logger],
      dashed: logger === "denit-script",
      points: ledger.scales("lengths MB/s").flatMap((bytes) => {
        const megabytes = medianOf(ledger.values("lengths MB/s", logger, bytes));
        return megabytes === undefined ? [] : [[bytes, value(megabytes, bytes)] as const];
      }),
    })),
  });
  return plot([
    panel("Input logged in a second, with -tt", rate, (megabytes) => megabytes),
    panel("Lines logged in a second, with -tt", lines, (megabytes, bytes) => megabytes * 1e6 / bytes),
  ]);
}
