/** utmp and wtmp: who uses which terminal. Neither keeps anybody from it: without them getty goes on. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { type Kernel, OPEN, type Terminals } from "../../runtime/kernel.ts";
import { type Asking, askingRecord, endOf, type Layout } from "../utmp.ts";
import { tolerate } from "./fatal.ts";
import { readAll } from "./file.ts";

export const UTMP = "/var/run/utmp";
export const WTMP = "/var/log/wtmp";
const UTMP_MODE = 0o664;
/** Of 384 bytes each: more than there are terminals. */
export const MOST_BYTES = 1 << 24;
/**
 * As long as glibc's. Whoever may read a file may lock it, and for ever: so nobody waits for ever. The lock is asked
 * for again and again, because there is no other way to wait for one that long.
 */
const LOCK_WAIT_MS = 10_000;
const LOCK_PAUSE_MS = 50;

type LockKernel = Pick<Terminals, "lockRecords"> & Pick<Kernel, "monotonicMs" | "pause">;

type AccountingKernel =
  & LockKernel
  & Pick<Kernel, "open" | "close" | "read" | "statFd" | "writeAt">;

export function tellAsking(kernel: AccountingKernel, layout: Layout, asking: Asking): void {
  let record: Uint8Array<ArrayBuffer> | undefined;
  tolerate(() => {
    withRecords(kernel, UTMP, OPEN.readWrite | OPEN.create, (fd) => {
      const placed = askingRecord(readAll(kernel, fd, MOST_BYTES), layout, asking);
      record = placed.record;
      kernel.writeAt(fd, placed.record, placed.at);
    });
  });
  // utmp(5): no wtmp, no accounting; so it is not made.
  tolerate(() =>
    appendEvent(kernel, layout, record ?? askingRecord(new Uint8Array(0), layout, asking).record)
  );
}

function appendEvent(kernel: AccountingKernel, layout: Layout, record: Uint8Array<ArrayBuffer>): void {
  withRecords(kernel, WTMP, OPEN.write, (fd) => {
    kernel.writeAt(fd, record, endOf(kernel.statFd(fd).size, layout));
  });
}

/** Throws what cannot be opened or written. */
function withRecords(kernel: AccountingKernel, path: string, flags: number, use: (fd: Fd) => void): void {
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
