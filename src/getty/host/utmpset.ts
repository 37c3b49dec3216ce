/** utmpset(8): records that the session on a line has ended. */
import { CWD, type Fd, STDERR } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { type Kernel, OPEN, type Terminals } from "../../runtime/kernel.ts";
import { printLine } from "../../runtime/report.ts";
import { readBytes } from "../../runtime/small_file.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { NS_PER_SECOND } from "../../time/units.ts";
import { endedEvent, endedRecord, endOf, layoutOf } from "../utmp.ts";
import { MOST_BYTES, UTMP, WTMP } from "./accounting.ts";
import { attempt, Fatal } from "./fatal.ts";

const WTMP_MODE = 0o600;

/** All that utmpset asks of the operating system. */
export type UtmpsetKernel =
  & Pick<Kernel, "open" | "close" | "read" | "write" | "poll" | "statFd" | "lock" | "wallNs" | "writeAt">
  & Pick<Terminals, "architecture">;

/** Thrown if a file has no record of the line, or takes none: runit tells both in the same words. */
class NoEntry extends Error {}

/** Runs utmpset(8) for `line`, such as `tty1`; with `andWtmp` also for wtmp. Returns the exit code. */
export function runUtmpset(
  kernel: UtmpsetKernel,
  { line, andWtmp }: { readonly line: string; readonly andWtmp: boolean },
): number {
  const layout = layoutOf(kernel.architecture);
  const ended = { line, second: kernel.wallNs() / NS_PER_SECOND };
  try {
    withLockedFile(kernel, UTMP, OPEN.readWrite, (fd) => {
      const positioned = endedRecord(readBytes(kernel, fd, MOST_BYTES), layout, ended);
      if (positioned === undefined) throw noEntry(line, "utmp");
      write(kernel, fd, positioned.record, positioned.at, noEntry(line, "utmp"));
    });
    if (!andWtmp) return EXIT.done;
    withLockedFile(kernel, WTMP, OPEN.write | OPEN.create, (fd) => {
      const at = endOf(kernel.statFd(fd).size, layout);
      write(kernel, fd, endedEvent(layout, ended), at, noEntry(line, "wtmp"));
    });
    return EXIT.done;
  } catch (thrown) {
    printLine(kernel, STDERR, `utmpset: ${complaintOf(thrown)}`);
    return EXIT.fatal;
  }
}

/** The text for an error that ends utmpset. A defect is thrown on. */
function complaintOf(thrown: unknown): string {
  if (thrown instanceof NoEntry) return `warning: ${thrown.message}`;
  if (thrown instanceof Fatal) return `fatal: ${thrown.message}`;
  throw thrown;
}

function noEntry(line: string, file: string): NoEntry {
  return new NoEntry(`unable to logout line ${line} in ${file}: no such entry`);
}

function withLockedFile(kernel: UtmpsetKernel, path: string, flags: number, use: (fd: Fd) => void): void {
  const fd = attempt(`unable to open ${path}`, () => kernel.open(CWD, path, flags, WTMP_MODE));
  try {
    attempt(`unable to lock ${path}`, () => kernel.lock(fd, true));
    use(fd);
  } finally {
    kernel.close(fd);
  }
}

function write(
  kernel: UtmpsetKernel,
  fd: Fd,
  record: Uint8Array<ArrayBuffer>,
  at: number,
  refused: NoEntry,
): void {
  try {
    kernel.writeAt(fd, record, at);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    throw refused;
  }
}
