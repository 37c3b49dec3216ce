/**
 * Writes the lines of one log directory to its file `current`.
 *
 * A batch becomes one write, unless the rules of size (`../limits.ts`) end the file in between. Before each write its
 * intent goes into the ledger, so that the next logger can tell what became of it. If a write fails, the output area is
 * not kept: the stream goes back, and the same bytes are made again later.
 *
 * On a full disk lines wait, or, if `config` says so, they are dropped and counted. Then the first line that can be
 * written again is one that tells how many are missing.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { errnoText } from "../../runtime/report.ts";
import { bytesOf } from "../../sys/bytes.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { markerText } from "../accounts.ts";
import type { Config } from "../config.ts";
import { decisiveSize, endsWithLine, fitting, isFull } from "../limits.ts";
import { restAt } from "../lines.ts";
import { type Position, Stream } from "../stream.ts";
import type { DirectoryOwner } from "./directory_owner.ts";
import { DirectoryRecord } from "./directory_record.ts";

/** The log that a writer writes to. */
export interface WritableLog {
  readonly config: Config;
  /** True when `current` is open and may be written to. */
  readonly isReady: boolean;
  /** True when writing waits because of this error, which means that the disk is full. */
  lacksRoom(errno: number): boolean;
  /** Makes `current` an old log. False when writing has to wait for that. */
  rotate(): boolean;
  /** A write has failed. False when writing has to wait. */
  writeFailed(errno: number): boolean;
}

/** The writer of one log directory. */
export class LogWriter {
  /** The lines on their way to the file. */
  readonly stream: Stream;
  readonly record: DirectoryRecord;
  readonly #owner: DirectoryOwner;
  readonly #log: WritableLog;
  /** `current`: its descriptor, its inode, and its bytes. */
  #fd: Fd = -1;
  #inode = 0;
  #size = 0;
  /** Why the last write failed. A logger that died dropped lines only because the disk was full. */
  #errno: number = ERRNO.ENOSPC;

  /** Begins with the batch of `owner`. */
  constructor(owner: DirectoryOwner, log: WritableLog) {
    this.#owner = owner;
    this.#log = log;
    this.stream = new Stream(owner.batch.start, owner.stampBytes, owner.dialect.patternsSeeStamp);
    this.record = new DirectoryRecord(owner);
  }

  /** Bytes in `current`. */
  get size(): number {
    return this.#size;
  }

  /** Writes to this file from now on. Its size is asked of the kernel: a logger that died may have written more than it told. */
  use(current: Fd): void {
    const { size, inode } = this.#owner.kernel.statFd(current);
    this.#fd = current;
    this.#size = size;
    this.#inode = inode;
  }

  /** The directory takes part from the next line on. */
  join(): void {
    const { batch } = this.#owner;
    const between = batch.from === batch.end;
    this.stream.skipBatch(batch, between);
    this.record.pass(between ? batch.start : this.stream.at, this.stream.open);
  }

  /** Counts a batch that is over: `bytes` in `lines`. */
  account(bytes: number, lines: number): void {
    const { accounts } = this.record;
    accounts.inBytes += bytes;
    accounts.inLines += lines;
    this.stream.takeDeselected(accounts);
    this.record.keepAccounts();
  }

  /** Writes the rest of the batch. False when it has to wait: for time, or for its processor. */
  pump(): boolean {
    const { arena, batch, lineBytes, marginBytes } = this.#owner;
    const { stream } = this;
    const log = this.#log;
    for (;;) {
      if (this.#drops) return this.#dropBatch();
      if (!log.isReady) return false;
      if (this.#owesMarker && !this.#writeMarker()) continue;
      if (stream.owesNote && !this.#writeNote()) continue;
      const from = stream.position();
      const room = decisiveSize(log.config.sizeBytes, marginBytes) - this.#size;
      const all = stream.fillArea(arena, batch, lineBytes, room);
      if (!this.#drain(from)) {
        if (this.#drops) continue;
        return false;
      }
      if (all) return log.isReady;
    }
  }

  // Writing

  /** Writes the output area, under the rules of size. If that fails, its rest is made again from `from`. */
  #drain(from: Position): boolean {
    const { stream } = this;
    const { sizeBytes } = this.#log.config;
    const wrote = stream.written < stream.fill;
    while (stream.written < stream.fill) {
      const going = isFull(sizeBytes, this.#size) ? this.#log.rotate() : this.#write(from);
      if (going) continue;
      stream.goBack(this.#owner.arena, from);
      return false;
    }
    stream.wroteAll();
    if (!wrote && stream.at !== from.at) this.record.pass(stream.at, stream.open);
    if (wrote && stream.endsLine && endsWithLine(sizeBytes, this.#owner.marginBytes, this.#size)) {
      this.#log.rotate();
    }
    return true;
  }

  #write(from: Position): boolean {
    const { kernel, arena } = this.#owner;
    const { stream, record } = this;
    const count = fitting(this.#log.config.sizeBytes, this.#size, stream.fill - stream.written);
    const bytes = stream.written === arena.outputAt
      ? this.#owner.area
      : arena.bytes.subarray(stream.written, stream.fill);
    this.#intend(from, count);
    let errno: number;
    try {
      const wrote = kernel.write(this.#fd, bytes, count);
      if (wrote >= 0) {
        if (wrote < count) this.#intend(from, wrote);
        record.fulfil();
        stream.wrote(wrote);
        this.#size += wrote;
        record.accounts.writtenBytes += wrote;
        return true;
      }
      errno = ERRNO.EAGAIN;
    } catch (thrown) {
      errno = errnoOf(thrown);
    }
    record.withdraw();
    return this.#couldNotWrite(errno);
  }

  #couldNotWrite(errno: number): boolean {
    this.#errno = errno;
    return this.#log.writeFailed(errno);
  }

  /** Lays down what a write of `count` bytes will have done: all of the area, or a part of what is made from `from`. */
  #intend(from: Position, count: number): void {
    const { stream } = this;
    const all = stream.written + count === stream.fill;
    const { at, open } = all ? stream : from;
    const skip = all ? 0 : stream.written + count - this.#owner.arena.outputAt;
    this.record.intend(this.#inode, this.#size, count, at, skip, open);
  }

  /** Writes the note that goes before the next line. False when a part of the note could not be written. */
  #writeNote(): boolean {
    const { stream } = this;
    const { sizeBytes } = this.#log.config;
    for (let { note } = stream; note !== undefined; note = stream.note) {
      if (isFull(sizeBytes, this.#size) && !this.#log.rotate()) return false;
      const count = fitting(sizeBytes, this.#size, note.length);
      const wrote = this.#append(note.slice(), count);
      if (wrote < 0 && !this.#couldNotWrite(this.#errno)) return false;
      stream.wroteNote(Math.max(wrote, 0));
    }
    return !endsWithLine(sizeBytes, this.#owner.lineBytes, this.#size) || this.#log.rotate();
  }

  /** Appends bytes that are not of the batch. How many were written; -1 when the write failed, with `#errno`. */
  #append(bytes: Uint8Array<ArrayBuffer>, count: number): number {
    try {
      const wrote = Math.max(this.#owner.kernel.write(this.#fd, bytes, count), 0);
      this.#size += wrote;
      this.record.accounts.writtenBytes += wrote;
      return wrote;
    } catch (thrown) {
      this.#errno = errnoOf(thrown);
      return -1;
    }
  }

  // Dropping

  /** True when there is no room, and `config` says that lines do not wait for room. */
  get #drops(): boolean {
    return this.#log.lacksRoom(this.#errno) && this.#log.config.whenFull === "drop";
  }

  /** Drops the rest of the batch, and counts it. If a part of its first line is in the file, it is cut off again. */
  #dropBatch(): true {
    const { batch, arena } = this.#owner;
    const { stream, record } = this;
    const end = batch.givesRest ? batch.end : restAt(arena, batch);
    if (end <= stream.at) return true;
    const whole = stream.skip === 0 || this.#cutOff(stream.skip);
    record.accounts.droppedBytes += end - stream.at;
    record.accounts.droppedLines += stream.linesLeft(batch);
    stream.drop(batch, end, whole);
    record.pass(end, stream.open);
    record.keepAccounts();
    return true;
  }

  /** Cuts the last `bytes` off the file. False when that fails. */
  #cutOff(bytes: number): boolean {
    try {
      this.#owner.kernel.truncate(this.#fd, this.#size - bytes);
      this.#size -= bytes;
      this.record.accounts.writtenBytes -= bytes;
      return true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  /** True when lines were dropped that no line in the log has told of. */
  get #owesMarker(): boolean {
    const { toldBytes, droppedBytes } = this.record.accounts;
    return toldBytes < droppedBytes;
  }

  /** Writes a line where lines are missing. False when there is no room for it either. */
  #writeMarker(): boolean {
    const { stream } = this;
    const { accounts } = this.record;
    const [bytes, lines] = [
      accounts.droppedBytes - accounts.toldBytes,
      accounts.droppedLines - accounts.toldLines,
    ];
    const marker = bytesOf(markerText(bytes, lines, errnoText(this.#errno)));
    const end = bytesOf(stream.endsLine ? "" : "\n");
    const { prefix } = this.#log.config;
    const line = new Uint8Array([...end, ...this.#owner.stampNow(), ...prefix, ...marker]);
    const wrote = this.#append(line, line.length);
    if (wrote < line.length) {
      if (wrote > 0) this.#cutOff(wrote);
      this.#couldNotWrite(this.#errno);
      return false;
    }
    stream.wroteLine();
    accounts.toldBytes = accounts.droppedBytes;
    accounts.toldLines = accounts.droppedLines;
    this.record.keepAccounts();
    return true;
  }
}
