/** readproctitle(8) of daemontools: its input moves through its last argument, which ps(1) shows. */
import { STDIN } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { readWaiting } from "../../runtime/input.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { scrollTitle } from "../title.ts";

type TitleKernel = Pick<Kernel, "lastArgument" | "read" | "poll">;

/** The least length of the argument: a shorter one could not show any input. */
const TITLE_MIN = 5;
const PIECE_BYTES = 4096;
const DOT = 0x2e;

/** Runs readproctitle(8). Returns the exit code. */
export function runReadproctitle(kernel: TitleKernel, args: readonly string[]): number {
  const { lastArgument } = kernel;
  if (args.length === 0 || (args.at(-1) ?? "").length < TITLE_MIN) return EXIT.usage;
  // If the argument's memory cannot be found, input is read all the same: the writer must not be blocked.
  const title = lastArgument ?? new Uint8Array(TITLE_MIN);
  title.fill(DOT);
  const bytes = new Uint8Array(PIECE_BYTES);
  try {
    for (;;) {
      const length = readWaiting(kernel, STDIN, bytes);
      if (length === 0) return EXIT.done;
      scrollTitle(title, bytes.subarray(0, length));
    }
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return EXIT.fatal;
  }
}
