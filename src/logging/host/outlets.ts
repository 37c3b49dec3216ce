/**
 * The outlets of the lines of one feed: its log directories, and for a script of multilog(8) also standard error and
 * status files (`asides.ts`).
 *
 * Every outlet gets the whole of a batch before the feed reads again. An outlet that cannot go on (a full disk, a
 * processor that is not done) therefore holds up the feed, and no line is lost.
 */
import { copyErrors } from "../errors.ts";
import { LEDGER_BYTES } from "../ledger.ts";
import { endBatch, moveBatch } from "../lines.ts";
import { AsideLines } from "./asides.ts";
import { LogDirectory } from "./directory.ts";
import type { Intake } from "./intake.ts";

/** The outlets of one feed. */
export class Outlets {
  readonly directories: readonly LogDirectory[];
  readonly #intake: Intake;
  /** Lines that a script sends to standard error and into status files. */
  readonly #asides: AsideLines | undefined;

  /** Opens nothing yet. */
  constructor(intake: Intake) {
    const { options, script } = intake.plan;
    this.#intake = intake;
    this.directories = options.directories.map((name, index) =>
      new LogDirectory(intake, name, script?.directories[index]?.config)
    );
    this.#asides = script === undefined ? undefined : new AsideLines(intake, script.asides, intake.stamp);
  }

  /** Makes the status files of the script. False if one cannot be made: the reason has been said. */
  openAsides(): boolean {
    return this.#asides?.open() ?? true;
  }

  get allAreOpen(): boolean {
    return this.directories.every(({ isGone }) => !isGone);
  }

  get allAreGone(): boolean {
    return this.directories.every(({ isGone }) => isGone);
  }

  get noProcessorWorks(): boolean {
    return this.directories.every(({ hasIdleProcessor }) => hasIdleProcessor);
  }

  /** The time at which an outlet next needs a wake, on the monotonic clock; Infinity for never. */
  get deadlineMs(): number {
    let deadlineMs = this.#asides?.deadlineMs ?? Infinity;
    for (const directory of this.directories) deadlineMs = Math.min(deadlineMs, directory.deadlineMs);
    return deadlineMs;
  }

  // Orders

  /** A deadline may have come. */
  passTime(): void {
    for (const directory of this.directories) directory.passTime();
    this.#asides?.passTime();
  }

  /** Tells the directories the time before a batch is read. True if a log is so old that it is to be rotated first. */
  passRotationTime(): boolean {
    let rotates = false;
    for (const directory of this.directories) {
      directory.passTime();
      rotates ||= directory.rotates;
    }
    return rotates;
  }

  /** Every directory is to be closed and opened again at the next `reopenDue`. One that was not open joins in. */
  orderReopening(): void {
    for (const directory of this.directories) {
      directory.joins = directory.isGone;
      directory.reopens = true;
    }
  }

  /** Opens the directories that are to be opened again. */
  reopenDue(): void {
    for (const directory of this.directories) if (directory.reopens) directory.reopen();
  }

  /** Every log that is not empty is to be rotated before the next batch. */
  orderRotation(): void {
    for (const directory of this.directories) directory.rotates = true;
  }

  /** Limits the tries of processors: from now on a processor that fails is tried only a few more times. */
  limitProcessorTries(): void {
    for (const directory of this.directories) directory.driveProcessor({ kind: "leave" });
  }

  /** Closes the logs in order. A step that fails is tried again when its time has come. */
  close(): void {
    for (const directory of this.directories) directory.close();
  }

  /** The process `pid` has ended. True if it was a processor of one of the directories. */
  processorEnded(pid: number, status: number): boolean {
    const directory = this.directories.find(({ processorPid }) => processorPid === pid);
    directory?.processed(status);
    return directory !== undefined;
  }

  // Batches

  /** A line that an earlier process read in part has the stamp at hand. */
  holdStamp(): void {
    const { batch, stamp } = this.#intake;
    if (batch.continued) {
      for (const { stream } of this.directories) stream.leads.hold(stamp.bytes);
    }
    this.#asides?.hold();
  }

  /** Takes in the batch that has begun. Lines for standard error are printed at once. */
  beginBatch(): void {
    const { batch, stamp, errorText } = this.#intake;
    for (const { stream } of this.directories) stream.begin(batch, stamp.bytes);
    if (this.#asides === undefined) this.#printSelectedErrors();
    else this.#asides.take(errorText, () => this.#intake.printErrors());
  }

  /** The lines that `e` selects for standard error. */
  #printSelectedErrors(): void {
    const selecting = this.directories.filter((one) => !one.isGone && one.config.errorRules.length > 0);
    if (selecting.length === 0) return;
    const intake = this.#intake;
    const sources = selecting.map(({ stream, config }) => ({
      leads: stream.leads,
      rules: config.errorRules,
    }));
    const flush = () => intake.printErrors();
    copyErrors(intake.arena, intake.batch, sources, intake.errorText, intake.lineBytes, flush);
    flush();
  }

  /** Writes the batch to every outlet, and rotates what is to be rotated. True when all could take another batch. */
  write(): boolean {
    this.#intake.regainArena();
    let all = this.#asides?.settle() ?? true;
    for (const directory of this.directories) {
      if (!directory.isGone && !directory.pump()) all = false;
    }
    if (!all) return false;
    const { from, end } = this.#intake.batch;
    if (from !== end) this.#endBatch();
    for (const directory of this.directories) {
      if (directory.rotates && !directory.isGone && !directory.rotate()) all = false;
      directory.rotates = false;
    }
    return all;
  }

  #endBatch(): void {
    const { arena, batch, ledger, ledgerAt } = this.#intake;
    const held = batch.continued && batch.count === 0;
    const { start, count } = batch;
    for (const { stream } of this.directories) stream.leads.end(arena, batch);
    this.#asides?.endBatch();
    endBatch(arena, batch);
    for (const directory of this.directories) {
      if (!directory.isGone) directory.account(batch.start - start, count);
    }
    if (batch.continued && !held) ledger.holdStamp();
    ledger.batchBegins({ start: batch.start - ledgerAt, continued: batch.continued, open: batch.open });
    this.#moveToFront();
  }

  /** Moves what is kept of the batch to the beginning of the slot, unless it would pass over itself. */
  #moveToFront(): void {
    const { arena, batch, ledger, ledgerAt } = this.#intake;
    const base = ledgerAt + LEDGER_BYTES;
    const length = batch.end - batch.start;
    if (batch.start === base || length > batch.start - base) return;
    moveBatch(arena, batch, base);
    ledger.move(length);
    for (const { stream } of this.directories) stream.moveTo(base);
  }
}
