/** setlock(8) of daemontools: runs a program with a file locked. */
import { readSetlock, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** setlock(8) of daemontools. */
export const setlock = launcher({
  synopsis: SYNOPSES.setlock,
  help: `\
Locks FILE and becomes PROGRAM. FILE is made if it is missing. The lock is held
until PROGRAM and all processes that inherited the descriptor have ended.

  -n  if another process has the lock, do not wait
  -N  wait (the default)
  -x  if FILE cannot be locked, do nothing and exit 0
  -X  say so and exit 111 (the default)

Exit codes: 100 usage, 111 something could not be done, else that of PROGRAM.

This is daemontools' setlock. In runit's chpst under this name, -n and -N are
exchanged.`,
  steps: ["lock"],
  read: readSetlock,
});
