/** pgrphack(8) of daemontools: a session of its own for a program. */
import { readPgrphack, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** pgrphack(8) of daemontools. */
export const pgrphack = launcher({
  synopsis: SYNOPSES.pgrphack,
  help: `\
CHILD leads a new session and a new process group.

Exit codes: 100 usage, 111 CHILD could not be executed, else that of CHILD.`,
  steps: ["session"],
  read: readPgrphack,
});
