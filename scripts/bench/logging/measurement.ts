/** The items and measures of the benchmark of logging. */

import type { Ledger as LedgerOf, Samples as SamplesOf } from "../ledger.ts";
import type { LoggerId, Stamp } from "./contenders.ts";

/** The items that a run may measure. */
export const ITEMS = [
  "throughput",
  "writes",
  "patterns",
  "lengths",
  "latency",
  "memory",
  "fleet",
  "unmodified",
] as const;
/** One of ITEMS. */
export type Item = typeof ITEMS[number];

/** Rates: MB/s are millions of bytes of input a second. The scale of all rates is the bytes of a line. */
export type Rate =
  | `${Stamp} MB/s`
  | "large buffer MB/s"
  | "line a write MB/s"
  | "patterns MB/s"
  | "lengths MB/s";

/** Measures of a tree of services with their logs. The scale is the number of services. */
export const TREE_MEASURES = [
  "memory kB",
  "processes",
  "CPU s",
  "supervisors kB",
  "supervisors CPU s",
  "lines/s",
] as const;
/** One of TREE_MEASURES. */
export type TreeMeasure = typeof TREE_MEASURES[number];

/** Everything that is measured. */
export type Measure =
  | Rate
  /** The logger's processor time for a thousand million bytes, in seconds. */
  | `CPU of ${Rate}`
  /** The time from the write of a line until the file has it. */
  | "latency ms"
  /** The memory of one logger. The scale is millions of bytes logged. */
  | "memory kB"
  | `fleet ${TreeMeasure}`
  | `unmodified ${TreeMeasure}`
  /** The memory of stand-ins: the processes on the logging side that keep the pid of an svlogd. */
  | "unmodified stand-ins kB"
  | "unmodified loggers kB";

/** A logger, or the writer alone with `cat` as its logger. */
export type Contender = LoggerId | "writer";

/** Samples of logging. */
export type Samples = SamplesOf<Measure, Contender>;
/** All samples of logging. */
export type Ledger = LedgerOf<Measure, Contender>;
