import { readEnvuidgid, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** envuidgid(8) of daemontools. */
export const envuidgid = launcher({
  synopsis: SYNOPSES.envuidgid,
  help: `\
UID and GID in the environment become those of ACCOUNT.

Exit codes: 100 usage, 111 anything that could not be done, else that of CHILD.`,
  steps: ["account variables"],
  read: readEnvuidgid,
});
