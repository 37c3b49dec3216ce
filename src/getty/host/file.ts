/** Whole files. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Kernel } from "../../runtime/kernel.ts";

const PIECE = 1 << 16;

/** From where the descriptor stands to the end, and no more than `most` bytes. */
export function readAll(kernel: Pick<Kernel, "read">, fd: Fd, most: number): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(PIECE);
  let length = 0;
  while (length < most) {
    const n = kernel.read(fd, bytes.subarray(length));
    if (n <= 0) break;
    length += n;
    if (length < bytes.length) continue;
    const larger = new Uint8Array(bytes.length * 2);
    larger.set(bytes);
    bytes = larger;
  }
  return bytes.slice(0, Math.min(length, most));
}
