import { readSetuidgid, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** setuidgid(8) of daemontools. */
export const setuidgid = launcher({
  synopsis: SYNOPSES.setuidgid,
  help: `\
CHILD runs as the user ACCOUNT, in that user's group and no others. ACCOUNT is
looked for in /etc/passwd, then where libc looks.

Exit codes: 100 usage, 111 anything that could not be done, else that of CHILD.`,
  steps: ["account"],
  read: readSetuidgid,
});
