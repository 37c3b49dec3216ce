/** The file `status` of a log directory on disk: what became of its lines (`../accounts.ts`). */
import type { Fd } from "../../posix/descriptor.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { readFile } from "../../runtime/small_file.ts";
import { bytesOf } from "../../sys/bytes.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { type Accounts, noAccounts, parseStatus, statusText } from "../accounts.ts";

const STATUS_MODE = 0o644;
/** Ten times what its four lines of numbers may have. */
const MOST_STATUS_BYTES = 4096;

/** The accounts in the status file of `directory`; zeros where there is none or where it cannot be read. */
export function readAccounts(kernel: Pick<Kernel, "open" | "read" | "close">, directory: Fd): Accounts {
  try {
    return parseStatus(readFile(kernel, directory, "status", MOST_STATUS_BYTES));
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return noAccounts();
  }
}

/** Writes a new status file and renames it. If that fails, the old file stays. */
export function writeStatus(
  kernel: Pick<Kernel, "open" | "write" | "close" | "rename" | "unlink">,
  directory: Fd,
  accounts: Accounts,
): void {
  const text = bytesOf(statusText(accounts));
  const flags = OPEN.write | OPEN.truncate | OPEN.create | OPEN.nonBlock;
  try {
    const fd = kernel.open(directory, "status.new", flags, STATUS_MODE);
    try {
      if (kernel.write(fd, text, text.length) < text.length) return removeNewStatus(kernel, directory);
    } finally {
      kernel.close(fd);
    }
    kernel.rename(directory, "status.new", "status");
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    removeNewStatus(kernel, directory);
  }
}

function removeNewStatus(kernel: Pick<Kernel, "unlink">, directory: Fd): void {
  try {
    kernel.unlink(directory, "status.new");
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}
