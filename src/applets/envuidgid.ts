/** envuidgid(8) of daemontools: the ids of an account as variables. */
import { readEnvuidgid, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** envuidgid(8) of daemontools. */
export const envuidgid = launcher({
  synopsis: SYNOPSES.envuidgid,
  help: `\
Sets UID and GID in the environment to the ids of ACCOUNT, and becomes CHILD.
The process keeps its own user and groups.

Exit codes: 100 usage, 111 something could not be done, else that of CHILD.`,
  steps: ["account variables"],
  read: readEnvuidgid,
});
