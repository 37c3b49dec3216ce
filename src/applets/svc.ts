import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runSvc } from "../control/host/daemontools.ts";
import { asking, naming } from "../control/permissions.ts";

const HELP = `\
Writes one control byte a letter to the supervisor of each service DIR, in the
order typed, each letter once:
  -u up          start it if it is down, and again whenever it ends
  -d down        TERM and CONT; do not start it again
  -o once        start it if it is down; do not start it again
  -x exit        as down, and its supervisor leaves then
  -p -c          pause with STOP; continue with CONT
  -h -a -i -t -k HUP ALRM INT TERM KILL
  -q -1 -2       QUIT USR1 USR2

A DIR with / or . in front, or / behind, is a path. Any other is the one in
SVDIR if that is set; else the one here, if it is supervised; else the one in
the first that exists of /var/service, /etc/service and /service.

Exit codes: 0 all were told, 1 some were not (a warning says which), 100 wrong
usage: an unknown letter, or none.

Differs from daemontools on purpose: exit code 1, bare names, -q -1 -2, and a
supervisor that does not read its commands is a warning, not a wait for ever.
`;

/** svc(8) of daemontools. */
export const svc: Applet = {
  synopsis: "-udopchaitkx12q DIR...",
  help: HELP,
  scopes: [asking, naming],
  run: ({ kernel, args }) => exit(runSvc(kernel, args)),
};
