/** Writing commands into `supervise/control`. */
import { within } from "../../cli/service_path.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { openOrErrno } from "../../runtime/probe.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";

/** The outcome of a write. `dead`: no supervisor reads the FIFO. `why` is runit's wording of the error. */
export type Sent =
  | { readonly kind: "sent" }
  | { readonly kind: "dead" }
  | { readonly kind: "unopened" | "unwritten"; readonly why: string };

/** Writes control bytes to the service in `directory`, all of them or none. Never blocks. */
export function writeControl(
  kernel: Pick<Kernel, "open" | "write" | "close">,
  directory: string,
  bytes: string,
): Sent {
  const control = openOrErrno(kernel, within(directory, "supervise/control"), OPEN.write | OPEN.nonBlock);
  if (-control === ERRNO.ENXIO) return { kind: "dead" };
  if (control < 0) return { kind: "unopened", why: errnoText(-control) };
  try {
    const letters = Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
    // Up to PIPE_BUF bytes are written whole or not at all (pipe(7)).
    if (kernel.write(control, letters) !== WOULD_BLOCK) return { kind: "sent" };
    return { kind: "unwritten", why: errnoText(ERRNO.EAGAIN) };
  } catch (thrown) {
    return { kind: "unwritten", why: errnoText(errnoOf(thrown)) };
  } finally {
    kernel.close(control);
  }
}
