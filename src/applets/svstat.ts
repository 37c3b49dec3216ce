import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runSvstat } from "../control/host/daemontools.ts";
import { asking, naming } from "../control/permissions.ts";

const HELP = `\
Prints a line for each service DIR: up (with the pid) or down, for how many
seconds, and what is unusual: normally down, normally up, paused, want up,
want down. A running ./finish is up too. Or it prints why that cannot be told.

A DIR with / or . in front, or / behind, is a path. Any other is the one in
SVDIR if that is set; else the one here, if it is supervised; else the one in
the first that exists of /var/service, /etc/service and /service.

Exit code: 0.

Differs from daemontools on purpose: bare names.
`;

/** svstat(8) of daemontools. */
export const svstat: Applet = {
  synopsis: "DIR...",
  help: HELP,
  scopes: [asking, naming],
  run: ({ kernel, args }) => exit(runSvstat(kernel, args)),
};
