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

/**
 * Goes on when `thrown` is a SysError, and throws anything else on: it would be a defect.
 *
 * For a `catch` that has an answer for every system call that fails, whatever its errno.
 */
export function rethrowUnlessSysError(thrown: unknown): void {
  if (!(thrown instanceof SysError)) throw thrown;
}
