/**
 * Finds out what became of the last write of a logger that was killed.
 *
 * The ledger says which file the write was for, how large that file was, and how many bytes were to be added. The file
 * itself tells the rest.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { isOldLog } from "../../rotation/names.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Intent } from "../ledger.ts";
import { namesIn } from "./calls.ts";

type LastWriteKernel = Pick<Kernel, "open" | "close" | "stat" | "readDirectory" | "truncate">;

/** The file that a write was intended for. */
type IntendedFile = NonNullable<Intent["file"]>;

/**
 * Returns true when the file has all bytes of the write. If it has only some of them, they are cut off again. A file
 * that is no longer in `directory` has been processed, so it had all of them. Throws SysError.
 */
export function settleLastWrite(
  kernel: LastWriteKernel,
  directory: Fd,
  { inode, sizeBefore, length }: IntendedFile,
): boolean {
  const names = ["current", ...namesIn(kernel, directory).filter(isOldLog)];
  const name = names.find((name) => inodeOf(kernel, directory, name) === inode);
  if (name === undefined) return true;
  const { size } = kernel.stat(directory, name);
  if (size >= sizeBefore + length) return true;
  if (size > sizeBefore) cutTo(kernel, directory, name, sizeBefore);
  return false;
}

function inodeOf(kernel: LastWriteKernel, directory: Fd, name: string): number | undefined {
  try {
    return kernel.stat(directory, name).inode;
  } catch (thrown) {
    if (errnoOf(thrown) === ERRNO.ENOENT) return undefined;
    throw thrown;
  }
}

function cutTo(kernel: LastWriteKernel, directory: Fd, name: string, size: number): void {
  const fd = kernel.open(directory, name, OPEN.write | OPEN.nonBlock);
  try {
    kernel.truncate(fd, size);
  } finally {
    kernel.close(fd);
  }
}
