/** setuidgid(8) of daemontools: runs a program as another user. */
import { readSetuidgid, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** setuidgid(8) of daemontools. */
export const setuidgid = launcher({
  synopsis: SYNOPSES.setuidgid,
  help: `\
Runs CHILD as the user ACCOUNT, in that user's group and in no other. setuidgid
looks for ACCOUNT in /etc/passwd, then where libc looks.

Exit codes: 100 usage, 111 something could not be done, else that of CHILD.`,
  steps: ["account"],
  read: readSetuidgid,
});
