import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { print, printLine } from "../runtime/report.ts";
import { entryTrouble, superviseDirectory, titleOf } from "../supervision/host.ts";
import { SUPERVISION } from "../supervision/permissions.ts";

export const runsvdir: Applet = {
  synopsis: "[-P] dir [log]",
  help: `
Every subdirectory of dir (or symbolic link to a directory) whose name does not
begin with a dot is a service, supervised as runsv(8) does. There is no runsv
process: this one process has them all. A directory that arrives by link or
rename starts at once; one that is being filled in place starts when its run is
executable and nothing in it or its log has changed for a quarter of a second. A
directory that disappears is told to exit. If dir itself is missing, it is
looked for every five seconds.

Services whose log/ has a config (svlogd's) and no run are logged by one process
for all of them, to log/main. A log/run that ends in svlogd runs unmodified, and
its svlogd shares a process with others of the same user.

  -P   every process of a service leads its own session
  log  at least seven characters: the place of this argument in ps(1) shows the
       newest of what services print on standard error

Signals: TERM ends runsvdir at once with 0 and leaves the services running until
the next runsvdir adopts them (as process 1: stops them). HUP tells every
service to exit, and ends runsvdir with 111 when they have; INT and QUIT too.
ALRM looks at dir at once. USR2 executes the program file again, in place.

Exit codes: 0 TERM; 1 usage; 111 HUP.

Differs from runit on purpose: no limit of 1000 services; an unknown option is
refused; HUP waits for the services; changes are seen at once, not after up to
five seconds; a service that left by 'sv exit' begins again after five seconds;
a log with a config and no run is written.`,
  scopes: [SUPERVISION],
  run: (invocation) => scan(runsvdir, invocation),
};

/**
 * daemontools' name for it; without an argument the current directory is scanned, and a directory that is not there
 * ends it.
 */
export const svscan: Applet = {
  ...runsvdir,
  synopsis: "[-P] [dir [log]]",
  run(invocation) {
    const { args, kernel } = invocation;
    const directory = args.find((arg) => !arg.startsWith("-")) ?? ".";
    const trouble = entryTrouble(kernel, directory);
    if (trouble === undefined) return scan(svscan, invocation);
    printLine(kernel, 2, `svscan: fatal: unable to chdir to ${directory}: ${trouble}`);
    return exit(111);
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
  print(kernel, 2, `${usageText(argv0, applet).replace(" [log]", "")}\n`);
  return exit(1);
}
