import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { print, printLine } from "../runtime/report.ts";
import { superviseOne } from "../supervision/host.ts";
import { SUPERVISE_VOICE } from "../supervision/voice.ts";
import { SUPERVISION } from "../supervision/permissions.ts";

export const runsv: Applet = {
  synopsis: "dir",
  help: `
runsv enters dir, starts ./run, and starts it again when it ends. If ./finish
can be opened it is run after each end, with the exit code (-1 for a signal) and
the low byte of the wait status. If ./down exists the service is not started
until it is asked for. If ./log is a directory, ./log/run is started first, and
a pipe connects the standard output of ./run and ./finish to its standard input.
Without ./log/run but with a ./log/config (svlogd's) the lines go to ./log/main.

Commands are bytes written to supervise/control: u d o x t k p c a h i q 1 2;
see sv --help. If ./control/X is executable it is run for the command X, and if
it succeeds the signal is not sent.

Signals: TERM is as the command x. HUP, INT and QUIT too; stock runsv dies of
them and leaves the service behind.

Exit codes: 0 told to exit; 1 usage; 111 the directory cannot be supervised.

Differs from runit on purpose: 'k' keeps the service until it has ended, so no
second copy is started and finish runs once; commands are heard during pauses;
a control/X killed by a signal has not handled its command; 'u' is refused when
the log service is closing; services start with every signal at its default.`,
  scopes: [SUPERVISION],
  run(invocation: Invocation): Outcome {
    const { args, argv0, kernel } = invocation;
    const [dir] = args;
    if (dir === undefined || args.length !== 1) {
      print(kernel, 2, `${usageText(argv0, runsv)}\n`);
      return exit(1);
    }
    return exit(superviseOne(kernel, dir, { program: invocation.ownPath() }));
  },
};

/** daemontools' name for it, with its words and its exit code for wrong usage. */
export const supervise: Applet = {
  ...runsv,
  run({ args, kernel, ownPath }: Invocation): Outcome {
    const [dir] = args;
    if (dir !== undefined && args.length === 1) {
      return exit(superviseOne(kernel, dir, { voice: SUPERVISE_VOICE, program: ownPath() }));
    }
    printLine(kernel, 2, "supervise: usage: supervise dir");
    return exit(100);
  },
};
