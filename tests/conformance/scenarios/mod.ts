/** All scenarios. */
import type { Scenario } from "../scenario.ts";
import { BYTE_SCENARIOS } from "./bytes.ts";
import { CLIENT_SCENARIOS } from "./clients.ts";
import { FILE_SCENARIOS } from "./files.ts";
import { FINISH_SCENARIOS } from "./finish.ts";
import { HOOK_SCENARIOS } from "./hooks.ts";
import { LAUNCH_SCENARIOS } from "./launch.ts";
import { LEAVING_SCENARIOS } from "./leaving.ts";
import { LOG_SCENARIOS } from "./log.ts";
import { ONE_SHOT_SCENARIOS, PACING_SCENARIOS } from "./pacing.ts";
import { RUNSVDIR_SCENARIOS } from "./runsvdir.ts";
import { STARTING_SCENARIOS } from "./starting.ts";
import { SV_SCENARIOS } from "./sv.ts";
import { SVLOGD_SCENARIOS } from "./svlogd/mod.ts";

/** All scenarios. The slow ones come first, so that the lanes end together. */
export const SCENARIOS: readonly Scenario[] = [
  ...RUNSVDIR_SCENARIOS,
  ...SV_SCENARIOS,
  ...CLIENT_SCENARIOS,
  ...PACING_SCENARIOS,
  ...ONE_SHOT_SCENARIOS,
  ...STARTING_SCENARIOS,
  ...BYTE_SCENARIOS,
  ...FINISH_SCENARIOS,
  ...HOOK_SCENARIOS,
  ...FILE_SCENARIOS,
  ...LOG_SCENARIOS,
  ...LEAVING_SCENARIOS,
  ...LAUNCH_SCENARIOS,
  ...SVLOGD_SCENARIOS,
];
