import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runReadproctitle } from "../launch/host.ts";
import { READPROCTITLE } from "../launch/permissions.ts";

/** readproctitle(8) of daemontools. */
export const readproctitle: Applet = {
  synopsis: "title ...",
  help: `\
What comes on standard input moves through the last argument from the right, and
can be seen there with ps: the longer the argument, the more of it. Its first
three bytes stay.

Exit codes: 0 at the end of input; 100 no argument, or one of fewer than five
bytes; 111 input cannot be read.`,
  scopes: [READPROCTITLE],
  run: ({ kernel, args }) => exit(runReadproctitle(kernel, args)),
};
