/**
 * The beginning of a feed. It opens its journal and its directories, and goes on where a logger that was killed has
 * stopped.
 *
 * The journal is named by the first log directory. The ledger at its front tells, for each directory, how far the dead
 * logger has come with the input that lies behind it (`../ledger.ts`). Lines that were written in part are made again
 * to the byte, with their old stamps. If there is no journal, the ledger is empty, and the feed begins anew.
 *
 * A Recovery lives only until its feed has begun.
 */
import { NS_PER_SECOND } from "../../time/units.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { END_AT } from "../ledger.ts";
import { findLines, NEWLINE } from "../lines.ts";
import { setStamp } from "../stamp.ts";
import { DIRECTORY_MODE } from "./calls.ts";
import type { LogDirectory } from "./directory.ts";
import type { FeedKernel } from "./feed_plan.ts";
import type { Input } from "./input.ts";
import type { Intake } from "./intake.ts";
import { Journal } from "./journal.ts";
import type { Outlets } from "./outlets.ts";

/** A pipe's inode is shifted so far before its birth is mixed in: inodes are small, and pipes are nanoseconds apart. */
const PIPE_SHIFT = 32n;
/** The bits of the largest integers that doubles hold exactly. */
const DOUBLE_BITS = 53;

/** The beginning of one feed. */
export class Recovery {
  readonly #intake: Intake;
  readonly #input: Input;
  readonly #outlets: Outlets;

  /** Does nothing yet: first `openJournal` is called, then `openDirectories`. */
  constructor(intake: Intake, input: Input, outlets: Outlets) {
    this.#intake = intake;
    this.#input = input;
    this.#outlets = outlets;
  }

  // The journal

  /**
   * Opens the journal of the first directory that is there. Returns that directory if another process holds its journal.
   *
   * Input that is no pipe cannot be taken into a journal: then there is none.
   */
  openJournal(): LogDirectory | undefined {
    const { kernel, ledger, slot, lineBytes } = this.#intake;
    ledger.clear();
    this.#makeFirstDirectory();
    if (this.#pipeNumber() === undefined) return undefined;
    for (const directory of this.#outlets.directories) {
      const found = this.#statOf(directory.name);
      if (found === undefined) continue;
      const journal = Journal.open(kernel, found, slot, lineBytes, END_AT);
      if (journal === "taken") return directory;
      this.#input.useJournal(journal);
      if (!ledger.isValid(slot.bytes)) ledger.clear();
      return undefined;
    }
    return undefined;
  }

  /** multilog(8) makes its directories, and the first must be there to name the journal. */
  #makeFirstDirectory(): void {
    const { kernel, base, plan: { script } } = this.#intake;
    const first = script?.directories[0];
    if (first === undefined) return;
    try {
      kernel.mkdir(base, first.name, DIRECTORY_MODE);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  #statOf(name: string): ReturnType<FeedKernel["stat"]> | undefined {
    try {
      return this.#intake.kernel.stat(this.#intake.base, name);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /**
   * A number that tells the pipe from others; undefined if the input is no pipe. It is the inode of the pipe. For a pipe
   * with a name its birth is mixed in, because another FIFO may get the same inode.
   */
  #pipeNumber(): number | undefined {
    try {
      const { kind, inode, birthNs } = this.#intake.kernel.statFd(this.#intake.plan.input);
      if (kind !== "fifo") return undefined;
      return birthNs === 0n
        ? inode
        : Number(BigInt.asUintN(DOUBLE_BITS, birthNs ^ BigInt(inode) << PIPE_SHIFT));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  // The directories

  /**
   * Opens the directories, and takes up the input that was read and not written. False if a directory that must be in
   * use cannot be opened: the directories behind it are not tried.
   */
  openDirectories(): boolean {
    const { ledger, batch, ledgerAt } = this.#intake;
    ledger.finishMove();
    const { start, continued, open } = ledger.batch;
    batch.start = batch.from = ledgerAt + start;
    batch.end = ledgerAt + ledger.end;
    if (!this.#openEach()) return false;
    batch.continued = continued;
    batch.open = open;
    this.#takeUp();
    ledger.pipe = this.#pipeNumber() ?? 0;
    return true;
  }

  #openEach(): boolean {
    const needsEvery = this.#intake.dialect.needs === "every";
    let refused = false;
    for (const directory of this.#outlets.directories) {
      directory.joins = false;
      if (refused) directory.reopens = false;
      else directory.reopen();
      if (needsEvery && directory.isGone) refused = true;
    }
    return !refused;
  }

  #takeUp(): void {
    const { ledger, ledgerAt, batch, arena, lineBytes, stamp } = this.#intake;
    const { directories } = this.#outlets;
    const progresses = directories.map(({ record }) =>
      record === undefined ? undefined : ledger.progress(record)
    );
    findLines(arena, batch, lineBytes);
    // The dead logger may not have come to it; what has been replaced stays as it is.
    this.#intake.replace();
    this.#setStamps(progresses.some((one) => (one?.skip ?? 0) > 0));
    directories.forEach(({ stream }, index) => {
      stream.begin(batch, stamp.bytes);
      const progress = progresses[index];
      if (progress !== undefined) {
        stream.resume(arena, batch, ledgerAt + progress.at, progress.skip, progress.open);
      }
    });
    // The beginning of a line from a pipe that is no more is a line of its own.
    if (ledger.pipe !== this.#pipeNumber()) this.#completeLine();
    this.#intake.ownArena();
  }

  /** Sets the stamps. If a line was written in part (`again`), its rest must be made with its old stamps. */
  #setStamps(again: boolean): void {
    const { kernel, ledger, stamp, stampBytes } = this.#intake;
    if (stampBytes === 0) return;
    const { batch, held } = ledger.stamps;
    const now = kernel.wallNs();
    setStamp(stamp, again ? held : now);
    this.#outlets.holdStamp();
    setStamp(stamp, again ? batch : now);
    if (!again) ledger.setStamp(Number(now / NS_PER_SECOND), Number(now % NS_PER_SECOND));
  }

  #completeLine(): void {
    const { arena, batch, ledger, ledgerAt, lineBytes } = this.#intake;
    const ended = batch.start === batch.end ? !batch.open : arena.bytes[batch.end - 1] === NEWLINE;
    if (ended) return;
    arena.bytes[batch.end] = NEWLINE;
    ledger.end = ++batch.end - ledgerAt;
    findLines(arena, batch, lineBytes);
  }
}
