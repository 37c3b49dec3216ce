/** What is measured of supervision. */

import type { Ledger as LedgerOf, Samples as SamplesOf } from "./ledger.ts";
import type { DenitId, SystemId } from "./systems.ts";

export const ITEMS = ["up", "restart", "notice", "stop", "sv-stop", "status", "idle"] as const;
export type Item = typeof ITEMS[number];

/** The floor of `status`: a program of the same form that does nothing. */
export type Empty = "empty-compiled" | "empty-script" | "empty-before";
export const EMPTY_OF: { readonly [denit in DenitId]: Empty } = {
  "denit-compiled": "empty-compiled",
  "denit-script": "empty-script",
  "denit-before": "empty-before",
};

export type Contender = SystemId | Empty;

/** Every measure is a cost: less is better. */
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

export type Samples = SamplesOf<Measure, Contender>;
export type Ledger = LedgerOf<Measure, Contender>;
