import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runSvok } from "../control/host/daemontools.ts";
import { asking, naming } from "../control/permissions.ts";

const HELP = `\
Tells by its exit code whether the service DIR has a supervisor. Never waits.

A DIR with / or . in front, or / behind, is a path. Any other is the one in
SVDIR if that is set; else the one here, if it is supervised; else the one in
the first that exists of /var/service, /etc/service and /service.

Exit codes: 0 it has one; 100 it has none, or wrong usage; 111 there is no
such directory, or it cannot be looked into.

Differs from daemontools on purpose: bare names.
`;

/** svok(8) of daemontools. */
export const svok: Applet = {
  synopsis: "DIR",
  help: HELP,
  scopes: [asking, naming],
  run: ({ kernel, args }) => exit(runSvok(kernel, args)),
};
