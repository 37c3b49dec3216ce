/** The items and measures of the benchmark of survival. */

import type { Samples as SamplesOf } from "../ledger.ts";
import type { SystemId } from "../systems.ts";

/** The items that a run may measure. */
export const SURVIVAL_ITEMS = ["return", "memory", "copies"] as const;
/** One of SURVIVAL_ITEMS. */
export type SurvivalItem = typeof SURVIVAL_ITEMS[number];

/** The measures. Every one is a cost, so less is better. */
export type SurvivalMeasure =
  | "return ms"
  | "own kB"
  | "adopted kB"
  | "processes"
  | "unwanted starts"
  | "left behind";
/** Samples of survival. */
export type Samples = SamplesOf<SurvivalMeasure, SystemId>;
