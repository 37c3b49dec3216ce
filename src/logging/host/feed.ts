/**
 * One input on its way to its log directories: the work of one svlogd(8) or multilog(8). A loop has any number of feeds.
 *
 * Its parts: `input.ts` is the descriptor with its journal, `intake.ts` what has been read, `outlets.ts` the
 * directories, `recovery.ts` the beginning, and this file the life.
 *
 *   reading     a batch is read, written to every outlet, and only then the next one is read
 *   lastLine    no more input is wanted; the line that has begun gets its end and is written
 *   processors  every line is written; processors that work are waited for
 *   closing     logs are being closed, in order
 *   over        the owner has been told
 *
 * An outlet that cannot go on holds up the phase, and so the feeder; signals are heard all the while, and other feeds go
 * on. Every event (input, a signal, a deadline, the end of a processor) ends in `#go`, which does all that can be done
 * without waiting. If there is nothing to do, no system call is made.
 *
 * The input lies in the slot of the feed behind its ledger (`../ledger.ts`). If there is a journal, both outlive the
 * process: the next logger on the directory finds how far each line has come, and goes on.
 */
import { ERRNO } from "../../posix/errno.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Config } from "../config.ts";
import { isMidLine, NEWLINE } from "../lines.ts";
import type { LogDirectory } from "./directory.ts";
import type { FeedKernel, FeedPlan } from "./feed_plan.ts";
import { Input, UNREADABLE } from "./input.ts";
import { Intake } from "./intake.ts";
import { Outlets } from "./outlets.ts";
import { Recovery } from "./recovery.ts";
import { READ_BYTES, type Workbench } from "./workbench.ts";

/**
 * The bytes of a large write. A writer that sends this much at once is not to be kept waiting: a pipe holds 64 kB
 * (pipe(7)).
 */
const MUCH_BYTES = 4096;

type Phase = "reading" | "lastLine" | "processors" | "closing" | "over";

/** The life of one feed. */
export class Feed implements Sleeper {
  wakeAtMs = Infinity;
  readonly #loop: Loop;
  readonly #intake: Intake;
  readonly #outlets: Outlets;
  readonly #input: Input;
  #phase: Phase = "reading";
  /** True when no more input is wanted. */
  #ends = false;
  /** True when, after `#ends`, the feed still reads the bytes that are there of a line that has begun. */
  #takesRest = false;
  /** True when input ends with the newline of the line that has begun, however long that takes. */
  #awaitsNewline = false;
  /** True when a directory that must be in use could not be opened. */
  #refused = false;
  /** True when every outlet has the whole batch. */
  #canRead = false;
  #paused = false;
  #code: number = EXIT.done;

  /** Throws SysError (ENOMEM) if the workbench has no free slot. */
  constructor(kernel: FeedKernel, loop: Loop, workbench: Workbench, plan: FeedPlan) {
    this.#loop = loop;
    this.#intake = new Intake(kernel, workbench, plan);
    this.#outlets = new Outlets(this.#intake);
    this.#input = new Input(this.#intake, loop, () => this.#readBatch());
  }

  /** Opens the directories, goes on where a dead logger stopped, and reads from then on. */
  begin(): void {
    if (!this.#outlets.openAsides()) return this.#end(EXIT.fatal);
    const recovery = new Recovery(this.#intake, this.#input, this.#outlets);
    const taken = recovery.openJournal();
    this.#refused = !recovery.openDirectories();
    if (taken?.isGone === false) this.#leaveToNext(taken);
    this.#go();
  }

  /**
   * A process that holds the journal holds the log directory, too: a svlogd, or for a moment the child of one that was
   * killed when it had just started its processor. If the directory could be opened and the journal could not, that moment
   * is over now. So this feed ends, and the next svlogd finds both.
   */
  #leaveToNext({ name }: LogDirectory): void {
    this.#intake.print(
      `fatal: unable to take over from another svlogd: ${name}: ${errnoText(ERRNO.EAGAIN)}`,
    );
    this.#code = EXIT.fatal;
    this.#ends = true;
  }

  /** True when every directory is in use. */
  get isWhole(): boolean {
    return this.#outlets.allAreOpen;
  }

  // Orders

  /** TERM: ends with the line that has begun. */
  term(): void {
    this.inform("sigterm received.");
    if (this.#intake.dialect.onTerm === "awaitNewline") this.#awaitsNewline = true;
    else {
      this.#takesRest ||= !this.#ends;
      this.#ends = true;
    }
    this.#go();
  }

  /** Ends with what has been read, as if the input were at its end. */
  leave(): void {
    this.#ends = true;
    this.#go();
  }

  /** HUP: opens the directories again. `config` replaces the plan's, if the plan has one. */
  hup(config: Config | undefined = this.#intake.config): void {
    this.inform("sighangup received.");
    this.#intake.config = config;
    if (this.#phase !== "reading" || this.#ends) return;
    this.#outlets.orderReopening();
    this.#go();
  }

  /** ALRM: rotates every log that is not empty. */
  alrm(): void {
    this.inform("sigalarm received.");
    this.#outlets.orderRotation();
    this.#go();
  }

  /** STOP and CONT: reads nothing more for the time being, or again. */
  pause(on: boolean): void {
    this.#paused = on;
    this.#go();
  }

  /** The child `pid` has ended with this wait status. True if it was a processor of this feed. */
  childEnded(pid: number, status: number): boolean {
    if (!this.#outlets.processorEnded(pid, status)) return false;
    this.#go();
    return true;
  }

  /** Says something that is of interest with -v only. */
  inform(text: string): void {
    this.#intake.inform(text);
  }

  /** A deadline has come. */
  wake(): void {
    this.#outlets.passTime();
    this.#go();
  }

  // The life

  /** Does all that can be done without waiting. */
  #go(): void {
    if (this.#phase === "over") return;
    for (;;) {
      const code = this.#settle();
      if (code !== undefined) return this.#end(code);
      if (!this.#canRead || !this.#ends) break;
    }
    this.#listen();
    this.#loop.schedule(this, this.#outlets.deadlineMs);
  }

  #end(code: number): void {
    this.#phase = "over";
    this.#input.ignore();
    this.#loop.schedule(this, Infinity);
    this.#input.closeJournal();
    this.#intake.close();
    this.#intake.plan.owner.ended(code);
  }

  /** Goes through the phases as far as they are done. Returns the exit code when all is over. */
  #settle(): number | undefined {
    const outlets = this.#outlets;
    outlets.reopenDue();
    if (this.#refused && this.#phase !== "closing") this.#enterClosing();
    if (this.#phase !== "closing" && this.#intake.dialect.needs === "any" && outlets.allAreGone) {
      this.#intake.print("fatal: no functional log directories.");
      return EXIT.fatal;
    }
    if (this.#phase === "reading") this.#settleReading();
    if (this.#phase === "lastLine" && outlets.write()) this.#enterProcessors();
    if (this.#phase === "processors" && outlets.noProcessorWorks) this.#enterClosing();
    if (this.#phase !== "closing" || !outlets.allAreGone) return undefined;
    return this.#refused ? EXIT.fatal : this.#code;
  }

  #settleReading(): void {
    const { batch } = this.#intake;
    this.#canRead = this.#outlets.write();
    if (!this.#canRead) return;
    if (this.#awaitsNewline && !isMidLine(batch)) this.#ends = true;
    if (!this.#ends) return;
    this.#canRead = false;
    this.#phase = "lastLine";
    if (isMidLine(batch)) this.#endLine();
  }

  #enterProcessors(): void {
    this.#phase = "processors";
    this.#outlets.limitProcessorTries();
  }

  #enterClosing(): void {
    this.#phase = "closing";
    this.#outlets.close();
  }

  // Input

  #listen(): void {
    const errno = this.#input.listen(this.#canRead && !this.#ends && !this.#paused);
    if (errno === undefined) return;
    this.#loseInput(errno);
    this.#go();
  }

  #readBatch(): void {
    if (!this.#canRead || this.#ends || this.#paused) return;
    // A log whose time is over is rotated before the next batch, which belongs to the new log.
    if (this.#outlets.passRotationTime()) this.#go();
    if (!this.#canRead) return;
    let read: number;
    try {
      read = this.#input.take(this.#intake.batch.end, this.#awaitsNewline ? 1 : READ_BYTES);
    } catch (thrown) {
      this.#loseInput(errnoOf(thrown));
      return this.#go();
    }
    if (read === WOULD_BLOCK) return this.#go();
    if (read >= MUCH_BYTES) this.#loop.hurry();
    if (read === 0) this.#ends = true;
    else this.#beginBatch(read);
    this.#go();
  }

  #beginBatch(read: number): void {
    this.#intake.beginBatch(read);
    this.#outlets.beginBatch();
  }

  /** Gives the line that has begun what is there of its rest, if that is wanted, and a newline. */
  #endLine(): void {
    const { arena, batch, ledger, ledgerAt } = this.#intake;
    const read = this.#takesRest ? this.#input.takeToNewline() : 0;
    const end = batch.end + read;
    if (read > 0 && arena.bytes[end - 1] === NEWLINE) return this.#beginBatch(read);
    arena.bytes[end] = NEWLINE;
    ledger.end = end + 1 - ledgerAt;
    this.#beginBatch(read + 1);
  }

  #loseInput(errno: number): void {
    this.#intake.warn(UNREADABLE, errno);
    this.#ends = true;
  }
}
