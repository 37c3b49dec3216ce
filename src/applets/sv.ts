import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { versionText } from "../cli/usage.ts";
import { runSv } from "../control/host.ts";
import { asking, naming, waiting } from "../control/permissions.ts";

const HELP = `\
A SERVICE is a name in the services directory (web, or web/log for its logger).
With / or . in front, or / behind, it is a path.

Commands that ask, and return at once:
  status         state, pid, age in seconds and what is unusual; also of the
                 logger. Any other word that begins with s means this too.
Commands that tell, and return at once unless -v is given. The first letter
is enough:
  up             start it if it is down, and again whenever it ends
  down           TERM and CONT; do not start it again
  once           start it if it is down; do not start it again
  pause cont     STOP; CONT
  hup alarm interrupt quit 1 2 term kill
                 send HUP ALRM INT QUIT USR1 USR2 TERM KILL
  exit           as down, and its runsv leaves then (also x)
Commands that tell and wait until it is so, 7 seconds at most:
  start stop     as up and down
  restart        TERM CONT, then up
  try-restart    TERM CONT; a service that is down stays down
  reload         as hup
  shutdown       as exit
  check          nothing is sent; ./check is asked if the service runs
  force-stop force-reload force-restart force-shutdown (also D T X E)
                 as stop try-restart restart shutdown, then kill what is late

A service that was started is up when its ./check, if there is one, exits 0.
It runs in the service directory, and again every 0.42 s until it does.

Options:
  -v             wait and report for every command that tells
  -w SEC         wait SEC seconds; implies -v
  -V             print the version and the usage

Environment:
  SVDIR          the services directory; by default the first that exists of
                 /var/service, /etc/service and /service
  SVWAIT         seconds to wait instead of 7; -w goes before it

Exit codes: the number of services that failed, timed out or were killed, 99
at most; 100 for wrong usage.

Called as /etc/init.d/NAME (a link), sv [-w SEC] COMMAND is for service NAME
and exits 0 done, 1 failed, 2 wrong usage; status exits 0 running, 3 down,
4 unknown.

Differs from runit on purpose:
  - An answer comes when the state changes, not at the next 0.42 s. Time is
    taken from a clock that is never set.
  - restart, once, term and kill are done when there is another process than
    before, however young; start is not done while the old process, with TERM
    sent, still runs; stop is not done while the service wants up.
  - ./check that cannot be run, or that a signal ends, has failed; the first
    is said on standard error. What it prints goes to /dev/null.
  - A logger without a runsv is reported in the same line, and has no say in
    the exit code of an init script.
  - A name with / behind is the same directory for sending and for waiting.
`;

/** sv(8). */
export const sv: Applet = {
  synopsis: "[-v] [-w SEC] COMMAND SERVICE...",
  help: HELP,
  scopes: [asking, naming, waiting],
  run: (invocation) => run(invocation, false),
};

/** sv(8) as a link in /etc/init.d: `invocation.name` is the service. */
export const lsb: Applet = {
  ...sv,
  run: (invocation) => run(invocation, true),
};

function run({ kernel, name, args }: Invocation, lsb: boolean): Outcome {
  return exit(runSv(kernel, { name, args, lsb, version: versionText("sv").trimEnd() }));
}
