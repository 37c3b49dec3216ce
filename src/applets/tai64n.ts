/** tai64n(8) and tai64nlocal(8) of daemontools: labels in front of lines, and labels as local time. */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runTai64n, runTai64nlocal } from "../reading/host/filters.ts";
import { CONVERTING, STAMPING } from "../reading/permissions.ts";

/** tai64n(8) of daemontools. */
export const tai64n: Applet = {
  synopsis: "",
  help: `\
Copies standard input to standard output. In front of every line it puts the
time at which it read the first character: @, a TAI64N label of 24 hexadecimal
digits, and a space. logs and tai64nlocal understand it.

Exit codes: 0 the input has ended; 111, without a message, something failed.`,
  scopes: [STAMPING],
  run: ({ kernel }) => exit(runTai64n(kernel)),
};

/** tai64nlocal(8) of daemontools. */
export const tai64nlocal: Applet = {
  synopsis: "",
  help: `\
Copies standard input to standard output. If a line begins with @ and a TAI64N
label, it prints the local time instead: 2026-03-12 20:53:40.169290123

Environment:
  TZ           the time zone; by default that of /etc/localtime

Exit codes: 0 the input has ended; 111, without a message, something failed.

Differs from daemontools on purpose: if a label is beyond any calendar, the line
stays as it is (daemontools' program ends with a segmentation fault).`,
  scopes: [CONVERTING],
  run: ({ kernel }) => exit(runTai64nlocal(kernel)),
};
