/**
 * getty of BusyBox: opens a terminal, asks for a login name, becomes login.
 *
 * It differs from BusyBox on purpose in what the end of the help lists.
 */
import { STDERR } from "../posix/descriptor.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { runGetty } from "../getty/host.ts";
import { readGettyOptions } from "../getty/options.ts";
import { GETTY } from "../getty/permissions.ts";
import { print } from "../runtime/report.ts";

/** Exit code of BusyBox for wrong usage. */
const USAGE_CODE = 1;

/** The applet of `denit getty`. */
export const getty: Applet = {
  synopsis: "[options] baud[,baud ...] tty [termtype]",
  help: `\
Opens TTY, asks for a login name, and becomes login with it. BAUD and TTY may
be swapped. A BAUD of 0 leaves the speed as it is. If there are several, each
break that is received leads to the next. TTY without a slash is in /dev; - is
standard input. TERMTYPE becomes TERM.

  -h          use flow control by RTS and CTS
  -L          the line is local: ignore Carrier Detect
  -m          take the first number that the modem says as the speed
  -n          do not ask for a name; login will
  -w          wait for CR or LF before printing anything
  -i          do not print the issue
  -f ISSUE    print this file instead of /etc/issue
  -l LOGIN    become this program, looked for in PATH, instead of /bin/login
  -t SEC      exit if there is no name after that time
  -I TEXT     send this first; \\015 and the like are read as printf does
  -H HOST     the host for utmp

In the issue, \\ or % and a letter stand for: s S system, n h node name, r
release, v version, m machine, D o O domain, d date, t time, l terminal.

A name has at most 127 bytes. BS and DEL delete the last one, Ctrl-U all;
Ctrl-C and Ctrl-D exit. login gets "-- NAME", descriptors 0 to 2 and no others,
and no signal ignored or blocked.

Exit codes: 0 no name; 1 an error, after ten seconds; else that of login.

Differs from BusyBox on purpose:
  - It opens no socket: errors go to the terminal and to where standard error
    went before, the supervisor's log, and not to syslog.
  - If TTY is no terminal, it keeps its owner and mode.
  - -t also ends it on a terminal that takes no output.
  - If the terminal hangs up while HUP is ignored, it exits 0 at once.
  - It closes all descriptors from 3 on, and leaves no signal ignored.
  - In a list of rates, 0 leaves the speed at a break, too; BusyBox hangs up.
  - A backslash at the end of the issue prints nothing.`,
  scopes: [GETTY],
  run: (invocation) => run(invocation),
};

function run({ argv0, kernel, args }: Invocation): Outcome {
  const request = readGettyOptions(args);
  if (request.kind === "options") return runGetty(kernel, request.options);
  const complaint = request.complaint === undefined ? "" : `getty: ${request.complaint}\n`;
  print(kernel, STDERR, `${complaint}${request.usage ? usageText(argv0, getty) : ""}`);
  return exit(USAGE_CODE);
}
