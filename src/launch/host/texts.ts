/** Small files, read and written whole. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { bytesOf, byteString } from "../../sys/bytes.ts";
import { SysError } from "../../sys/error.ts";

/** The file's content, or so much of it. A FIFO in which nothing lies is EAGAIN. */
export function readText(
  kernel: Pick<Kernel, "open" | "read" | "close">,
  dir: Fd,
  path: string,
  most: number,
): string {
  const fd = kernel.open(dir, path, OPEN.read | OPEN.nonBlock);
  try {
    let text = "";
    const piece = new Uint8Array(4096);
    while (text.length < most) {
      const n = kernel.read(fd, piece);
      if (n === WOULD_BLOCK) throw new SysError({ call: "read", path, errno: ERRNO.EAGAIN });
      if (n === 0) break;
      text += byteString(piece, 0, n);
    }
    return text;
  } finally {
    kernel.close(fd);
  }
}

/** One write: that is how the files of /proc and of control groups are written. */
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
