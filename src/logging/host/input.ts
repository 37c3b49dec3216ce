/**
 * The descriptor that a feed reads its lines from.
 *
 * With a journal, splice(2) moves bytes from the pipe into memory that outlives the process; without one, read(2) puts
 * them into the same slot. The loop waits for the descriptor only while the feed wants input: a pipe with something in
 * it would be ready all the time. A regular file cannot be waited for and is always ready.
 */
import { ERRNO } from "../../posix/errno.ts";
import type { Loop } from "../../runtime/loop.ts";
import { errnoOf } from "../../sys/error.ts";
import { NEWLINE } from "../lines.ts";
import type { Intake } from "./intake.ts";
import type { Journal } from "./journal.ts";
import { READ_BYTES } from "./workbench.ts";

/** The message that the input cannot be read or waited for. */
export const UNREADABLE = "unable to read standard input";

/** The input of one feed. */
export class Input {
  readonly #intake: Intake;
  readonly #loop: Loop;
  readonly #onReadable: () => void;
  #journal: Journal | undefined;
  /** True when the loop waits for the descriptor. */
  #watched = false;
  /** True when the descriptor cannot be waited for; it never blocks. */
  #alwaysReady = false;

  /** The loop calls `onReadable` while the input is wanted and may be read. */
  constructor(intake: Intake, loop: Loop, onReadable: () => void) {
    this.#intake = intake;
    this.#loop = loop;
    this.#onReadable = onReadable;
  }

  /** Takes bytes into this journal from now on. */
  useJournal(journal: Journal | undefined): void {
    this.#journal = journal;
  }

  /** Closes the journal. If all input is written, the journal is removed, too. */
  closeJournal(): void {
    const { batch } = this.#intake;
    this.#journal?.close(batch.start === batch.end);
  }

  /**
   * Puts at most `length` bytes of the input at `at` and makes them known to the ledger. Returns their number, 0 at the
   * end of the input, or WOULD_BLOCK. Throws SysError.
   */
  take(at: number, length: number): number {
    const { ledger, ledgerAt, kernel, arena, plan: { input } } = this.#intake;
    if (this.#journal !== undefined) return this.#journal.take(input, at - ledgerAt, length);
    const read = kernel.read(input, arena.bytes.subarray(at, at + length));
    if (read > 0) ledger.end = at + read - ledgerAt;
    return read;
  }

  /**
   * Takes what is there of the line that has begun, and never waits. Goes byte by byte, because the bytes behind
   * the newline are for the next reader of the pipe. Returns the number of bytes.
   */
  takeToNewline(): number {
    const { arena, batch, kernel, plan: { input } } = this.#intake;
    let read = 0;
    try {
      while (read < READ_BYTES - 1 && kernel.poll(input, "read", 0)) {
        if (this.take(batch.end + read, 1) <= 0) break;
        if (arena.bytes[batch.end + read++] === NEWLINE) break;
      }
    } catch (thrown) {
      this.#intake.warn(UNREADABLE, errnoOf(thrown));
    }
    return read;
  }

  /** Waits for input, or no longer. Returns the errno if the descriptor cannot be waited for and cannot be read. */
  listen(wanted: boolean): number | undefined {
    if (!wanted) return void this.ignore();
    if (this.#alwaysReady) return void this.#loop.goOn(this.#onReadable);
    return this.#watched ? undefined : this.#watch();
  }

  #watch(): number | undefined {
    try {
      this.#loop.watch(this.#intake.plan.input, "read", this.#onReadable);
      this.#watched = true;
      return undefined;
    } catch (thrown) {
      // A file is always ready and cannot be waited for (epoll_ctl(2), EPERM).
      if (errnoOf(thrown) !== ERRNO.EPERM) return errnoOf(thrown);
      this.#alwaysReady = true;
      this.#loop.goOn(this.#onReadable);
      return undefined;
    }
  }

  /** Waits for input no longer. */
  ignore(): void {
    if (this.#watched) this.#loop.unwatch(this.#intake.plan.input);
    this.#watched = false;
  }
}
