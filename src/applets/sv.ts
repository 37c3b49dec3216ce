/** sv(8): asks supervisors, sends them commands, and waits for what comes of these. */
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { versionText } from "../cli/usage.ts";
import { runSv } from "../control/host.ts";
import { asking, naming, waiting } from "../control/permissions.ts";

const HELP = `\
A SERVICE is a name in the services directory (web, or web/log for its logger).
If it begins with / or . or ends with /, it is a path.

Commands that ask, and return at once:
  status         print state, pid, age in seconds and anything unusual, also of
                 the logger. Any other word that begins with s means this, too.
Commands that tell, and return at once unless -v or -w is given. The first
letter is enough:
  up             start it if it is down, and again whenever it ends
  down           send TERM and CONT; do not start it again
  once           start it if it is down; do not start it again
  pause cont     send STOP; send CONT
  hup alarm interrupt quit 1 2 term kill
                 send HUP ALRM INT QUIT USR1 USR2 TERM KILL
  exit           as down; then its runsv leaves (also x)
Commands that tell, and wait until it is done, 7 seconds at most:
  start stop     as up and down
  restart        send TERM and CONT, then up
  try-restart    send TERM and CONT; a service that is down stays down
  reload         as hup
  shutdown       as exit
  check          send nothing; wait until it is down, or ./check succeeds
  force-stop force-reload force-restart force-shutdown (also D T X E)
                 as stop try-restart restart shutdown; kill what is late

If a service has a ./check, it counts as up only when ./check exits 0. sv runs
it in the service directory, and again every 0.42 s until it succeeds.

Options:
  -v             wait and report for every command that tells
  -w SEC         wait SEC seconds; implies -v
  -V             print the version and the usage

Environment:
  SVDIR          the services directory; by default the first that exists of
                 /var/service, /etc/service and /service
  SVWAIT         seconds to wait instead of 7; -w overrides it

Exit codes: the number of services that failed, timed out or were killed, 99
at most; 100 for wrong usage.

Called as /etc/init.d/NAME (a link), sv [-w SEC] COMMAND is for service NAME.
It exits 0 done, 1 failed, 2 wrong usage; status exits 0 running, 1 no runsv,
3 down, 4 unknown.

Differs from runit on purpose:
  - It answers when the state changes, not at the next 0.42 s. It takes the time
    from a clock that is never set.
  - restart, once, term and kill are done when there is another process than
    before, however young. start is not done while the old process still runs
    after TERM. stop is not done while the service wants up.
  - If ./check cannot be run, or a signal ends it, it has failed; the first is
    said on standard error. What it prints goes to /dev/null.
  - If a logger has no runsv, the same line says so. The logger has no say in
    the exit code of an init script.
  - A name that ends with / is the same directory for sending and for waiting.
`;

/** sv(8). */
export const sv: Applet = {
  synopsis: "[-v] [-w SEC] COMMAND SERVICE...",
  help: HELP,
  scopes: [asking, naming, waiting],
  run: (invocation) => run(invocation, false),
};

/** sv(8) as an LSB init script, a link in /etc/init.d: `invocation.name` is the service. */
export const lsb: Applet = {
  ...sv,
  run: (invocation) => run(invocation, true),
};

function run({ kernel, name, args }: Invocation, lsb: boolean): Outcome {
  return exit(runSv(kernel, { name, args, lsb, version: versionText("sv").trimEnd() }));
}
