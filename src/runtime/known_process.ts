/**
 * A process that is not a child of ours is identified by its pid together with its start time.
 *
 * A pid by itself may have passed to another process. So the start time in /proc is compared, a pidfd is opened, and the
 * start time is compared once more: what the pidfd holds then is the process that was meant, and it cannot become
 * another one. Where the kernel has no pidfd (before Linux 5.3) the pid is used right after the comparison.
 */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { errnoOf } from "../sys/error.ts";
import type { Survival } from "./kernel.ts";

/** A process by pid and start time. */
export interface KnownProcess {
  readonly pid: number;
  /**
   * The start time of the process: nanoseconds of CLOCK_BOOTTIME, rounded down to hundredths of a second
   * (`ProcessFacts`).
   */
  readonly startNs: bigint;
}

/** The part of the kernel that tells of processes. */
export type ProcessKernel =
  & Pick<Survival, "processFacts" | "openProcess" | "signalProcess">
  & {
    kill(pid: number, signal: number): void;
    close(fd: Fd): void;
  };

/**
 * Opens a pidfd of the process. Undefined when the process has gone, even if another one has its pid now. Where the
 * kernel gives no pidfd, `onRefused` decides. Throws SysError when the start time cannot be compared.
 */
export function openKnown(
  kernel: ProcessKernel,
  { pid, startNs }: KnownProcess,
  onRefused: (refused: unknown) => Fd,
): Fd | undefined {
  let fd: Fd;
  try {
    fd = kernel.openProcess(pid);
  } catch (thrown) {
    return errnoOf(thrown) === ERRNO.ESRCH ? undefined : onRefused(thrown);
  }
  let isSame = false;
  try {
    isSame = kernel.processFacts(pid)?.startNs === startNs;
  } finally {
    if (!isSame) kernel.close(fd);
  }
  return isSame ? fd : undefined;
}

/** True while the process lives; false once it has ended, reaped or not. Throws SysError. */
export function isAlive(kernel: Pick<Survival, "processFacts">, { pid, startNs }: KnownProcess): boolean {
  const facts = kernel.processFacts(pid);
  return facts?.startNs === startNs && facts.status === undefined;
}

/** Sends `signal` to the process, unless it has gone. Throws SysError. */
export function signalKnown(kernel: ProcessKernel, known: KnownProcess, signal: number): void {
  const fd = openKnown(kernel, known, byNumberWithoutPidfds);
  if (fd === undefined) return;
  try {
    if (fd < 0) kernel.kill(known.pid, signal);
    else kernel.signalProcess(fd, signal);
  } catch (thrown) {
    if (errnoOf(thrown) !== ERRNO.ESRCH) throw thrown;
  } finally {
    if (fd >= 0) kernel.close(fd);
  }
}

/** Only a kernel without pidfds leaves no other way; any other trouble passes. */
function byNumberWithoutPidfds(refused: unknown): Fd {
  if (errnoOf(refused) === ERRNO.ENOSYS) return -1;
  throw refused;
}
