/** readproctitle(8) of daemontools: shows its input in the process list. */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runReadproctitle } from "../launch/host.ts";
import { READPROCTITLE } from "../launch/permissions.ts";

/** readproctitle(8) of daemontools. */
export const readproctitle: Applet = {
  synopsis: "title ...",
  help: `\
Shows what comes on standard input in its own last argument, where ps prints it.
New text comes in from the right; the longer the argument, the more you see. Its
first three bytes become dots and stay.

Exit codes: 0 the input has ended; 100 no argument, or the last has fewer than
five bytes; 111 the input cannot be read.`,
  scopes: [READPROCTITLE],
  run: ({ kernel, args }) => exit(runReadproctitle(kernel, args)),
};
