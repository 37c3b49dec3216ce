/** Writing commands into `supervise/control`. */
import { ERRNO } from "../../posix/errno.ts";
import { errnoText } from "../../runtime/report.ts";
import { OPEN, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import { within } from "../../cli/service_path.ts";
import { type ControlKernel, openOrErrno } from "./directory.ts";

export type Sent =
  | { readonly kind: "sent" }
  | { readonly kind: "dead" }
  | { readonly kind: "unopened" | "unwritten"; readonly why: string };

export function writeControl(kernel: ControlKernel, directory: string, bytes: string): Sent {
  const control = openOrErrno(kernel, within(directory, "supervise/control"), OPEN.write | OPEN.nonBlock);
  if (-control === ERRNO.ENXIO) return { kind: "dead" };
  if (control < 0) return { kind: "unopened", why: errnoText(-control) };
  try {
    const letters = Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
    // PIPE_BUF and less is written whole or not at all (pipe(7)).
    if (kernel.write(control, letters) !== WOULD_BLOCK) return { kind: "sent" };
    return { kind: "unwritten", why: errnoText(ERRNO.EAGAIN) };
  } catch (thrown) {
    return { kind: "unwritten", why: errnoText(errnoOf(thrown)) };
  } finally {
    kernel.close(control);
  }
}
