/** svstat(8) of daemontools: prints a line for each service. */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runSvstat } from "../control/host/daemontools.ts";
import { asking, naming } from "../control/permissions.ts";

const HELP = `\
Prints a line for each service DIR: up (with the pid) or down, for how many
seconds, and anything unusual: normally down, normally up, paused, want up, want
down. While ./finish runs, the service is up, too. If the state is not known,
the line says why.

If DIR begins with / or . or ends with /, it is a path. Otherwise svstat looks
for this name in SVDIR if that is set; else here, if such a service is
supervised; else in the first that exists of /var/service, /etc/service and
/service.

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
