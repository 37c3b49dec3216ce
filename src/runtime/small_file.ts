/**
 * Small files, read and written whole: `config`, `env/*`, /proc, control groups, the issue of a terminal.
 *
 * Every read has a bound, because the owner of the directory may have put anything under the name. A file is opened
 * without blocking, so that a FIFO cannot hold up the process.
 */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { bytesOf, byteString } from "../sys/bytes.ts";
import { SysError } from "../sys/error.ts";
import { type Kernel, OPEN, WOULD_BLOCK } from "./kernel.ts";

/** The bytes that the first read(2) asks for. So a small file takes two calls: its bytes and its end. */
const FIRST_READ_BYTES = 4096;

/**
 * Reads from where `fd` stands to the end of the file, or until `mostBytes` have come.
 *
 * A descriptor that would block ends the file. Throws SysError.
 */
export function readBytes(kernel: Pick<Kernel, "read">, fd: Fd, mostBytes: number): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(Math.min(FIRST_READ_BYTES, mostBytes));
  let length = 0;
  while (length < mostBytes) {
    const n = kernel.read(fd, bytes.subarray(length));
    if (n <= 0) break;
    length += n;
    if (length === bytes.length && length < mostBytes) bytes = grown(bytes, mostBytes);
  }
  return bytes.subarray(0, length);
}

function grown(bytes: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(bytes.length * 2, mostBytes));
  larger.set(bytes);
  return larger;
}

/** Reads as `readBytes` does, and returns a byte string (one UTF-16 unit a byte). */
export function readText(kernel: Pick<Kernel, "read">, fd: Fd, mostBytes: number): string {
  const bytes = readBytes(kernel, fd, mostBytes);
  return byteString(bytes, 0, bytes.length);
}

/**
 * The text of the file `path` in `dir`, a byte string of `mostBytes` at the most.
 *
 * Throws SysError; an empty FIFO that a process has open for writing is EAGAIN.
 */
export function readFile(
  kernel: Pick<Kernel, "open" | "read" | "close">,
  dir: Fd,
  path: string,
  mostBytes: number,
): string {
  const fd = kernel.open(dir, path, OPEN.read | OPEN.nonBlock);
  const blocking: Pick<Kernel, "read"> = {
    read: (from, into) => {
      const n = kernel.read(from, into);
      if (n === WOULD_BLOCK) throw new SysError({ call: "read", path, errno: ERRNO.EAGAIN });
      return n;
    },
  };
  try {
    return readText(blocking, fd, mostBytes);
  } finally {
    kernel.close(fd);
  }
}

/**
 * Writes `text` to the existing file `path` in `dir` with one write(2), as files of /proc and of control groups want
 * it. Throws SysError.
 */
export function writeFile(
  kernel: Pick<Kernel, "open" | "write" | "close">,
  dir: Fd,
  path: string,
  text: string,
): void {
  const fd = kernel.open(dir, path, OPEN.write);
  try {
    kernel.write(fd, bytesOf(text));
  } finally {
    kernel.close(fd);
  }
}
