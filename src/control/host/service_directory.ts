/** Reading a service directory by path: is there a supervisor, what is the state, is there a file `down`. */
import { within } from "../../cli/service_path.ts";
import { STDERR } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { STATUS_SIZE, type StatusRecord, unpackStatus } from "../../runit/status.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { openOrErrno, statErrno } from "../../runtime/probe.ts";
import { errnoText, printIfPossible } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import { svLine } from "../line.ts";
import type { StatusReading, Trouble } from "../status_reading.ts";

/** All that this module asks of the operating system; permissions.ts lists the libc functions behind it. */
export type ControlKernel = Pick<
  Kernel,
  | "environment"
  | "monotonicMs"
  | "wallNs"
  | "open"
  | "close"
  | "read"
  | "write"
  | "stat"
  | "poll"
  | "spawn"
  | "waitFor"
  | "watch"
  | "unwatch"
  | "wait"
  | "ready"
  | "changes"
  | "addChangeWatch"
  | "readChanges"
>;

/**
 * Reads the status of the service in `directory`. The file `status` counts only while a supervisor has `supervise/ok`
 * open: it stays behind when the supervisor is killed.
 */
export function readStatus(
  kernel: ControlKernel,
  directory: string,
  unpack: (bytes: Uint8Array) => StatusRecord | undefined = unpackStatus,
): StatusReading {
  const ok = openOrErrno(kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
  if (ok < 0) return troubleOfOk(kernel, directory, -ok);
  kernel.close(ok);
  const status = openOrErrno(kernel, within(directory, "supervise/status"), OPEN.read | OPEN.nonBlock);
  if (status < 0) return unusable(`unable to open supervise/status: ${errnoText(-status)}`);
  try {
    const bytes = new Uint8Array(STATUS_SIZE);
    const record = unpack(bytes.subarray(0, Math.max(kernel.read(status, bytes), 0)));
    return record === undefined
      ? unusable("unable to read supervise/status: bad format")
      : { kind: "record", record };
  } catch (thrown) {
    return unusable(`unable to read supervise/status: ${errnoText(errnoOf(thrown))}`);
  } finally {
    kernel.close(status);
  }
}

/** Why `supervise/ok` could not be opened, from the errno of that. */
function troubleOfOk(kernel: ControlKernel, directory: string, errno: number): Trouble {
  if (errno === ERRNO.ENXIO) return { kind: "dead" };
  const entering = entryErrno(kernel, directory);
  return entering === 0
    ? unusable(`unable to open supervise/ok: ${errnoText(errno)}`)
    : { kind: "absent", missing: entering === ERRNO.ENOENT, why: errnoText(entering) };
}

/** A file of the service cannot be used; `why` names the failed action first. */
export function unusable(why: string): Trouble {
  return { kind: "unusable", why };
}

/** sv's line for a status record, its age counted from now. Warns if it cannot find out whether there is a `down`. */
export function statusLine(
  kernel: ControlKernel,
  name: string,
  directory: string,
  record: StatusRecord,
): string {
  return svLine(name, record, isNormallyUp(kernel, name, directory), kernel.wallNs());
}

function isNormallyUp(kernel: ControlKernel, name: string, directory: string): boolean | undefined {
  const errno = statErrno(kernel, within(directory, "down"));
  if (errno === 0 || errno === ERRNO.ENOENT) return errno !== 0;
  printIfPossible(kernel, STDERR, `warning: unable to stat ${name}/down: ${errnoText(errno)}\n`);
  return undefined;
}

/** Why the directory cannot be entered, as an errno; 0 if it can. */
export function entryErrno(kernel: Pick<Kernel, "stat">, directory: string): number {
  return statErrno(kernel, within(directory, "."));
}
