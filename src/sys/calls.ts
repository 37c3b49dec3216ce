/** The common part of all classes of sys: bound functions, errno, C strings, sizes. */
import { ERRNO } from "../posix/errno.ts";
import { PATH_MAX } from "../posix/maximum.ts";
import type { Bound, Libc } from "./libc.ts";
import { byteString, putCString } from "./bytes.ts";
import { SysError } from "./error.ts";

/**
 * A group of calls: the bound functions, errno, and two buffers for path arguments, so that a call allocates nothing.
 */
export class Calls {
  /** The functions of libc that the applet has bound. */
  readonly c: Libc;
  /** The errno of the thread, as in `Bound.errno`. */
  readonly errno: Int32Array;
  readonly #pathA = new Uint8Array(PATH_MAX);
  readonly #pathB = new Uint8Array(PATH_MAX);

  /** `bound` is what one dlopen has bound; every group shares it. */
  constructor(bound: Bound) {
    this.c = bound.c;
    this.errno = bound.errno;
  }

  /** The errno of the call that has just returned a negative number. */
  lastErrno(): number {
    return this.errno[0] ?? 0;
  }

  /** Throws a SysError with the errno of the call that has just failed. */
  fail(call: string, path?: string): never {
    const errno = this.lastErrno();
    throw new SysError(path === undefined ? { call, errno } : { call, path, errno });
  }

  /**
   * The path as a C string in the first buffer. Throws SysError: ENAMETOOLONG for a path that is too long, ENOENT for
   * one with a NUL in it.
   */
  path(path: string): Uint8Array<ArrayBuffer> {
    return cString(this.#pathA, path);
  }

  /** The second path of a call that takes two. */
  otherPath(path: string): Uint8Array<ArrayBuffer> {
    return cString(this.#pathB, path);
  }

  /** The byte string of `length` bytes of `from`, from `start` on. */
  text(from: Uint8Array, start: number, length: number): string {
    return byteString(from, start, length);
  }
}

function cString(buffer: Uint8Array<ArrayBuffer>, path: string): Uint8Array<ArrayBuffer> {
  if (putCString(buffer, 0, path) < 0) throw new SysError({ call: "path", path, errno: ERRNO.ENAMETOOLONG });
  if (path.includes("\0")) throw new SysError({ call: "path", path, errno: ERRNO.ENOENT });
  return buffer;
}

/** The number of sizes that are kept as BigInts; a power of 2. */
const KEPT = 256;
const sizes: number[] = Array.from({ length: KEPT }, () => -1);
const bigs: bigint[] = Array.from({ length: KEPT }, () => 0n);

/** A size_t argument. Recent ones are kept: buffers are of few sizes, and every new BigInt is an object. */
export function size(bytes: number): bigint {
  const at = bytes & (KEPT - 1);
  if (sizes[at] !== bytes) {
    sizes[at] = bytes;
    bigs[at] = BigInt(bytes);
  }
  return bigs[at] ?? 0n;
}
