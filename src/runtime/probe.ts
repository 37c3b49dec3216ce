/**
 * System calls whose failure is an ordinary answer: the errno is returned, not thrown.
 *
 * For tools that ask whether a file is there and word the reason if it is not.
 */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { errnoOf } from "../sys/error.ts";
import type { Kernel } from "./kernel.ts";

/** Why `path` cannot be looked at with stat(2), as an errno; 0 if it can. */
export function statErrno(kernel: Pick<Kernel, "stat">, path: string): number {
  try {
    kernel.stat(CWD, path);
    return 0;
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** Opens `path` with flags of `OPEN`. Returns the descriptor, or the errno with a minus in front. */
export function openOrErrno(kernel: Pick<Kernel, "open">, path: string, flags: number): Fd {
  try {
    return kernel.open(CWD, path, flags);
  } catch (thrown) {
    return -errnoOf(thrown);
  }
}
