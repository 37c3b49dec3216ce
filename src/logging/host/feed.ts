/**
 * One input on its way to its log directories: what one svlogd(8) does. Any number of feeds share a loop.
 *
 * Every directory takes the whole of a read before the next is made. One that cannot go on (a full disk, a processor
 * that is not done) therefore holds up the feeder and loses nothing; signals are heard all the while, and other feeds
 * go on. Nothing to do is no system call.
 *
 * What has been read lies in the place of the feed, behind its ledger (`ledger.ts`), and where there is a journal both
 * outlive the process: whoever opens the directory next finds how far each line got, and goes on.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Say } from "../../rotation/effects.ts";
import { type EndedChild, type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { errnoText, printLine } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import type { Config } from "../config.ts";
import { type Dialect, MULTILOG, SVLOGD } from "../dialect.ts";
import { copyErrors } from "../errors.ts";
import type { Script } from "../multilog.ts";
import { END_AT, Ledger, LEDGER_BYTES } from "../ledger.ts";
import {
  type Arena,
  type Batch,
  beginBatch,
  endBatch,
  findLines,
  isMidLine,
  makeBatch,
  moveBatch,
} from "../lines.ts";
import type { Options } from "../options.ts";
import { replaceBytes, replacementTable } from "../replacement.ts";
import { setStamp, setStampAt, type Stamp } from "../stamp.ts";
import { AsideLines, type AsidesKernel } from "./asides.ts";
import { type DatagramKernel, DatagramSender } from "./datagrams.ts";
import { DIRECTORY_MODE, type DirectoryKernel, LogDirectory } from "./directory.ts";
import { Journal, type JournalKernel } from "./journal.ts";
import { type InputPlace, READ_BYTES, type Workbench } from "./workbench.ts";

const NEWLINE = 0x0a;
/** Inodes are small; nanoseconds that pass between two pipes are few. */
const PIPE_SHIFT = 32n;
const NANOSECONDS = 1_000_000_000n;
const NO_DIRECTORY = 111;
/** Who writes so much at once is not to be kept waiting: a pipe holds 64 kB. */
const MUCH_BYTES = 4096;

export type FeedKernel =
  & DirectoryKernel
  & AsidesKernel
  & JournalKernel
  & Pick<Kernel, "poll" | "regionMemory">;

export interface FeedPlan {
  readonly input: Fd;
  /** Where messages go, and lines that `e` selects. */
  readonly errors: Fd;
  /** Names of directories are relative to it. */
  readonly base: Fd;
  readonly options: Options;
  /** Instead of the files `config` of the directories. */
  readonly config?: Config;
  /** To send lines by UDP. Where it is absent `u` and `U` are told, and count for nothing. */
  readonly datagrams?: DatagramKernel;
  /** Of multilog(8): what it says of directories and lines counts. */
  readonly script?: Script;
  readonly owner: FeedOwner;
}

/** Whom a feed works for. */
export interface FeedOwner {
  /** Takes messages; absent: each is a line on `errors`. */
  report?(line: string): void;
  /** All is written and closed (0), or there is no directory to write to (111). */
  ended(code: number): void;
}

/** reading; the last line is under way; waiting for processors; closing. */
type Phase = "reading" | "lastLine" | "processors" | "closing" | "over";

export class Feed implements Sleeper {
  wakeAtMs = Infinity;
  readonly kernel: FeedKernel;
  readonly batch: Batch;
  readonly ledger: Ledger;
  readonly ledgerAt: number;
  readonly marginBytes: number;
  readonly stampBytes: number;
  config: Config | undefined;
  readonly datagrams: DatagramSender | undefined;
  readonly #loop: Loop;
  readonly #plan: FeedPlan;
  readonly #workbench: Workbench;
  readonly #place: InputPlace;
  readonly #stamp: Stamp;
  readonly #replacements: Uint8Array | undefined;
  readonly #directories: readonly LogDirectory[];
  /** Lines that a script sends elsewhere. */
  readonly #asides: AsideLines | undefined;
  readonly #onInput = (): void => this.#readable();
  #journal: Journal | undefined;
  #phase: Phase = "reading";
  /** No more input is wanted; `#completes`: but the rest of a line that has begun. */
  #ends = false;
  #completes = false;
  /** The line under way is read to its end, however long that takes. */
  #finishes = false;
  /** A script that cannot be begun ends at once. */
  #refused = false;
  #canRead = false;
  #code = 0;
  #paused = false;
  /** The input is in the set of what is waited for; or is never, and always ready. */
  #watching = false;
  #alwaysReady = false;

  /** Throws SysError (ENOMEM) where the workbench has no place left. */
  constructor(kernel: FeedKernel, loop: Loop, workbench: Workbench, plan: FeedPlan) {
    const { options } = plan;
    this.kernel = kernel;
    this.#loop = loop;
    this.#workbench = workbench;
    this.#plan = plan;
    const place = workbench.takePlace();
    if (place === undefined) throw new SysError({ call: "feed", errno: ERRNO.ENOMEM });
    this.#place = place;
    this.config = plan.config;
    this.datagrams = plan.datagrams && new DatagramSender(plan.datagrams, options.lineBytes);
    this.ledgerAt = place.at;
    this.ledger = new Ledger(workbench.ledgers, place.at);
    this.batch = makeBatch(place.at + LEDGER_BYTES);
    this.marginBytes = this.dialect.marginBytes(options.lineBytes);
    this.#stamp = workbench.stampOf(options.stamp);
    this.stampBytes = this.#stamp.bytes.length;
    this.#replacements = replacementTable(options);
    this.#directories = options.directories.map((name, index) =>
      new LogDirectory(this, name, plan.script?.directories[index]?.config)
    );
    this.#asides = plan.script === undefined
      ? undefined
      : new AsideLines(this, plan.script.asides, this.#stamp);
  }

  // Of a thousand feeds each word counts: what the plan or the workbench has is not kept twice.
  get base(): Fd {
    return this.#plan.base;
  }
  get arena(): Arena {
    return this.#workbench.arena;
  }
  get program(): string | undefined {
    return this.#plan.options.program;
  }
  get lineBytes(): number {
    return this.#plan.options.lineBytes;
  }
  get dialect(): Dialect {
    return this.#plan.script === undefined ? SVLOGD : MULTILOG;
  }

  configOf(text: string): Config {
    return this.#workbench.configOf(text);
  }

  /** Opens the directories, goes on where a dead logger stopped, and reads from then on. */
  begin(): void {
    if (this.#asides?.open() === false) return this.#end(NO_DIRECTORY);
    const first = this.#openJournal();
    this.#recover();
    if (first?.isGone === false) this.#leaveToNext(first);
    this.#go();
  }

  /** Ends with the line that has begun. */
  term(): void {
    this.#inform("sigterm received.");
    if (this.dialect.onTerm === "awaitNewline") this.#finishes = true;
    else {
      this.#completes ||= !this.#ends;
      this.#ends = true;
    }
    this.#go();
  }

  /** Ends with what has been read, as if the input were at its end. */
  leave(): void {
    this.#ends = true;
    this.#go();
  }

  /** Whether every directory is in use. */
  get isWhole(): boolean {
    return this.#directories.every(({ isGone }) => !isGone);
  }

  /** Opens the directories anew; `config` is what the plan's has become. */
  hup(config = this.config): void {
    this.#inform("sighangup received.");
    this.config = config;
    if (this.#phase !== "reading" || this.#ends) return;
    for (const directory of this.#directories) {
      directory.joins = directory.isGone;
      directory.reopens = true;
    }
    this.#go();
  }

  /** Rotates what is not empty. */
  alrm(): void {
    this.#inform("sigalarm received.");
    for (const directory of this.#directories) directory.rotates = true;
    this.#go();
  }

  /** Reads nothing more for the time being. */
  pause(on: boolean): void {
    this.#paused = on;
    this.#go();
  }

  /** A child has ended; true when it was a processor of this feed. */
  ended({ pid, status }: EndedChild): boolean {
    const directory = this.#directories.find(({ processorPid }) => processorPid === pid);
    if (directory === undefined) return false;
    directory.processed(status);
    this.#go();
    return true;
  }

  /** A deadline has come. */
  wake(): void {
    for (const directory of this.#directories) directory.passTime();
    this.#asides?.passTime();
    this.#go();
  }

  stampNow(): Uint8Array {
    if (this.stampBytes > 0) setStamp(this.#stamp, this.kernel.wallNs());
    return this.#stamp.bytes;
  }

  get area(): Uint8Array<ArrayBuffer> {
    return this.#workbench.area;
  }

  say(said: Say): void {
    if (said.kind === "info" && !this.#plan.options.verbose) return;
    const reason = said.errno === undefined ? "" : `: ${errnoText(said.errno)}`;
    this.#print(`${said.kind}: ${said.text}${reason}`);
  }

  // The journal

  /**
   * Named by the first directory that is there, which is returned if another process holds the journal. Input that is
   * no pipe cannot be taken into one.
   */
  #openJournal(): LogDirectory | undefined {
    this.ledger.clear();
    this.#makeFirst();
    if (this.#pipe() === undefined) return undefined;
    for (const directory of this.#directories) {
      const found = this.#statOf(directory.name);
      if (found === undefined) continue;
      const journal = Journal.open(this.kernel, found, this.#place, this.lineBytes, END_AT);
      if (journal === "taken") return directory;
      this.#journal = journal;
      if (!this.ledger.isValid(this.#place.bytes)) this.ledger.clear();
      return undefined;
    }
    return undefined;
  }

  /**
   * Who holds the journal holds the log directory, too: a svlogd, or for a moment the child of one that was killed when
   * it had just started its processor. Where the directory can be had and the journal could not, that moment is over
   * now, and the next svlogd finds both.
   */
  #leaveToNext({ name }: LogDirectory): void {
    this.#print(`fatal: unable to take over from another svlogd: ${name}: ${errnoText(ERRNO.EAGAIN)}`);
    this.#code = NO_DIRECTORY;
    this.#ends = true;
  }

  /** multilog(8) makes its directories, and the first names the journal. */
  #makeFirst(): void {
    const first = this.#plan.script?.directories[0];
    if (first === undefined) return;
    try {
      this.kernel.mkdir(this.base, first.name, DIRECTORY_MODE);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  /** A number of the pipe: its inode; of one that has a name also its time, for another may get that inode. */
  #pipe(): number | undefined {
    try {
      const { kind, inode, birthNs } = this.kernel.statFd(this.#plan.input);
      if (kind !== "fifo") return undefined;
      return birthNs === 0n ? inode : Number(BigInt.asUintN(53, birthNs ^ BigInt(inode) << PIPE_SHIFT));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  #statOf(name: string): ReturnType<FeedKernel["stat"]> | undefined {
    try {
      return this.kernel.stat(this.base, name);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /** Opens the directories, and takes up what was read and not written. */
  #recover(): void {
    const { ledger, batch, ledgerAt } = this;
    ledger.finishMove();
    const { start, continued, open } = ledger.batch;
    batch.start = batch.from = ledgerAt + start;
    batch.end = ledgerAt + ledger.end;
    for (const directory of this.#directories) {
      directory.joins = false;
      if (this.#refused) directory.reopens = false;
      else directory.reopen();
      if (this.dialect.needs === "every" && directory.isGone) this.#refused = true;
    }
    if (this.#refused) return;
    batch.continued = continued;
    batch.open = open;
    this.#takeUp();
    ledger.pipe = this.#pipe() ?? 0;
  }

  #takeUp(): void {
    const { ledger, batch, arena, ledgerAt } = this;
    const standings = this.#directories.map(({ record }) =>
      record === undefined ? undefined : ledger.standing(record)
    );
    findLines(arena, batch, this.lineBytes);
    // The dead logger may not have come to it; what has been replaced stays as it is.
    if (this.#replacements !== undefined) replaceBytes(arena, batch, this.#replacements, this.lineBytes);
    this.#setLeads(standings.some((one) => (one?.skip ?? 0) > 0));
    this.#directories.forEach(({ stream }, index) => {
      stream.begin(batch, this.#stamp.bytes);
      const standing = standings[index];
      if (standing !== undefined) {
        stream.resume(arena, batch, ledgerAt + standing.at, standing.skip, standing.open);
      }
    });
    // The beginning of a line from a pipe that is no more is a line of its own.
    if (ledger.pipe !== this.#pipe()) this.#completeLine();
    this.#workbench.owner = this;
  }

  /** What was written in part must be made again to the byte: with the stamps of then. */
  #setLeads(again: boolean): void {
    if (this.stampBytes === 0) return;
    const { batch, held } = this.ledger.stamps;
    const now = this.kernel.wallNs();
    setStamp(this.#stamp, again ? held : now);
    if (this.batch.continued) {
      for (const { stream } of this.#directories) stream.leads.hold(this.#stamp.bytes);
    }
    this.#asides?.hold();
    setStamp(this.#stamp, again ? batch : now);
    if (!again) this.ledger.setStamp(Number(now / NANOSECONDS), Number(now % NANOSECONDS));
  }

  #completeLine(): void {
    const { batch, arena } = this;
    const ended = batch.start === batch.end ? !batch.open : arena.bytes[batch.end - 1] === NEWLINE;
    if (ended) return;
    arena.bytes[batch.end] = NEWLINE;
    this.ledger.end = ++batch.end - this.ledgerAt;
    findLines(arena, batch, this.lineBytes);
  }

  // What can be done without waiting

  #go(): void {
    if (this.#phase === "over") return;
    for (;;) {
      const code = this.#settle();
      if (code !== undefined) return this.#end(code);
      if (!this.#canRead || !this.#ends) break;
    }
    this.#watchInput();
    let deadlineMs = this.#asides?.deadlineMs ?? Infinity;
    for (const directory of this.#directories) deadlineMs = Math.min(deadlineMs, directory.deadlineMs);
    this.#loop.schedule(this, deadlineMs);
  }

  #end(code: number): void {
    this.#phase = "over";
    this.#unwatchInput();
    this.#loop.schedule(this, Infinity);
    this.#journal?.close(this.batch.start === this.batch.end);
    this.datagrams?.close();
    this.#workbench.leavePlace(this.#place);
    this.#plan.owner.ended(code);
  }

  /** Returns the exit code when all is over. */
  #settle(): number | undefined {
    for (const directory of this.#directories) if (directory.reopens) directory.reopen();
    if (this.#refused && this.#phase !== "closing") this.#enterClosing();
    if (
      this.#phase !== "closing" && this.dialect.needs === "any" &&
      this.#directories.every(({ isGone }) => isGone)
    ) {
      this.#print("fatal: no functional log directories.");
      return NO_DIRECTORY;
    }
    if (this.#phase === "reading") this.#settleReading();
    if (this.#phase === "lastLine" && this.#consume()) this.#enterProcessors();
    if (this.#phase === "processors" && this.#directories.every(({ hasIdleProcessor }) => hasIdleProcessor)) {
      this.#enterClosing();
    }
    if (this.#phase !== "closing" || !this.#directories.every(({ isGone }) => isGone)) return undefined;
    return this.#refused ? NO_DIRECTORY : this.#code;
  }

  #settleReading(): void {
    this.#canRead = this.#consume();
    if (!this.#canRead) return;
    if (this.#finishes && !isMidLine(this.batch)) this.#ends = true;
    if (!this.#ends) return;
    this.#canRead = false;
    this.#phase = "lastLine";
    if (isMidLine(this.batch)) this.#endLine();
  }

  /** The line that has begun gets what is there of its rest, and a newline. */
  #endLine(): void {
    const { arena, batch } = this;
    const read = this.#completes ? this.#readToNewline() : 0;
    const end = batch.end + read;
    if (read > 0 && arena.bytes[end - 1] === NEWLINE) return this.#takeIn(read);
    arena.bytes[end] = NEWLINE;
    this.ledger.end = end + 1 - this.ledgerAt;
    this.#takeIn(read + 1);
  }

  /** Byte by byte: what lies behind the newline is for whoever reads next. Never waits. */
  #readToNewline(): number {
    const { arena, batch, kernel } = this;
    const { input } = this.#plan;
    let read = 0;
    try {
      while (read < READ_BYTES - 1 && kernel.poll(input, "read", 0)) {
        if (this.#take(batch.end + read, 1) <= 0) break;
        if (arena.bytes[batch.end + read++] === NEWLINE) break;
      }
    } catch (thrown) {
      this.#warn("unable to read standard input", errnoOf(thrown));
    }
    return read;
  }

  #enterProcessors(): void {
    this.#phase = "processors";
    for (const directory of this.#directories) directory.driveProcessor({ kind: "leave" });
  }

  #enterClosing(): void {
    this.#phase = "closing";
    for (const directory of this.#directories) directory.close();
  }

  /** Gives the batch to every directory; true when all have it, and all could take another. */
  #consume(): boolean {
    this.#ownArena();
    let all = this.#asides?.settle() ?? true;
    for (const directory of this.#directories) {
      if (!directory.isGone && !directory.pump()) all = false;
    }
    if (!all) return false;
    if (this.batch.from !== this.batch.end) this.#endBatch();
    for (const directory of this.#directories) {
      if (directory.rotates && !directory.isGone && !directory.rotate()) all = false;
      directory.rotates = false;
    }
    return all;
  }

  /** Another feed may have used the arena since: its newlines are looked for again. */
  #ownArena(): void {
    if (this.#workbench.owner === this) return;
    this.#workbench.owner = this;
    findLines(this.arena, this.batch, this.lineBytes);
  }

  #endBatch(): void {
    const { arena, batch, ledger, ledgerAt } = this;
    const held = batch.continued && batch.count === 0;
    const { start, count } = batch;
    for (const { stream } of this.#directories) stream.leads.end(arena, batch);
    this.#asides?.endBatch();
    endBatch(arena, batch);
    for (const directory of this.#directories) {
      if (!directory.isGone) directory.account(batch.start - start, count);
    }
    if (batch.continued && !held) ledger.holdStamp();
    ledger.batchBegins({ start: batch.start - ledgerAt, continued: batch.continued, open: batch.open });
    this.#move();
  }

  /** What is kept goes to the beginning of the place, unless it would pass over itself. */
  #move(): void {
    const { arena, batch, ledger, ledgerAt } = this;
    const base = ledgerAt + LEDGER_BYTES;
    const length = batch.end - batch.start;
    if (batch.start === base || length > batch.start - base) return;
    moveBatch(arena, batch, base);
    ledger.move(length);
    for (const { stream } of this.#directories) stream.moveTo(base);
  }

  // Input

  #readable(): void {
    if (!this.#canRead || this.#ends || this.#paused) return;
    // What is read now belongs to the next log when the time of this one is over.
    for (const directory of this.#directories) {
      directory.passTime();
      if (directory.rotates) this.#go();
    }
    if (!this.#canRead) return;
    let read: number;
    try {
      read = this.#take(this.batch.end, this.#finishes ? 1 : READ_BYTES);
    } catch (thrown) {
      this.#loseInput(errnoOf(thrown));
      return this.#go();
    }
    if (read === WOULD_BLOCK) return this.#go();
    if (read >= MUCH_BYTES) this.#loop.hurry();
    if (read === 0) this.#ends = true;
    else this.#takeIn(read);
    this.#go();
  }

  /** Puts at most `length` bytes of the input at `at`; the ledger then knows of them. */
  #take(at: number, length: number): number {
    const { input } = this.#plan;
    if (this.#journal !== undefined) return this.#journal.take(input, at - this.ledgerAt, length);
    const read = this.kernel.read(input, this.arena.bytes.subarray(at, at + length));
    if (read > 0) this.ledger.end = at + read - this.ledgerAt;
    return read;
  }

  /** Makes a batch of what was read. */
  #takeIn(read: number): void {
    const { arena, batch, lineBytes } = this;
    if (this.stampBytes > 0) {
      const { wall } = this.#workbench;
      this.kernel.readWall(wall);
      setStampAt(this.#stamp, wall);
      this.ledger.setStamp(wall.seconds, wall.nanoseconds);
    }
    beginBatch(arena, batch, read, lineBytes);
    this.#workbench.owner = this;
    if (this.#replacements !== undefined) replaceBytes(arena, batch, this.#replacements, lineBytes);
    for (const { stream } of this.#directories) stream.begin(batch, this.#stamp.bytes);
    if (this.#asides === undefined) this.#copyErrors();
    else this.#asides.take(this.#workbench.errors, () => this.#printErrors());
  }

  /** Input is waited for only while it is wanted: it would be ready all the time. */
  #watchInput(): void {
    const wanted = this.#canRead && !this.#ends && !this.#paused;
    if (this.#alwaysReady) {
      if (wanted) this.#loop.goOn(this.#onInput);
      return;
    }
    if (!wanted) return this.#unwatchInput();
    if (this.#watching) return;
    try {
      this.#loop.watch(this.#plan.input, "read", this.#onInput);
      this.#watching = true;
    } catch (thrown) {
      // A file is always ready and cannot be waited for (epoll_ctl(2), EPERM).
      if (errnoOf(thrown) === ERRNO.EPERM) {
        this.#alwaysReady = true;
        return this.#loop.goOn(this.#onInput);
      }
      this.#loseInput(errnoOf(thrown));
      this.#go();
    }
  }

  #unwatchInput(): void {
    if (this.#watching) this.#loop.unwatch(this.#plan.input);
    this.#watching = false;
  }

  #loseInput(errno: number): void {
    this.#warn("unable to read standard input", errno);
    this.#ends = true;
  }

  // Messages

  #copyErrors(): void {
    const selecting = this.#directories.filter((one) => !one.isGone && one.config.errorRules.length > 0);
    if (selecting.length === 0) return;
    const streams = selecting.map(({ stream, config }) => ({
      leads: stream.leads,
      rules: config.errorRules,
    }));
    const flush = () => this.#printErrors();
    copyErrors(this.arena, this.batch, streams, this.#workbench.errors, this.lineBytes, flush);
    flush();
  }

  /** What cannot be printed is dropped: there is nobody to tell. */
  #printErrors(): void {
    const { errors } = this.#workbench;
    const { bytes, fill } = errors;
    errors.fill = 0;
    try {
      for (let at = 0; at < fill;) {
        const wrote = this.kernel.write(this.#plan.errors, bytes.subarray(at, fill));
        if (wrote === WOULD_BLOCK) this.kernel.poll(this.#plan.errors, "write", -1);
        else at += wrote;
      }
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  #inform(text: string): void {
    this.say({ call: "say", kind: "info", text });
  }

  #warn(text: string, errno: number): void {
    this.say({ call: "say", kind: "warning", text, errno });
  }

  #print(text: string): void {
    const line = `${this.dialect.program}: ${text}`;
    const { owner } = this.#plan;
    if (owner.report !== undefined) return owner.report(line);
    try {
      printLine(this.kernel, this.#plan.errors, line);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }
}
