/** What users read: runit's wording of errors, and lines written whole to a descriptor. */
import type { Fd } from "../posix/descriptor.ts";
import { bytesOf, bytesOfText } from "../sys/bytes.ts";
import { rethrowUnlessSysError, SysError } from "../sys/error.ts";
import { type Kernel, WOULD_BLOCK } from "./kernel.ts";

/** runit's own wording (its error_str.c), by errno of Linux; anything else is `unknown error`. */
const TEXTS: Readonly<Record<number, string>> = {
  1: "permission denied",
  2: "file does not exist",
  3: "no such process",
  4: "interrupted system call",
  5: "input/output error",
  6: "device not configured",
  7: "argument list too long",
  8: "exec format error",
  9: "file descriptor not open",
  10: "no child processes",
  11: "temporary failure",
  12: "out of memory",
  13: "access denied",
  14: "bad address",
  15: "not a block device",
  16: "device busy",
  17: "file already exists",
  18: "cross-device link",
  19: "device does not support operation",
  20: "not a directory",
  21: "is a directory",
  22: "invalid argument",
  23: "system cannot open more files",
  24: "process cannot open more files",
  25: "not a tty",
  26: "text busy",
  27: "file too big",
  28: "out of disk space",
  29: "unseekable descriptor",
  30: "read-only file system",
  31: "too many links",
  32: "broken pipe",
  36: "file name too long",
  39: "directory not empty",
  40: "symbolic link loop",
  122: "disk quota exceeded",
};

export function errnoText(errno: number): string {
  return TEXTS[errno] ?? "unknown error";
}

/** Wording of whatever was thrown, for the end of a message. */
export function thrownText(thrown: unknown): string {
  if (thrown instanceof SysError) return errnoText(thrown.errno);
  return bytesOfText(thrown instanceof Error ? thrown.message : String(thrown));
}

/** Writes a byte string and a newline, all of it; waits where the descriptor is not ready. Errors are thrown. */
export function printLine(kernel: Pick<Kernel, "write" | "poll">, fd: Fd, text: string): void {
  print(kernel, fd, `${text}\n`);
}

/** As `printLine`, without the newline. */
export function print(kernel: Pick<Kernel, "write" | "poll">, fd: Fd, text: string): void {
  let rest = bytesOf(text);
  while (rest.length > 0) {
    const n = kernel.write(fd, rest);
    if (n === WOULD_BLOCK) kernel.poll(fd, "write", -1);
    else rest = rest.subarray(n);
  }
}

/** As `print`, but a descriptor that takes nothing is no error: the text is lost and the caller goes on. */
export function printIfPossible(kernel: Pick<Kernel, "write" | "poll">, fd: Fd, text: string): void {
  try {
    print(kernel, fd, text);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}
