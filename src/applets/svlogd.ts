/**
 * svlogd(8): standard input to log directories.
 *
 * Differs from runit's on purpose. svlogd keeps the last line when input ends, or TERM comes, in the middle of it. It
 * does not leave standard input non-blocking. A HUP forgets no processor, and a processor that failed starts again
 * after a pause, also if a signal ended it. A `U` line that cannot be read does not switch the file off. The selection
 * for standard error starts anew with every line. A processor that a dead svlogd left unfinished is started again. A
 * line that was being written when svlogd was killed is not left torn. svlogd adds a file `status`, and directives that
 * begin with `:`.
 */
import { EXIT } from "../posix/exit_code.ts";
import { STDERR } from "../posix/descriptor.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText, versionText } from "../cli/usage.ts";
import { handOver } from "../logging/host/hand_over.ts";
import { runLogger } from "../logging/host.ts";
import { parseOptions } from "../logging/options.ts";
import { JOINING, LOGGING, LOGGING_UDP } from "../logging/permissions.ts";
import { printLine } from "../runtime/report.ts";

/** svlogd(8). */
export const svlogd: Applet = {
  synopsis: "[-ttv] [-r c] [-R abc] [-l len] [-b buflen] dir ...",
  help: `\
Appends the lines of standard input to the file current in each dir, and rotates
it.

  -t        stamp lines with TAI64N
  -tt       stamp lines with UTC, 2024-03-12_20:53:40.16929
  -ttt      the same with T between date and time
  -r C      replace bytes that are not printable by C
  -R CHARS  replace these characters, too (by _ without -r)
  -l LEN    match and replace in the first LEN bytes of a line only (1000)
  -b N      buffer size; must be more than LEN (1024)
  -v        say on standard error what is done

A file config in each dir has one directive a line:
  sN[k|m] rotate at N bytes      nN  keep N old files
  tN[m|h] rotate after N seconds NN  keep N when the disk is full
  !CMD    process old files      pTEXT  put TEXT in front of lines
          (!gzip and !zstd, or with a level as !gzip -9, need no such program)
  -P +P   deselect, select lines that match P
  eP EP   select, deselect lines that match P for standard error
  uA.B.C.D[:P]  also send lines by UDP (to port 514); U: and to nowhere else
and, ignored by runit's svlogd:
  :when-full wait|drop   if the disk is full, let lines wait as runit does; or
                         remove old logs, then drop lines, count them, and say
                         so in the log

The file status in each dir accounts for all bytes and lines: in, written,
deselected, dropped. If svlogd is killed, what it has read and not written is in
/dev/shm, and the next svlogd on the same dir goes on exactly there.

TERM ends, HUP opens the directories anew, ALRM rotates.

As a log service of runsvdir or runsv, svlogd hands its work over to a
svlogfleet if it can, and a sh stands in for it. -v says why it does not.

Differs from runit on purpose:
  - If input ends in the middle of a line, the line is written.
  - HUP keeps the processor; a failed or killed one runs again, after a pause.
  - If a U line cannot be read, it has no effect.
  - INT and QUIT act as TERM.
  - Long options other than --help and --version are refused.`,
  scopes: [LOGGING, LOGGING_UDP, JOINING],
  run: (invocation) => run(invocation),
};

/**
 * A fleet puts this word in front of the options, and behind it the config of all directories. Such a svlogd does not
 * hand over to a shared logger.
 */
const CONFIG = "--config";

function run({ argv0, kernel, args, program }: Invocation): Outcome {
  const config = args[0] === CONFIG ? args[1] : undefined;
  const parsed = parseOptions(config === undefined ? args : args.slice(2), versionText("svlogd").trim());
  if (parsed.kind === "options") {
    const own = program();
    const options = own === undefined ? parsed.options : { ...parsed.options, program: own };
    if (config !== undefined) return exit(runLogger(kernel, options, kernel, config));
    return handOver(kernel, options) ?? exit(runLogger(kernel, options, kernel));
  }
  if (parsed.complaint !== undefined) printLine(kernel, STDERR, parsed.complaint);
  printLine(kernel, STDERR, usageText(argv0, svlogd));
  return exit(EXIT.fatal);
}
