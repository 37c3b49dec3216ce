import { readSetlock, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** setlock(8) of daemontools. */
export const setlock = launcher({
  synopsis: SYNOPSES.setlock,
  help: `\
FILE is made if it is missing, and locked as long as PROGRAM, or a process that
has its descriptor from it, lives.

  -n  if another has it locked, do not wait
  -N  wait (the default)
  -x  if it cannot be locked, do nothing and exit 0
  -X  exit 111 then, with a message (the default)

Exit codes: 100 usage, 111 anything that could not be done, else that of
PROGRAM. As daemontools': in runit's chpst -n and -N are exchanged.`,
  steps: ["lock"],
  read: readSetlock,
});
