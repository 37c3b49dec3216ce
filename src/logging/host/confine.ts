/**
 * Confines a fleet's logger: from then on it can open the log directories that it was given, the directory of the journals,
 * and nothing else.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { type Allowed, type Kernel, OPEN } from "../../runtime/kernel.ts";
import type { Reporter } from "../../runtime/reporter.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { JOURNAL_DIRECTORY } from "./journal.ts";

/**
 * Confines the process to `allowed` and to the journals. If the kernel has no Landlock, it says so, returns false, and
 * every directory stays open. Throws SysError.
 */
export function confine(
  kernel: Pick<Kernel, "open" | "close" | "confine">,
  reporter: Reporter,
  allowed: readonly Allowed[],
): boolean {
  const journals = journalDirectory(kernel);
  try {
    const rules = journals === undefined ? allowed : [...allowed, { directory: journals, write: true }];
    const confined = kernel.confine(rules);
    if (!confined) {
      reporter.line("svlogfleet: warning: this kernel has no Landlock, other directories stay open");
    }
    return confined;
  } finally {
    if (journals !== undefined) kernel.close(journals);
  }
}

function journalDirectory(kernel: Pick<Kernel, "open">): Fd | undefined {
  try {
    return kernel.open(CWD, JOURNAL_DIRECTORY, OPEN.path | OPEN.directory);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return undefined;
  }
}
