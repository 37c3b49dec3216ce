/**
 * The ledger of one feed: how far each of its log directories has come with the input that was taken from the pipe.
 *
 * A ledger lies in front of that input, in memory that a file in tmpfs shares (`host/journal.ts`). So a store is enough to
 * keep it when the logger is killed. The kernel itself writes the end of the input there (splice(2)).
 *
 * A change may be cut off anywhere. So every change ends with one store of four bytes that makes it count; the stores
 * before that one do not count yet. There are two kinds:
 *   a write    The intent is laid down before the write, and taken back after it: which file, how large the file was, how
 *              many bytes are added, and where the directory stands then. A logger that finds an intent looks at the
 *              file, and knows what became of the write.
 *   a move     The rest of a line is copied to the beginning of the slot. Then its length is laid down. Only then are
 *              the positions set.
 *
 * Layout: little-endian, offsets from the beginning of the slot. Positions are such offsets, too.
 *     0  u32 magic                  4  u32 number of directories
 *     8  u64 end of the input      16  u32 length of a rest that moves, plus 1; 0: none does
 *    20  u32 start of the batch, times 4, and what is true of its first line (BatchStart)
 *    24  u32, 40 f64 nanoseconds and seconds of the stamp of the batch; 28, 48 of that of its first line
 *    32  f64 inode of the pipe
 *    64  directories, 144 bytes each:
 *         0 f64 birth   8 f64 inode   16 u32 at   20 u32 skip   24 u32 open   28 u32 kind of intent
 *        32 f64 inode of the file   40 f64 its size before   48 u32 length   52 u32 at   56 u32 skip   60 u32 open
 *        64 f64 accounts, in the order of ACCOUNTS
 */
import { NS_PER_SECOND } from "../time/units.ts";
import { ACCOUNTS, type Accounts, noAccounts } from "./accounts.ts";
import type { Open } from "./stream.ts";

const MAGIC = 0x34676c64; // dlg4
/** The offset of the first directory. */
const FIRST = 64;
/** Bytes for each directory. */
const RECORD = 144;
/** The number of directories that a ledger has room for. Further ones work without a record. */
export const MOST_DIRECTORIES = 7;
/** The length of a ledger in bytes. The input begins behind them. */
export const LEDGER_BYTES = FIRST + MOST_DIRECTORIES * RECORD;
/** Here splice(2) finds and leaves the end of the input. */
export const END_AT = 8;

const NO_INTENT = 0;
/** The directory is about to write. */
const WRITES = 1;
/** The directory moves on and writes nothing. */
const PASSES = 2;

/** The beginning of a batch (`Batch`). */
export interface BatchStart {
  /** The position of the batch. */
  readonly start: number;
  /** True when the first line of the batch began in an earlier read. */
  readonly continued: boolean;
  /** True when a part of that line was given out before. */
  readonly open: boolean;
}

/** Offsets of the two parts of a stamp. */
interface StampOffsets {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const BATCH_STAMP: StampOffsets = { seconds: 40, nanoseconds: 24 };
const HELD_STAMP: StampOffsets = { seconds: 48, nanoseconds: 28 };
const CONTINUED = 1;
const OPEN = 2;

/** The point that a directory has reached in the input. */
export interface Progress {
  /** The position of the next byte to be copied. */
  readonly at: number;
  /** The number of bytes made from that position on that are in the file already. */
  readonly skip: number;
  /** The fate of the beginning of the line at hand. */
  readonly open: Open;
}

/** The write that a directory was about to make, and the point that it will have reached afterwards. */
export interface Intent extends Progress {
  /** The file of the write, its bytes before, and the bytes of the write; undefined when nothing was to be written. */
  readonly file: { readonly inode: number; readonly sizeBefore: number; readonly length: number } | undefined;
}

/** The region as numbers. All ledgers in it share these views. */
export class LedgerMemory {
  readonly ints: Uint32Array;
  readonly longs: BigUint64Array;
  readonly doubles: Float64Array;

  constructor({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>) {
    this.ints = new Uint32Array(buffer, byteOffset, length >> 2);
    this.longs = new BigUint64Array(buffer, byteOffset, length >> 3);
    this.doubles = new Float64Array(buffer, byteOffset, length >> 3);
  }
}

/** One ledger. Its methods do not allocate, except those that a new logger calls to find its way. */
export class Ledger {
  readonly #base: number;
  readonly #memory: LedgerMemory;

  /** `base`: where the slot begins in the region, a multiple of eight. */
  constructor(memory: LedgerMemory, base: number) {
    this.#base = base;
    this.#memory = memory;
  }

  #int(at: number): number {
    return this.#memory.ints[(this.#base + at) >> 2] ?? 0;
  }

  #setInt(at: number, value: number): void {
    this.#memory.ints[(this.#base + at) >> 2] = value;
  }

  #double(at: number): number {
    return this.#memory.doubles[(this.#base + at) >> 3] ?? 0;
  }

  #setDouble(at: number, value: number): void {
    this.#memory.doubles[(this.#base + at) >> 3] = value;
  }

  /** Empties the ledger: nothing has been taken in. */
  clear(): void {
    this.#setInt(0, 0);
    this.#setInt(4, 0);
    this.#memory.longs[(this.#base + END_AT) >> 3] = BigInt(LEDGER_BYTES);
    this.#setInt(16, 0);
    this.batchBegins({ start: LEDGER_BYTES, continued: false, open: false });
    this.#setInt(0, MAGIC);
  }

  /** True when a whole ledger of this version lies here. `slotBytes`: the length of the slot. */
  isValid(slotBytes: number): boolean {
    const end = this.end;
    return this.#int(0) === MAGIC && this.#int(4) <= MOST_DIRECTORIES && end >= LEDGER_BYTES &&
      end <= slotBytes;
  }

  /** The position of the end of the input. */
  get end(): number {
    return Number(this.#memory.longs[(this.#base + END_AT) >> 3] ?? 0n);
  }

  /** Sets the end after a read that was not done by splice(2). */
  set end(end: number) {
    this.#setInt(END_AT, end);
  }

  /** The number of the pipe that the input came from; 0: none. */
  get pipe(): number {
    return this.#double(32);
  }

  set pipe(inode: number) {
    this.#setDouble(32, inode);
  }

  /** The batch at hand. */
  get batch(): BatchStart {
    const packed = this.#int(20);
    return { start: packed >>> 2, continued: (packed & CONTINUED) !== 0, open: (packed & OPEN) !== 0 };
  }

  /** Sets the batch at hand. */
  batchBegins({ start, continued, open }: BatchStart): void {
    this.#setInt(20, (start << 2) | (open ? OPEN : 0) | (continued ? CONTINUED : 0));
  }

  /** The stamp of the batch, and that of its first line if it began earlier: nanoseconds since 1970. */
  get stamps(): { readonly batch: bigint; readonly held: bigint } {
    return { batch: this.#stamp(BATCH_STAMP), held: this.#stamp(HELD_STAMP) };
  }

  #stamp({ seconds, nanoseconds }: StampOffsets): bigint {
    return BigInt(this.#double(seconds)) * NS_PER_SECOND + BigInt(this.#int(nanoseconds));
  }

  /** Sets the stamp of the batch: seconds since 1970, and nanoseconds. */
  setStamp(seconds: number, nanoseconds: number): void {
    this.#setDouble(BATCH_STAMP.seconds, seconds);
    this.#setInt(BATCH_STAMP.nanoseconds, nanoseconds);
  }

  /** The line that is kept has the stamp of the batch. */
  holdStamp(): void {
    this.#setDouble(HELD_STAMP.seconds, this.#double(BATCH_STAMP.seconds));
    this.#setInt(HELD_STAMP.nanoseconds, this.#int(BATCH_STAMP.nanoseconds));
  }

  // Directories

  /**
   * The number of the record of a directory; undefined when there is none. `birth`: when the directory was made, or its
   * device where the file system does not tell that.
   */
  find(birth: number, inode: number): number | undefined {
    for (let record = 0; record < this.#int(4); record++) {
      const at = FIRST + record * RECORD;
      if (this.#double(at) === birth && this.#double(at + 8) === inode) return record;
    }
    return undefined;
  }

  /** Makes a record for a directory that has come so far. Returns its number; undefined when there is no room. */
  add(birth: number, inode: number, progress: Progress): number | undefined {
    const record = this.#int(4);
    if (record >= MOST_DIRECTORIES) return undefined;
    const at = FIRST + record * RECORD;
    this.#setDouble(at, birth);
    this.#setDouble(at + 8, inode);
    this.#setProgress(at + 16, progress);
    this.#setInt(at + 28, NO_INTENT);
    this.keep(record, noAccounts());
    this.#setInt(4, record + 1);
    return record;
  }

  /** Returns the point that the directory has reached in the input. */
  progress(record: number): Progress {
    return this.#progress(FIRST + record * RECORD + 16);
  }

  #progress(at: number): Progress {
    return { at: this.#int(at), skip: this.#int(at + 4), open: this.#int(at + 8) as Open };
  }

  #setProgress(at: number, { at: position, skip, open }: Progress): void {
    this.#setInt(at, position);
    this.#setInt(at + 4, skip);
    this.#setInt(at + 8, open);
  }

  /**
   * Lays down the intent of a write: `length` bytes for the file `inode`, which has `sizeBefore` bytes. The last three are
   * the directory's progress after the write.
   */
  intend(
    record: number,
    inode: number,
    sizeBefore: number,
    length: number,
    at: number,
    skip: number,
    open: Open,
  ): void {
    const base = FIRST + record * RECORD;
    this.#setDouble(base + 32, inode);
    this.#setDouble(base + 40, sizeBefore);
    this.#setInt(base + 48, length);
    this.#setInt(base + 52, at);
    this.#setInt(base + 56, skip);
    this.#setInt(base + 60, open);
    this.#setInt(base + 28, WRITES);
  }

  /** The directory has come to `at`, and nothing was written. */
  pass(record: number, at: number, open: Open): void {
    const base = FIRST + record * RECORD;
    this.#setInt(base + 52, at);
    this.#setInt(base + 56, 0);
    this.#setInt(base + 60, open);
    this.#setInt(base + 28, PASSES);
    this.fulfil(record);
  }

  /** The intent that a logger has left; undefined when there is none. */
  intent(record: number): Intent | undefined {
    const base = FIRST + record * RECORD;
    const kind = this.#int(base + 28);
    if (kind === NO_INTENT) return undefined;
    const progress = this.#progress(base + 52);
    if (kind !== WRITES) return { ...progress, file: undefined };
    const file = {
      inode: this.#double(base + 32),
      sizeBefore: this.#double(base + 40),
      length: this.#int(base + 48),
    };
    return { ...progress, file };
  }

  /** The write is done: the directory has come as far as the intent says. */
  fulfil(record: number): void {
    const base = FIRST + record * RECORD;
    for (let at = 16; at < 28; at += 4) this.#setInt(base + at, this.#int(base + at + 36));
    this.#setInt(base + 28, NO_INTENT);
  }

  /** Withdraws an intent: nothing was written, and the directory has come no further. */
  withdraw(record: number): void {
    this.#setInt(FIRST + record * RECORD + 28, NO_INTENT);
  }

  /**
   * Keeps the accounts of the directory, in the order of ACCOUNTS. The code is written out, because every batch ends
   * with this call.
   */
  keep(record: number, accounts: Accounts): void {
    const at = FIRST + record * RECORD + 64;
    this.#setDouble(at, accounts.inBytes);
    this.#setDouble(at + 8, accounts.inLines);
    this.#setDouble(at + 16, accounts.writtenBytes);
    this.#setDouble(at + 24, accounts.deselectedBytes);
    this.#setDouble(at + 32, accounts.deselectedLines);
    this.#setDouble(at + 40, accounts.droppedBytes);
    this.#setDouble(at + 48, accounts.droppedLines);
    this.#setDouble(at + 56, accounts.toldBytes);
    this.#setDouble(at + 64, accounts.toldLines);
  }

  /** The accounts that were kept for the directory. */
  accounts(record: number): Accounts {
    const accounts = noAccounts();
    ACCOUNTS.forEach((name, i) => accounts[name] = this.#double(FIRST + record * RECORD + 64 + 8 * i));
    return accounts;
  }

  // Moving

  /** The rest of a line, of `length` bytes, has been copied to the beginning of the slot. All positions move there. */
  move(length: number): void {
    this.#setInt(16, length + 1);
    this.finishMove();
  }

  /** Sets the positions after a move; also after one that a logger was killed in. */
  finishMove(): void {
    const length = this.#int(16) - 1;
    if (length < 0) return;
    for (let record = 0; record < this.#int(4); record++) {
      this.#setInt(FIRST + record * RECORD + 16, LEDGER_BYTES);
    }
    this.batchBegins({ ...this.batch, start: LEDGER_BYTES });
    this.#setInt(END_AT, LEDGER_BYTES + length);
    this.#setInt(16, 0);
  }
}
