/** utmpset(8) of runit: writes into utmp that a session is over. */
import { STDERR } from "../posix/descriptor.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText, versionText } from "../cli/usage.ts";
import { runUtmpset } from "../getty/host.ts";
import { UTMPSET } from "../getty/permissions.ts";
import { readOptions } from "../cli/getopt.ts";
import { print, printLine } from "../runtime/report.ts";

/** Exit code of utmpset for wrong usage (utmpset.c). */
const USAGE_CODE = 1;

/** utmpset(8) of runit. */
export const utmpset: Applet = {
  synopsis: "[-w] line",
  help: `\
Records in utmp that the session on LINE (tty1, pts/0) is over. Call it in the
finish of a getty.

  -w          record it in wtmp, too
  -V          print the version

Exit codes: 0 done; 1 wrong usage; 111 it failed, or no user is on LINE.`,
  scopes: [UTMPSET],
  run: (invocation) => run(invocation),
};

function run({ argv0, kernel, args }: Invocation): Outcome {
  const read = readOptions(args, { flags: "wV", valued: "" });
  if (read.kind === "complaint") {
    printLine(kernel, STDERR, `${argv0}: ${read.complaint}`);
  } else {
    if (read.options.some(({ name }) => name === "V")) {
      printLine(kernel, STDERR, versionText("utmpset").trim());
    }
    const [line] = read.rest;
    if (line !== undefined) {
      return exit(runUtmpset(kernel, { line, andWtmp: read.options.some(({ name }) => name === "w") }));
    }
  }
  print(kernel, STDERR, `${usageText(argv0, utmpset)}\n`);
  return exit(USAGE_CODE);
}
