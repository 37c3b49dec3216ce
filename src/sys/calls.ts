import { ERRNO } from "../posix/errno.ts";
import type { Bound, Libc } from "./libc.ts";
import { byteString, putCString } from "./bytes.ts";
import { SysError } from "./error.ts";

/** PATH_MAX, linux/limits.h. */
export const PATH_MAX = 4096;

/**
 * What every group of calls shares: the bound functions, errno, and two buffers for path arguments, so that a
 * call allocates nothing.
 */
export class Calls {
  readonly c: Libc;
  readonly errno: Int32Array;
  readonly #pathA = new Uint8Array(PATH_MAX);
  readonly #pathB = new Uint8Array(PATH_MAX);

  constructor(bound: Bound) {
    this.c = bound.c;
    this.errno = bound.errno;
  }

  /** The errno of the call that has just returned a negative number. */
  lastErrno(): number {
    return this.errno[0] ?? 0;
  }

  fail(call: string, path?: string): never {
    const errno = this.lastErrno();
    throw new SysError(path === undefined ? { call, errno } : { call, path, errno });
  }

  /** The path as a C string in the first buffer. A NUL inside or PATH_MAX passed is ENAMETOOLONG or ENOENT, as for execve. */
  path(path: string): Uint8Array<ArrayBuffer> {
    return cString(this.#pathA, path);
  }

  /** The second path of a call that takes two. */
  otherPath(path: string): Uint8Array<ArrayBuffer> {
    return cString(this.#pathB, path);
  }

  text(from: Uint8Array, start: number, length: number): string {
    return byteString(from, start, length);
  }
}

function cString(buffer: Uint8Array<ArrayBuffer>, path: string): Uint8Array<ArrayBuffer> {
  if (putCString(buffer, 0, path) < 0) throw new SysError({ call: "path", path, errno: ERRNO.ENAMETOOLONG });
  if (path.includes("\0")) throw new SysError({ call: "path", path, errno: ERRNO.ENOENT });
  return buffer;
}

const KEPT = 256;
const sizes: number[] = Array.from({ length: KEPT }, () => -1);
const bigs: bigint[] = Array.from({ length: KEPT }, () => 0n);

/** A size_t argument. Those of late are kept: buffers are of few sizes, and a BigInt is an object. */
export function size(bytes: number): bigint {
  const at = bytes & (KEPT - 1);
  if (sizes[at] !== bytes) {
    sizes[at] = bytes;
    bigs[at] = BigInt(bytes);
  }
  return bigs[at] ?? 0n;
}
