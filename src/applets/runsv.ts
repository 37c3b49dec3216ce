/** runsv(8), and supervise(8) of daemontools: the supervisor of one service. */
import { STDERR } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { LOGGERS } from "../loggers/permissions.ts";
import { print, printLine } from "../runtime/report.ts";
import { superviseOne } from "../supervision/host.ts";
import { SUPERVISE_VOICE } from "../supervision/voice.ts";
import { SUPERVISION } from "../supervision/permissions.ts";
import { SURVIVAL } from "../survival/permissions.ts";

/** Exit code of runsv for wrong usage (runsv.c). */
const USAGE_CODE = 1;

/** runsv(8). */
export const runsv: Applet = {
  synopsis: "dir",
  help: `
Changes to dir, starts ./run, and starts it again whenever it ends. If ./finish
can be opened, it runs after each end, with the exit code (-1 if a signal ended
./run) and the low byte of the wait status. If ./down exists, ./run is not
started until a command asks for it. If ./log is a directory, ./log/run is
started first, and a pipe connects the standard output of ./run and ./finish to
its standard input. If there is no ./log/run but a ./log/config (svlogd's), the
lines go to ./log/main.

Commands are bytes written to supervise/control: u d o x t k p c a h i q 1 2;
see sv --help. If ./control/X is executable, it runs for the command X; if it
succeeds, the signal is not sent.

Signals: TERM acts as the command x. HUP, INT and QUIT do, too; stock runsv dies
of them and leaves the service behind.

Exit codes: 0 told to exit; 1 usage; 111 the directory cannot be supervised.

Differs from runit on purpose:
  - 'k' keeps the service until it has ended, so no second copy is started and
    finish runs once.
  - Commands are heard during pauses.
  - If a signal ends a control/X, it has not handled its command.
  - 'u' is refused when the log service is closing.
  - Services start with every signal at its default.
  - A log with a config and no run is written.`,
  scopes: [SUPERVISION, SURVIVAL, LOGGERS],
  run(invocation: Invocation): Outcome {
    const { args, argv0, kernel } = invocation;
    const [dir] = args;
    if (dir === undefined || args.length !== 1) {
      print(kernel, STDERR, `${usageText(argv0, runsv)}\n`);
      return exit(USAGE_CODE);
    }
    return exit(superviseOne(kernel, dir, { program: invocation.ownPath() }));
  },
};

/** supervise(8) of daemontools: the same, with daemontools' words and its exit code for wrong usage. */
export const supervise: Applet = {
  ...runsv,
  run({ args, kernel, ownPath }: Invocation): Outcome {
    const [dir] = args;
    if (dir !== undefined && args.length === 1) {
      return exit(superviseOne(kernel, dir, { voice: SUPERVISE_VOICE, program: ownPath() }));
    }
    printLine(kernel, STDERR, "supervise: usage: supervise dir");
    return exit(EXIT.usage);
  },
};
