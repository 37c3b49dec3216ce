/** fghack(8) of daemontools: stays until a program and what it left in the background are over. */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { SYNOPSES } from "../launch/daemontools.ts";
import { runFghack } from "../launch/host.ts";
import { FGHACK } from "../launch/permissions.ts";

/** fghack(8) of daemontools. */
export const fghack: Applet = {
  synopsis: SYNOPSES.fghack,
  help: `\
Starts CHILD with many copies of one end of a pipe. Exits when all copies are
closed, because CHILD and all that it put into the background have ended.

Exit codes: 100 usage; 111 CHILD could not be executed, or a signal ended it;
else that of CHILD.`,
  scopes: [FGHACK],
  run: ({ kernel, args, inherited, program }) => exit(runFghack(kernel, args, inherited, program())),
};
