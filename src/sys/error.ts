/** A system call that failed: the fact, without wording (runtime/report.ts has the wording). */
export class SysError extends Error {
  readonly call: string;
  readonly path: string;
  readonly errno: number;

  constructor(fact: { readonly call: string; readonly path?: string; readonly errno: number }) {
    // Errors are ordinary answers here (no `log`, no `finish`): a stack trace would cost more than the call.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${fact.call}${fact.path === undefined ? "" : ` ${fact.path}`}: errno ${fact.errno}`);
    Error.stackTraceLimit = limit;
    this.name = "SysError";
    this.call = fact.call;
    this.path = fact.path ?? "";
    this.errno = fact.errno;
  }
}

/** The errno of a thrown SysError; anything else is a defect and thrown on. */
export function errnoOf(thrown: unknown): number {
  if (thrown instanceof SysError) return thrown.errno;
  throw thrown;
}

/** errno.h, the same numbers on x86_64 and aarch64. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EPIPE: 32,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENOTSOCK: 88,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ECONNREFUSED: 111,
  EDQUOT: 122,
} as const;

/** Out of descriptors or memory: errors that say nothing about the file that was to be opened. */
export const SHORTAGES: ReadonlySet<number> = new Set([ERRNO.EMFILE, ERRNO.ENFILE, ERRNO.ENOMEM]);
