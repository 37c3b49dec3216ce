/** svc(8) of daemontools: sends control bytes to services. */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runSvc } from "../control/host/daemontools.ts";
import { asking, naming } from "../control/permissions.ts";

const HELP = `\
Writes one control byte for each letter to the supervisor of each service DIR,
in the order typed. A letter counts once. svc does not wait for the result.
  -u up          start it if it is down, and again whenever it ends
  -d down        send TERM and CONT; do not start it again
  -o once        start it if it is down; do not start it again
  -x exit        as down; then its supervisor leaves
  -p -c          pause: send STOP; continue: send CONT
  -h -a -i -t -k send HUP ALRM INT TERM KILL
  -q -1 -2       send QUIT USR1 USR2

If DIR begins with / or . or ends with /, it is a path. Otherwise svc looks for
this name in SVDIR if that is set; else here, if such a service is supervised;
else in the first that exists of /var/service, /etc/service and /service.

Exit codes: 0 all services were told; 1 some were not, and a warning says which;
100 wrong usage: an unknown letter, or none.

Differs from daemontools on purpose: exit code 1; bare names; -q -1 -2; if a
supervisor does not read its commands, svc prints a warning and does not wait.
`;

/** svc(8) of daemontools. */
export const svc: Applet = {
  synopsis: "-udopchaitkx12q DIR...",
  help: HELP,
  scopes: [asking, naming],
  run: ({ kernel, args }) => exit(runSvc(kernel, args)),
};
