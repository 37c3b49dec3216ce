/** System calls that failed, as facts: `runtime/report.ts` has the wording. */

/** A system call that failed. */
export class SysError extends Error {
  /** Name of the call, as messages have it (`open`, `exec`). */
  readonly call: string;
  /** The path that the call was given; empty where it takes none. */
  readonly path: string;
  /** The number of the error, one of `ERRNO`. */
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

/** The errno of a thrown SysError. Anything else is a defect, and is thrown on. */
export function errnoOf(thrown: unknown): number {
  if (thrown instanceof SysError) return thrown.errno;
  throw thrown;
}

/**
 * Goes on when `thrown` is a SysError, and throws anything else on: it would be a defect.
 *
 * For a `catch` that has an answer for every system call that fails, whatever its errno.
 */
export function rethrowUnlessSysError(thrown: unknown): void {
  if (!(thrown instanceof SysError)) throw thrown;
}
