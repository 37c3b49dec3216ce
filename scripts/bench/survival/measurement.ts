/** What is measured of supervisors that die. */

import type { Samples as SamplesOf } from "../ledger.ts";
import type { SystemId } from "../systems.ts";

export const SURVIVAL_ITEMS = ["return", "memory", "copies"] as const;
export type SurvivalItem = typeof SURVIVAL_ITEMS[number];

export type SurvivalMeasure =
  | "return ms"
  | "own kB"
  | "adopted kB"
  | "processes"
  | "unwanted starts"
  | "left behind";
export type Samples = SamplesOf<SurvivalMeasure, SystemId>;
