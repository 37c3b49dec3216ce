/**
 * multilog(8) of daemontools: lines of standard input to logs, status files and standard error, as a script says.
 *
 * Differs from daemontools on purpose: a log is over with the first line that ends within 2000 bytes of its size, where
 * daemontools, which writes in pieces, may take a few lines more; HUP, INT and QUIT close the logs before they end it;
 * what a killed multilog had read from a pipe is not lost; when a directory or file cannot be opened, the logs that were
 * are closed; a missing `state` or `current` and an old log that cannot be removed hold up no lines; a status file is
 * written once for all lines that are read at once; signals are heard, and other logs closed, during a pause.
 */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runMultilog } from "../logging/host.ts";
import { parseScript } from "../logging/multilog.ts";
import { LOGGING, MULTILOG } from "../logging/permissions.ts";

export const multilog: Applet = {
  synopsis: "[t] [action ...]",
  help: `\
Carries the actions out in order for each line of standard input.

  t        first action only: stamp lines with TAI64N
  -P  +P   deselect, select lines that match P; stamps are part of them
  DIR      begins with . or /: append selected lines to the log in DIR
  sN       logs of the DIRs behind it have N bytes (99999; 4096 to 16777215)
  nN       and are so many, current included (10; 2 at least)
  !CMD     and are processed by CMD: log on 0, result on 1, memory on 4 and 5
  =FILE    make FILE the first 1000 bytes of the last selected line
  e        print the first 200 bytes of selected lines on standard error

Others are ignored. In P a * stands for any bytes but the one behind it, and
at the end for all; nothing else is special.

TERM ends after the line that has begun, ALRM rotates logs that are not empty.
Exit codes: 0; 111 when a DIR or FILE cannot be opened, and nothing was read.

Differs from daemontools on purpose: logs end with the first line that comes
within 2000 bytes of their size; HUP and INT close the logs; see the manual.`,
  scopes: [LOGGING, MULTILOG],
  run: ({ kernel, args }) => exit(runMultilog(kernel, parseScript(args))),
};
