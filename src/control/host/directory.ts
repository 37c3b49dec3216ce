/** What is read from a service directory, by path and by name. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { errnoText, print } from "../../runtime/report.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoOf, SysError } from "../../sys/error.ts";
import { STATUS_SIZE, type StatusRecord, unpackStatus } from "../../runit/status.ts";
import { svLine } from "../line.ts";
import { isPath, servicesDirectory, within } from "../../cli/service_path.ts";
import type { Reading, Trouble } from "../reading.ts";

/** All that this module asks of the system; permissions.ts lists the symbols behind it. */
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

export const STDOUT: Fd = 1;
export const STDERR: Fd = 2;

/** Finds directories by name; asks at most once which services directory exists. */
export class Places {
  readonly #kernel: ControlKernel;
  readonly #svdir: string | undefined;
  #services: string | undefined;

  constructor(kernel: ControlKernel) {
    this.#kernel = kernel;
    this.#svdir = variable(kernel, "SVDIR");
  }

  ofSv(name: string): string {
    if (isPath(name)) return name;
    this.#services ??= servicesDirectory(this.#svdir, (path) => statErrno(this.#kernel, path) === 0);
    return within(this.#services, name);
  }

  /** daemontools' tools know no services directory: what is supervised here goes first. */
  ofSvc(name: string): string {
    if (this.#svdir !== undefined || isPath(name)) return this.ofSv(name);
    return statErrno(this.#kernel, within(name, "supervise")) === 0 ? name : this.ofSv(name);
  }
}

/** Reads a service's status, if a supervisor vouches for it. */
export function look(
  kernel: ControlKernel,
  directory: string,
  unpack: (bytes: Uint8Array) => StatusRecord | undefined = unpackStatus,
): Reading {
  const ok = openOrErrno(kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
  if (ok < 0) return whyNotOpen(kernel, directory, -ok);
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

function whyNotOpen(kernel: ControlKernel, directory: string, errno: number): Trouble {
  if (errno === ERRNO.ENXIO) return { kind: "dead" };
  const entering = entryErrno(kernel, directory);
  return entering === 0
    ? unusable(`unable to open supervise/ok: ${errnoText(errno)}`)
    : { kind: "absent", missing: entering === ERRNO.ENOENT, why: errnoText(entering) };
}

export function unusable(why: string): Trouble {
  return { kind: "unusable", why };
}

export function lineOf(kernel: ControlKernel, name: string, directory: string, record: StatusRecord): string {
  return svLine(name, record, normallyUp(kernel, name, directory), kernel.wallNs());
}

/** Whether there is no file `down`; undefined, with a warning, when that cannot be told. */
export function normallyUp(kernel: ControlKernel, name: string, directory: string): boolean | undefined {
  const errno = statErrno(kernel, within(directory, "down"));
  if (errno === 0 || errno === ERRNO.ENOENT) return errno !== 0;
  say(kernel, STDERR, `warning: unable to stat ${name}/down: ${errnoText(errno)}\n`);
  return undefined;
}

/** Why the directory cannot be entered; 0 when it can. */
export function entryErrno(kernel: ControlKernel, directory: string): number {
  return statErrno(kernel, within(directory, "."));
}

export function statErrno(kernel: ControlKernel, path: string): number {
  try {
    kernel.stat(CWD, path);
    return 0;
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** The descriptor, or the errno with a minus in front. */
export function openOrErrno(kernel: ControlKernel, path: string, flags: number): number {
  try {
    return kernel.open(CWD, path, flags);
  } catch (thrown) {
    return -errnoOf(thrown);
  }
}

export function variable(kernel: ControlKernel, name: string): string | undefined {
  const start = `${name}=`;
  return kernel.environment.find((entry) => entry.startsWith(start))?.slice(start.length);
}

/** What cannot be printed changes nothing of what was done, and so nothing of the exit code. */
export function say(kernel: ControlKernel, fd: Fd, text: string): void {
  try {
    print(kernel, fd, text);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
  }
}
