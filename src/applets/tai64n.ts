import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runTai64n, runTai64nlocal } from "../reading/host/filters.ts";
import { CONVERTING, STAMPING } from "../reading/permissions.ts";

/** tai64n(8) of daemontools. */
export const tai64n: Applet = {
  synopsis: "",
  help: `\
Copies standard input to standard output and puts in front of every line the
time at which its first character was read: @, a TAI64N label of 24 hexadecimal
digits, and a space. logs and tai64nlocal read it.

Exit codes: 0 at the end of input; 111, without a message, for what fails.`,
  scopes: [STAMPING],
  run: ({ kernel }) => exit(runTai64n(kernel)),
};

/** tai64nlocal(8) of daemontools. */
export const tai64nlocal: Applet = {
  synopsis: "",
  help: `\
Copies standard input to standard output. Where a line begins with @ and a
TAI64N label, that becomes the local time: 2026-03-12 20:53:40.169290123

Environment:
  TZ           the time zone; by default that of /etc/localtime

Exit codes: 0 at the end of input; 111, without a message, for what fails.

Differs from daemontools on purpose: a line whose label is beyond any calendar
stays as it is (there the program ends with a segmentation fault).`,
  scopes: [CONVERTING],
  run: ({ kernel }) => exit(runTai64nlocal(kernel)),
};
