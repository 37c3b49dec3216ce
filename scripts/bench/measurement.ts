/** The items and measures of the benchmark of supervision. */

import type { Ledger as LedgerOf, Samples as SamplesOf } from "./ledger.ts";
import type { DenitId, SystemId } from "./systems.ts";

/** The items that a run may measure. */
export const ITEMS = ["up", "restart", "notice", "stop", "sv-stop", "status", "idle"] as const;
/** One of ITEMS. */
export type Item = typeof ITEMS[number];

/** The floor of `status`: a program of the same form that does nothing. */
export type Empty = "empty-compiled" | "empty-script" | "empty-before";
/** The empty program of each form of denit. */
export const EMPTY_OF: { readonly [denit in DenitId]: Empty } = {
  "denit-compiled": "empty-compiled",
  "denit-script": "empty-script",
  "denit-before": "empty-before",
};

/** A system, or the empty program of a form. */
export type Contender = SystemId | Empty;

/** The measures. Every one is a cost, so less is better. */
export type Measure =
  | "up ms"
  | "memory kB"
  | "supervising processes"
  | "restart ms"
  | "notice ms"
  | "stop ms"
  | "young stop ms"
  | "sv-stop ms"
  | "status ms"
  | "idle system calls"
  | "idle ticks"
  | "idle context switches";

/** Samples of supervision. */
export type Samples = SamplesOf<Measure, Contender>;
/** All samples of supervision. */
export type Ledger = LedgerOf<Measure, Contender>;
