/** runsvdir(8), and svscan(8) of daemontools: the supervisor of a directory of services. */
import { STDERR } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { LOGGERS } from "../loggers/permissions.ts";
import { print, printLine } from "../runtime/report.ts";
import { entryTrouble, superviseDirectory, titleOf } from "../supervision/host.ts";
import { SUPERVISION } from "../supervision/permissions.ts";
import { SURVIVAL } from "../survival/permissions.ts";

/** Exit code of runsvdir for wrong usage (runsvdir.c). */
const USAGE_CODE = 1;

/** runsvdir(8). */
export const runsvdir: Applet = {
  synopsis: "[-P] dir [log]",
  help: `
Supervises every service in dir as runsv(8) does, all in this one process. Each
subdirectory, or link to a directory, is a service if its name does not begin
with a dot.

A directory that arrives by link or rename starts at once. If it is filled in
place, it starts when its run is executable and nothing in it or its log has
changed for a quarter of a second. If a directory disappears, its service is
told to exit. If dir itself is missing, it is looked for every five seconds.

If a service's log/ has a config (svlogd's) and no run, one process for all such
services writes its lines to log/main. A log/run that ends in svlogd needs no
change: its svlogd shares a process with others of the same user.

  -P   every process of a service leads its own session
  log  at least seven characters; in the output of ps(1) the place of this
       argument shows the newest of what services print on standard error

Signals:
  TERM             exit 0 at once; the services run on until the next runsvdir
                   adopts them. As process 1: as HUP, with exit code 0.
  HUP INT QUIT     tell every service to exit; exit 111 when all have
  ALRM             look at dir at once
  USR2             execute the program file again, in place

Exit codes: 0 TERM; 1 usage; 111 HUP.

Differs from runit on purpose:
  - There is no limit of 1000 services.
  - An unknown option, or an argument too many, is refused.
  - HUP waits for the services. After TERM they have no supervisor.
  - Changes are seen at once, not after up to five seconds; ALRM leaves no file.
  - A service that left by 'sv exit' begins again after five seconds.
  - A log with a config and no run is written.`,
  scopes: [SUPERVISION, SURVIVAL, LOGGERS],
  run: (invocation) => scan(runsvdir, invocation),
};

/**
 * svscan(8) of daemontools: the same, but without an argument it takes the current directory, and it ends where the
 * directory does not exist.
 */
export const svscan: Applet = {
  ...runsvdir,
  synopsis: "[-P] [dir [log]]",
  run(invocation) {
    const { args, kernel } = invocation;
    const directory = args.find((arg) => !arg.startsWith("-")) ?? ".";
    const trouble = entryTrouble(kernel, directory);
    if (trouble === undefined) return scan(svscan, invocation);
    printLine(kernel, STDERR, `svscan: fatal: unable to chdir to ${directory}: ${trouble}`);
    return exit(EXIT.fatal);
  },
};

function scan(applet: Applet, { args, argv0, kernel, ownPath }: Invocation): Outcome {
  const rest = [...args];
  let newSessions = false;
  while (rest[0]?.startsWith("-") === true && rest[0] !== "-") {
    const option = rest.shift();
    if (option === "--") break;
    if (option?.startsWith("-P") !== true) return usage(applet, argv0, kernel);
    newSessions = true;
  }
  if (rest.length === 0 && applet === svscan) rest.push(".");
  const [directory, log] = rest;
  if (directory === undefined || rest.length > 2) return usage(applet, argv0, kernel);
  const title = log === undefined ? undefined : titleOf(kernel, directory, log);
  return exit(superviseDirectory(kernel, { directory, newSessions, title, program: ownPath() }));
}

function usage(applet: Applet, argv0: string, kernel: Invocation["kernel"]): Outcome {
  // runsvdir's own line leaves out the log argument.
  print(kernel, STDERR, `${usageText(argv0, applet).replace(" [log]", "")}\n`);
  return exit(USAGE_CODE);
}
