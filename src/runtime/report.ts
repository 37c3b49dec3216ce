/** Messages for users: runit's wording of errors, and lines that are written whole to a descriptor. */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { bytesOf, bytesOfText } from "../sys/bytes.ts";
import { rethrowUnlessSysError, SysError } from "../sys/error.ts";
import { type Kernel, WOULD_BLOCK } from "./kernel.ts";

/** runit's own wording (error_str.c), by errno. */
const TEXTS: Readonly<Record<number, string>> = {
  [ERRNO.EPERM]: "permission denied",
  [ERRNO.ENOENT]: "file does not exist",
  [ERRNO.ESRCH]: "no such process",
  [ERRNO.EINTR]: "interrupted system call",
  [ERRNO.EIO]: "input/output error",
  [ERRNO.ENXIO]: "device not configured",
  [ERRNO.E2BIG]: "argument list too long",
  [ERRNO.ENOEXEC]: "exec format error",
  [ERRNO.EBADF]: "file descriptor not open",
  [ERRNO.ECHILD]: "no child processes",
  [ERRNO.EAGAIN]: "temporary failure",
  [ERRNO.ENOMEM]: "out of memory",
  [ERRNO.EACCES]: "access denied",
  [ERRNO.EFAULT]: "bad address",
  [ERRNO.ENOTBLK]: "not a block device",
  [ERRNO.EBUSY]: "device busy",
  [ERRNO.EEXIST]: "file already exists",
  [ERRNO.EXDEV]: "cross-device link",
  [ERRNO.ENODEV]: "device does not support operation",
  [ERRNO.ENOTDIR]: "not a directory",
  [ERRNO.EISDIR]: "is a directory",
  [ERRNO.EINVAL]: "invalid argument",
  [ERRNO.ENFILE]: "system cannot open more files",
  [ERRNO.EMFILE]: "process cannot open more files",
  [ERRNO.ENOTTY]: "not a tty",
  [ERRNO.ETXTBSY]: "text busy",
  [ERRNO.EFBIG]: "file too big",
  [ERRNO.ENOSPC]: "out of disk space",
  [ERRNO.ESPIPE]: "unseekable descriptor",
  [ERRNO.EROFS]: "read-only file system",
  [ERRNO.EMLINK]: "too many links",
  [ERRNO.EPIPE]: "broken pipe",
  [ERRNO.ENAMETOOLONG]: "file name too long",
  [ERRNO.ENOTEMPTY]: "directory not empty",
  [ERRNO.ELOOP]: "symbolic link loop",
  [ERRNO.EDQUOT]: "disk quota exceeded",
};

/** runit's wording of an errno; `unknown error` for one that it does not know. */
export function errnoText(errno: number): string {
  return TEXTS[errno] ?? "unknown error";
}

/** The wording of something that was thrown, as a byte string for the end of a message. */
export function thrownText(thrown: unknown): string {
  if (thrown instanceof SysError) return errnoText(thrown.errno);
  return bytesOfText(thrown instanceof Error ? thrown.message : String(thrown));
}

/** Writes a byte string and a newline whole; waits where the descriptor is not ready. Throws SysError. */
export function printLine(kernel: Pick<Kernel, "write" | "poll">, fd: Fd, text: string): void {
  print(kernel, fd, `${text}\n`);
}

/** Prints as `printLine` does, without the newline. */
export function print(kernel: Pick<Kernel, "write" | "poll">, fd: Fd, text: string): void {
  let rest = bytesOf(text);
  while (rest.length > 0) {
    const n = kernel.write(fd, rest);
    if (n === WOULD_BLOCK) kernel.poll(fd, "write", -1);
    else rest = rest.subarray(n);
  }
}

/** Prints as `print` does. A descriptor that takes nothing is no error: the text is lost and the caller goes on. */
export function printIfPossible(kernel: Pick<Kernel, "write" | "poll">, fd: Fd, text: string): void {
  try {
    print(kernel, fd, text);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}
