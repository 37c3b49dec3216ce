/** utmp and wtmp, which tell who uses which terminal. If they cannot be written, getty goes on without them. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { type Kernel, OPEN, type Terminals } from "../../runtime/kernel.ts";
import { readBytes } from "../../runtime/small_file.ts";
import { type AskingGetty, askingRecord, endOf, type Layout } from "../utmp.ts";
import { tolerate } from "./fatal.ts";

/** The sessions that are open now, one record a terminal (utmp(5)). */
export const UTMP = "/var/run/utmp";
/** The history of sessions (utmp(5)). */
export const WTMP = "/var/log/wtmp";
const UTMP_MODE = 0o664;
/** Bytes of utmp that are read. A record has 384 or 400 bytes, so this is more than there are terminals. */
export const MOST_BYTES = 1 << 24;
/**
 * The time that getty waits for the lock of utmp; glibc waits as long. Everyone who may read a file may lock it for
 * ever, so the wait must end. fcntl(2) offers no wait with a limit, so getty asks again and again.
 */
const LOCK_WAIT_MS = 10_000;
const LOCK_PAUSE_MS = 50;

type LockKernel = Pick<Terminals, "lockRecords"> & Pick<Kernel, "monotonicMs" | "pause">;

type AccountingKernel =
  & LockKernel
  & Pick<Kernel, "open" | "close" | "read" | "statFd" | "writeAt">;

/** Writes into utmp and wtmp that a getty asks for a name. Files that cannot be written stay as they are. */
export function recordAskingGetty(kernel: AccountingKernel, layout: Layout, asking: AskingGetty): void {
  let record: Uint8Array<ArrayBuffer> | undefined;
  tolerate(() => {
    withLockedFile(kernel, UTMP, OPEN.readWrite | OPEN.create, (fd) => {
      const positioned = askingRecord(readBytes(kernel, fd, MOST_BYTES), layout, asking);
      record = positioned.record;
      kernel.writeAt(fd, positioned.record, positioned.at);
    });
  });
  // Without a file wtmp there is to be no history (utmp(5)), so this does not make one.
  tolerate(() =>
    appendEvent(kernel, layout, record ?? askingRecord(new Uint8Array(0), layout, asking).record)
  );
}

function appendEvent(kernel: AccountingKernel, layout: Layout, record: Uint8Array<ArrayBuffer>): void {
  withLockedFile(kernel, WTMP, OPEN.write, (fd) => {
    kernel.writeAt(fd, record, endOf(kernel.statFd(fd).size, layout));
  });
}

/** Does nothing if the lock cannot be had in time. Throws SysError. */
function withLockedFile(kernel: AccountingKernel, path: string, flags: number, use: (fd: Fd) => void): void {
  const fd = kernel.open(CWD, path, flags, UTMP_MODE);
  try {
    if (lockInTime(kernel, fd)) use(fd);
  } finally {
    kernel.close(fd);
  }
}

function lockInTime(kernel: LockKernel, fd: Fd): boolean {
  const endMs = kernel.monotonicMs() + LOCK_WAIT_MS;
  while (!kernel.lockRecords(fd)) {
    if (kernel.monotonicMs() >= endMs) return false;
    kernel.pause(LOCK_PAUSE_MS);
  }
  return true;
}
