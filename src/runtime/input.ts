/** Reading from a descriptor that other processes may have made non-blocking, such as standard input. */
import type { Fd } from "../posix/descriptor.ts";
import { type Kernel, WOULD_BLOCK } from "./kernel.ts";

const FOR_EVER_MS = -1;

/** Reads at least one byte, and waits until there is one. Returns the bytes read, 0 at the end. Throws SysError. */
export function readWaiting(
  kernel: Pick<Kernel, "read" | "poll">,
  fd: Fd,
  into: Uint8Array<ArrayBuffer>,
): number {
  for (;;) {
    const length = kernel.read(fd, into);
    if (length !== WOULD_BLOCK) return length;
    kernel.poll(fd, "read", FOR_EVER_MS);
  }
}
