/**
 * multilog(8) of daemontools: lines of standard input to logs, status files and standard error, as a script says.
 *
 * Differs from daemontools on purpose. A log is over with the first line that ends within 2000 bytes of its size;
 * daemontools writes in pieces and may take a few lines more. HUP, INT and QUIT close the logs before they end multilog.
 * Lines that a killed multilog had read from a pipe are not lost. When a directory or file cannot be opened, the logs
 * that are open are closed. A missing `state` or `current`, or an old log that cannot be removed, holds up no lines. A
 * status file is written once for all lines that are read at once. During a pause multilog hears signals, and closes
 * other logs.
 */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runMultilog } from "../logging/host.ts";
import { parseScript } from "../logging/multilog.ts";
import { LOGGING, MULTILOG_SCOPE } from "../logging/permissions.ts";

/** multilog(8). */
export const multilog: Applet = {
  synopsis: "[t] [action ...]",
  help: `\
Carries out the actions, in order, for each line of standard input.

  t        first action only: stamp lines with TAI64N
  -P  +P   deselect, select lines that match P; stamps are part of the line
  DIR      begins with . or /: append selected lines to the log in DIR
  sN       limit logs of the DIRs that follow to N bytes (99999; 4096 to
           16777215)
  nN       keep N logs in each of them, current included (10; 2 at least)
  !CMD     process their logs with CMD: log on 0, result on 1, memory on 4 and 5
  =FILE    put the first 1000 bytes of the last selected line into FILE
  e        print the first 200 bytes of selected lines on standard error

Other words are ignored. In P, * stands for any bytes up to the next character
of P, and at the end for anything; no other character is special.

TERM ends after an unfinished line; ALRM rotates logs that are not empty.
Exit codes: 0; 111 a DIR or FILE cannot be opened, and nothing was read.

Differs from daemontools on purpose: logs end with the first line that comes
within 2000 bytes of their size; HUP and INT close the logs; see the manual.`,
  scopes: [LOGGING, MULTILOG_SCOPE],
  run: ({ kernel, args }) => exit(runMultilog(kernel, parseScript(args))),
};
