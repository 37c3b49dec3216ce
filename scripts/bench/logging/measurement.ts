/** What is measured of logging. */

import type { Ledger as LedgerOf, Samples as SamplesOf } from "../ledger.ts";
import type { LoggerId, Stamp } from "./contenders.ts";

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
export type Item = typeof ITEMS[number];

/** MB/s are of input, in millions of bytes; the scale of all rates is the bytes of a line. */
export type Rate =
  | `${Stamp} MB/s`
  | "large buffer MB/s"
  | "line a write MB/s"
  | "patterns MB/s"
  | "lengths MB/s";

/** Of a tree of services with their logs; the scale is the number of services. */
export const TREE_MEASURES = [
  "memory kB",
  "processes",
  "CPU s",
  "supervisors kB",
  "supervisors CPU s",
  "lines/s",
] as const;
export type TreeMeasure = typeof TREE_MEASURES[number];

export type Measure =
  | Rate
  /** The logger's processor time for a thousand million bytes, in seconds. */
  | `CPU of ${Rate}`
  /** From the write of a line until the file has it. */
  | "latency ms"
  /** One logger's; the scale is millions of bytes logged. */
  | "memory kB"
  | `fleet ${TreeMeasure}`
  | `unmodified ${TreeMeasure}`
  /** What of the logging side is no svlogd: the processes that keep its pid. */
  | "unmodified stand-ins kB"
  | "unmodified loggers kB";

/** The writer alone, with `cat` for a logger. */
export type Contender = LoggerId | "writer";

export type Samples = SamplesOf<Measure, Contender>;
export type Ledger = LedgerOf<Measure, Contender>;
