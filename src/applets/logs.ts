/** logs: prints what services have logged, merged by time, and goes on with what they log. */
import { EXIT } from "../posix/exit_code.ts";
import { STDERR } from "../posix/descriptor.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { runLogs } from "../reading/host.ts";
import { readLogsRequest } from "../reading/host/request.ts";
import { FOLLOWING, READING } from "../reading/permissions.ts";
import { print, printLine } from "../runtime/report.ts";

/** The applet of `denit logs`. */
export const logs: Applet = {
  synopsis: "[-f] [-n N] [--since T] [--grep P] [--json] SERVICE...",
  help: `\
Prints the logs of services in the order of time: old and current ones,
compressed ones too. Times are UTC. If there are several logs, each line has the
name of its service. A line without a stamp stays behind the line it follows.

  -f           go on with what is logged from now on. The last 10 lines that
               exist come first, unless -n or --since says otherwise.
  -n N         print only the last N lines; without it, all
  --since T    print only from T on: 2026-03-12, '2026-03-12 20:53', ...:40, in
               UTC, or with Z or +02:00 behind; 30s 10m 2h 3d 1w (ago); today,
               yesterday; a TAI64N label
  --grep P     print only lines that match P, a regular expression of JavaScript
               (upper and lower case differ; (?i:P) takes them for the same)
  --json       print one object a line: service, time (ISO 8601, nanoseconds),
               label (TAI64N) and text; time and label are null without a stamp

A SERVICE is a name in the services directory, as for sv. If it begins with /
or . or ends with /, it is a path of a service or of a log directory. Its log is
the first of these that has a file current: the directory itself, and in it
log/main, log/logdir, log, main, logdir; then /var/log/service/NAME,
/var/log/NAME and /var/log/runit/NAME.

Environment:
  SVDIR        the services directory; by default the first that exists of
               /var/service, /etc/service and /service

Exit codes: 0 done, or nobody reads the output any more; 1 a log was not found,
or could not be read in full; 100 wrong usage; 111 it could not go on.`,
  scopes: [READING, FOLLOWING],
  run: (invocation) => run(invocation),
};

function run({ argv0, kernel, args }: Invocation): Outcome {
  const request = readLogsRequest(kernel, args);
  if (request.kind === "options") return exit(runLogs(kernel, request.options));
  if (request.complaint === undefined) print(kernel, STDERR, usageText(argv0, logs));
  else printLine(kernel, STDERR, `logs: fatal: ${request.complaint}`);
  return exit(EXIT.usage);
}
