/**
 * What must outlive a logger that is killed: how far each directory has come with the input that was taken from the
 * pipe. It lies in front of that input, in memory that a file in tmpfs shares (`host/journal.ts`), so a store is
 * enough to keep it, and the kernel itself writes the end of the input there (splice(2)).
 *
 * Every change is one store of four bytes that counts, behind stores that do not count yet:
 *   a write    the intent (which file, how large it was, how much is added, where the directory then stands) is laid
 *              down before it and taken back after it; who finds one looks at the file and knows what became of it
 *   a move     the rest of a line is copied to the beginning of the place, its length laid down, and only then the
 *              places are set
 *
 * Layout, little-endian, offsets from the beginning of the place; positions are such offsets, too.
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
import { ACCOUNTS, type Accounts, noAccounts } from "./accounts.ts";
import type { Open } from "./stream.ts";

const MAGIC = 0x34676c64; // dlg4
const FIRST = 64;
const RECORD = 144;
/** More directories have no ledger. */
export const MOST_DIRECTORIES = 7;
/** Input begins here. */
export const LEDGER_BYTES = FIRST + MOST_DIRECTORIES * RECORD;
/** Where splice(2) finds and leaves the end of the input. */
export const END_AT = 8;

const NO_INTENT = 0;
const WRITES = 1;
/** Nothing is written: the directory moves on. */
const PASSES = 2;

/** Where a batch begins, and whether its first line began earlier, and was given out in part (`Batch`). */
export interface BatchStart {
  readonly start: number;
  readonly continued: boolean;
  readonly open: boolean;
}

interface StampPlace {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const BATCH_STAMP: StampPlace = { seconds: 40, nanoseconds: 24 };
const HELD_STAMP: StampPlace = { seconds: 48, nanoseconds: 28 };
const CONTINUED = 1;
const OPEN = 2;

/** Where a directory stands: position in the place, bytes written already of what is made from there, open line. */
export interface Standing {
  readonly at: number;
  readonly skip: number;
  readonly open: Open;
}

export interface Intent extends Standing {
  /** Inode of the file and its size before; undefined where nothing is written. */
  readonly file: { readonly inode: number; readonly sizeBefore: number; readonly length: number } | undefined;
}

/** The region as numbers: the same for all ledgers in it. */
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

export class Ledger {
  readonly #base: number;
  readonly #memory: LedgerMemory;

  /** `base`: beginning of the place in the region, a multiple of eight. */
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

  /** Begins anew: nothing has been taken in. */
  clear(): void {
    this.#setInt(0, 0);
    this.#setInt(4, 0);
    this.#memory.longs[(this.#base + END_AT) >> 3] = BigInt(LEDGER_BYTES);
    this.#setInt(16, 0);
    this.batchBegins({ start: LEDGER_BYTES, continued: false, open: false });
    this.#setInt(0, MAGIC);
  }

  /** Whether a ledger of ours lies here, whole. */
  isValid(placeBytes: number): boolean {
    const end = this.end;
    return this.#int(0) === MAGIC && this.#int(4) <= MOST_DIRECTORIES && end >= LEDGER_BYTES &&
      end <= placeBytes;
  }

  get end(): number {
    return Number(this.#memory.longs[(this.#base + END_AT) >> 3] ?? 0n);
  }

  /** What was read otherwise than by splice(2). */
  set end(end: number) {
    this.#setInt(END_AT, end);
  }

  get pipe(): number {
    return this.#double(32);
  }

  set pipe(inode: number) {
    this.#setDouble(32, inode);
  }

  get batch(): BatchStart {
    const packed = this.#int(20);
    return { start: packed >>> 2, continued: (packed & CONTINUED) !== 0, open: (packed & OPEN) !== 0 };
  }

  batchBegins({ start, continued, open }: BatchStart): void {
    this.#setInt(20, (start << 2) | (open ? OPEN : 0) | (continued ? CONTINUED : 0));
  }

  /** Nanoseconds since 1970. */
  get stamps(): { readonly batch: bigint; readonly held: bigint } {
    return { batch: this.#stamp(BATCH_STAMP), held: this.#stamp(HELD_STAMP) };
  }

  #stamp({ seconds, nanoseconds }: StampPlace): bigint {
    return BigInt(this.#double(seconds)) * 1_000_000_000n + BigInt(this.#int(nanoseconds));
  }

  setStamp(seconds: number, nanoseconds: number): void {
    this.#setDouble(BATCH_STAMP.seconds, seconds);
    this.#setInt(BATCH_STAMP.nanoseconds, nanoseconds);
  }

  /** The batch's stamp is that of the line that is kept. */
  holdStamp(): void {
    this.#setDouble(HELD_STAMP.seconds, this.#double(BATCH_STAMP.seconds));
    this.#setInt(HELD_STAMP.nanoseconds, this.#int(BATCH_STAMP.nanoseconds));
  }

  // Directories

  /** The record of a directory, which was made at `birth` (or, where that is not told, is on that device). */
  find(birth: number, inode: number): number | undefined {
    for (let record = 0; record < this.#int(4); record++) {
      const at = FIRST + record * RECORD;
      if (this.#double(at) === birth && this.#double(at + 8) === inode) return record;
    }
    return undefined;
  }

  /** Makes a record for a directory that stands here; undefined when there is no room. */
  add(birth: number, inode: number, standing: Standing): number | undefined {
    const record = this.#int(4);
    if (record >= MOST_DIRECTORIES) return undefined;
    const at = FIRST + record * RECORD;
    this.#setDouble(at, birth);
    this.#setDouble(at + 8, inode);
    this.#setStanding(at + 16, standing);
    this.#setInt(at + 28, NO_INTENT);
    this.keep(record, noAccounts());
    this.#setInt(4, record + 1);
    return record;
  }

  standing(record: number): Standing {
    return this.#standing(FIRST + record * RECORD + 16);
  }

  #standing(at: number): Standing {
    return { at: this.#int(at), skip: this.#int(at + 4), open: this.#int(at + 8) as Open };
  }

  #setStanding(at: number, { at: place, skip, open }: Standing): void {
    this.#setInt(at, place);
    this.#setInt(at + 4, skip);
    this.#setInt(at + 8, open);
  }

  /** Before a write: what it will have done. */
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

  /** The directory moves on, and nothing is written for it. */
  pass(record: number, at: number, open: Open): void {
    const base = FIRST + record * RECORD;
    this.#setInt(base + 52, at);
    this.#setInt(base + 56, 0);
    this.#setInt(base + 60, open);
    this.#setInt(base + 28, PASSES);
    this.fulfil(record);
  }

  intent(record: number): Intent | undefined {
    const base = FIRST + record * RECORD;
    const kind = this.#int(base + 28);
    if (kind === NO_INTENT) return undefined;
    const standing = this.#standing(base + 52);
    if (kind !== WRITES) return { ...standing, file: undefined };
    const file = {
      inode: this.#double(base + 32),
      sizeBefore: this.#double(base + 40),
      length: this.#int(base + 48),
    };
    return { ...standing, file };
  }

  /** After the write: the directory stands where the intent says. */
  fulfil(record: number): void {
    const base = FIRST + record * RECORD;
    for (let at = 16; at < 28; at += 4) this.#setInt(base + at, this.#int(base + at + 36));
    this.#setInt(base + 28, NO_INTENT);
  }

  /** Nothing was written: the directory stands where it stood. */
  withdraw(record: number): void {
    this.#setInt(FIRST + record * RECORD + 28, NO_INTENT);
  }

  /** In the order of ACCOUNTS; written out, because it is done for every batch. */
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

  accounts(record: number): Accounts {
    const accounts = noAccounts();
    ACCOUNTS.forEach((name, i) => accounts[name] = this.#double(FIRST + record * RECORD + 64 + 8 * i));
    return accounts;
  }

  // Moving

  /** The rest of a line has been copied to the beginning: everything stands there from now on. */
  move(length: number): void {
    this.#setInt(16, length + 1);
    this.finishMove();
  }

  /** Also for one that a process did not come to the end of. */
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
