/**
 * svlogzip: compresses standard input to standard output, one block of input at a time.
 *
 * Every block becomes a gzip member or a zstd frame of its own. So memory does not grow with the input, neither here nor
 * in a program that reads the file.
 */
import { EXIT } from "../posix/exit_code.ts";
import { STDERR, STDIN, STDOUT } from "../posix/descriptor.ts";
import { readWaiting } from "../runtime/input.ts";
import { type Kernel, WOULD_BLOCK } from "../runtime/kernel.ts";
import { printLine, thrownText } from "../runtime/report.ts";
import { Zlib } from "../runtime/zlib.ts";
import { withMemberLength } from "./gzip_member.ts";
import type { ZipRequest } from "./request.ts";

/** Larger blocks make the output hardly smaller, in either format. */
const BLOCK_BYTES = 1 << 20;

type Bytes = Uint8Array<ArrayBuffer>;

/** The part of the kernel that svlogzip calls. */
export type ZipKernel = Pick<Kernel, "read" | "write" | "poll" | "stat">;

/** Compresses all of standard input. Returns the exit code: 0, or 111 after one line on standard error. */
export function runZip(kernel: ZipKernel, request: ZipRequest): number {
  let failing = "compress";
  try {
    const zlib = new Zlib(kernel);
    const block = new Uint8Array(BLOCK_BYTES);
    for (let blocks = 0;; blocks++) {
      failing = "read standard input";
      const length = fill(kernel, block);
      // An empty input still becomes one empty member or frame.
      if (length === 0 && blocks > 0) return 0;
      failing = "compress";
      const packed = compress(zlib, block.subarray(0, length), request);
      failing = "write standard output";
      writeAll(kernel, packed);
      if (length < BLOCK_BYTES) return 0;
    }
  } catch (thrown) {
    printLine(kernel, STDERR, `svlogzip: fatal: unable to ${failing}: ${thrownText(thrown)}`);
    return EXIT.fatal;
  }
}

function compress(zlib: Zlib, block: Bytes, { format, level }: ZipRequest): Bytes {
  return format === "gzip" ? withMemberLength(zlib.gzip(block, level)) : zlib.zstd(block, level);
}

/** Reads until `block` is full or input ends; returns the number of bytes. */
function fill(kernel: ZipKernel, block: Bytes): number {
  let length = 0;
  while (length < block.length) {
    const read = readWaiting(kernel, STDIN, block.subarray(length));
    if (read === 0) break;
    length += read;
  }
  return length;
}

/** Writes all of `bytes` to standard output, and waits while it would block. */
function writeAll(kernel: ZipKernel, bytes: Bytes): void {
  for (let at = 0; at < bytes.length;) {
    const wrote = kernel.write(STDOUT, bytes.subarray(at));
    if (wrote === WOULD_BLOCK) kernel.poll(STDOUT, "write", -1);
    else at += wrote;
  }
}
