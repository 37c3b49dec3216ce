/** The scenarios of svlogd. */
import type { Scenario } from "../../scenario.ts";
import { BASIC_SCENARIOS } from "./basics.ts";
import { CONFIG_SCENARIOS } from "./config.ts";
import { DATAGRAM_SCENARIOS } from "./datagrams.ts";
import { DIRECTORY_SCENARIOS } from "./directories.ts";
import { DISK_SCENARIOS } from "./disk.ts";
import { LINE_SCENARIOS } from "./lines.ts";
import { OPTION_SCENARIOS } from "./options.ts";
import { PROCESSOR_SCENARIOS } from "./processors.ts";
import { RECOVERY_SCENARIOS } from "./recovery.ts";
import { SIGNAL_SCENARIOS } from "./signals.ts";
import { SIZE_SCENARIOS } from "./sizes.ts";

/** All scenarios of svlogd. */
export const SVLOGD_SCENARIOS: readonly Scenario[] = [
  ...DISK_SCENARIOS,
  ...DATAGRAM_SCENARIOS,
  ...RECOVERY_SCENARIOS,
  ...SIGNAL_SCENARIOS,
  ...PROCESSOR_SCENARIOS,
  ...DIRECTORY_SCENARIOS,
  ...BASIC_SCENARIOS,
  ...OPTION_SCENARIOS,
  ...CONFIG_SCENARIOS,
  ...LINE_SCENARIOS,
  ...SIZE_SCENARIOS,
];
