/** svok(8) of daemontools: tells by its exit code whether a service has a supervisor. */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runSvok } from "../control/host/daemontools.ts";
import { asking, naming } from "../control/permissions.ts";

const HELP = `\
Says by its exit code whether the service DIR has a supervisor. Never waits.

If DIR begins with / or . or ends with /, it is a path. Otherwise svok looks for
this name in SVDIR if that is set; else here, if such a service is supervised;
else in the first that exists of /var/service, /etc/service and /service.

Exit codes: 0 it has one; 100 it has none, or wrong usage; 111 the directory
does not exist or cannot be read.

Differs from daemontools on purpose: bare names.
`;

/** svok(8) of daemontools. */
export const svok: Applet = {
  synopsis: "DIR",
  help: HELP,
  scopes: [asking, naming],
  run: ({ kernel, args }) => exit(runSvok(kernel, args)),
};
