/** readproctitle(8) of daemontools: what comes in moves through the last argument, which ps(1) shows. */
import { EXIT } from "../../posix/exit_code.ts";
import { STDIN } from "../../posix/descriptor.ts";
import { type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { scrollTitle } from "../title.ts";

type TitleKernel = Pick<Kernel, "lastArgument" | "read" | "poll">;

/** Of a shorter argument nothing would be left to be seen. */
const TITLE_MIN = 5;
const DOT = 0x2e;

/** Returns the exit code. */
export function runReadproctitle(kernel: TitleKernel, args: readonly string[]): number {
  const { lastArgument } = kernel;
  if (args.length === 0 || (args.at(-1) ?? "").length < TITLE_MIN) return EXIT.usage;
  // Where the argument's memory is not to be found, input is read all the same, as nobody may wait for it.
  const title = lastArgument ?? new Uint8Array(TITLE_MIN);
  title.fill(DOT);
  const bytes = new Uint8Array(4096);
  try {
    for (;;) {
      const n = kernel.read(STDIN, bytes);
      if (n === 0) return 0;
      if (n === WOULD_BLOCK) kernel.poll(STDIN, "read", -1);
      else scrollTitle(title, bytes.subarray(0, n));
    }
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return EXIT.fatal;
  }
}
