/** svlogzip: the processor that svlogd starts for `!gzip` and `!zstd`. */
import { EXIT } from "../posix/exit_code.ts";
import { STDERR } from "../posix/descriptor.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { usageText } from "../cli/usage.ts";
import { runZip } from "../compression/host.ts";
import { COMPRESSION } from "../compression/permissions.ts";
import { zipRequest } from "../compression/request.ts";
import { print } from "../runtime/report.ts";

/** The applet of `denit svlogzip`. */
export const svlogzip: Applet = {
  synopsis: "gzip|zstd [-N]",
  help: `\
Compresses standard input to standard output, for gzip(1) or zstd(1) to read.
-N is the level: 1 (quick) to 9 for gzip (6), 1 to 19 for zstd (3).

svlogd runs it for the lines !gzip, !gzip -N, !zstd and !zstd -N in the config
of a log directory, so you need to install neither program. Each megabyte is
compressed by itself: memory does not grow with the input.

Exit codes: 0 done; 100 wrong usage; 111 it failed, and one line says why.`,
  scopes: [COMPRESSION],
  run: (invocation) => run(invocation),
};

function run({ argv0, kernel, args }: Invocation): Outcome {
  const request = zipRequest(args);
  if (request !== undefined) return exit(runZip(kernel, request));
  print(kernel, STDERR, usageText(argv0, svlogzip));
  return exit(EXIT.usage);
}
