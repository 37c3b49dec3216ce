/** All scenarios, the slow ones first so that the lanes end together. */
import type { Scenario } from "../scenario.ts";
import { BYTE_SCENARIOS } from "./bytes.ts";
import { FILE_SCENARIOS } from "./files.ts";
import { FINISH_SCENARIOS } from "./finish.ts";
import { HOOK_SCENARIOS } from "./hooks.ts";
import { LEAVING_SCENARIOS } from "./leaving.ts";
import { LOG_SCENARIOS } from "./log.ts";

export const SCENARIOS: readonly Scenario[] = [
  ...BYTE_SCENARIOS,
  ...FINISH_SCENARIOS,
  ...HOOK_SCENARIOS,
  ...FILE_SCENARIOS,
  ...LOG_SCENARIOS,
  ...LEAVING_SCENARIOS,
];
