/** utmpset(8): the session on a line is over. */
import { EXIT } from "../../posix/exit_code.ts";
import { CWD, type Fd, STDERR } from "../../posix/descriptor.ts";
import { type Kernel, OPEN, type Terminals } from "../../runtime/kernel.ts";
import { errnoText, printLine } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { endedEvent, endedRecord, endOf, layoutOf } from "../utmp.ts";
import { MOST_BYTES, UTMP, WTMP } from "./accounting.ts";
import { readAll } from "./file.ts";

const WTMP_MODE = 0o600;
const NS_PER_SEC = 1_000_000_000n;

export type UtmpsetKernel =
  & Pick<Kernel, "open" | "close" | "read" | "write" | "poll" | "statFd" | "lock" | "wallNs" | "writeAt">
  & Pick<Terminals, "architecture">;

/** What is said, and it ends with 111. */
class Refusal extends Error {}

export function runUtmpset(
  kernel: UtmpsetKernel,
  { line, andWtmp }: { readonly line: string; readonly andWtmp: boolean },
): number {
  const layout = layoutOf(kernel.architecture);
  const ended = { line, second: kernel.wallNs() / NS_PER_SEC };
  try {
    withLocked(kernel, UTMP, OPEN.readWrite, (fd) => {
      const placed = endedRecord(readAll(kernel, fd, MOST_BYTES), layout, ended);
      if (placed === undefined) throw noEntry(line, "utmp");
      write(kernel, fd, placed.record, placed.at, noEntry(line, "utmp"));
    });
    if (!andWtmp) return 0;
    withLocked(kernel, WTMP, OPEN.write | OPEN.create, (fd) => {
      const at = endOf(kernel.statFd(fd).size, layout);
      write(kernel, fd, endedEvent(layout, ended), at, noEntry(line, "wtmp"));
    });
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    printLine(kernel, STDERR, `utmpset: ${thrown.message}`);
    return EXIT.fatal;
  }
}

/** runit says so of a record that cannot be written, too. */
function noEntry(line: string, file: string): Refusal {
  return new Refusal(`warning: unable to logout line ${line} in ${file}: no such entry`);
}

function withLocked(kernel: UtmpsetKernel, path: string, flags: number, use: (fd: Fd) => void): void {
  const fd = attempt(`unable to open ${path}`, () => kernel.open(CWD, path, flags, WTMP_MODE));
  try {
    attempt(`unable to lock ${path}`, () => kernel.lock(fd, true));
    use(fd);
  } finally {
    kernel.close(fd);
  }
}

function attempt<T>(deed: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw new Refusal(`fatal: ${deed}: ${errnoText(errnoOf(thrown))}`);
  }
}

function write(
  kernel: UtmpsetKernel,
  fd: Fd,
  record: Uint8Array<ArrayBuffer>,
  at: number,
  refusal: Refusal,
): void {
  try {
    kernel.writeAt(fd, record, at);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    throw refusal;
  }
}
