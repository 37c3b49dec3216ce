/**
 * Splits what was read into lines.
 *
 * All input lies in one piece of memory, the region. Its front, the arena, is shared by all feeds: an output area, which
 * is in use only while one directory is written to, and the positions of newlines. Behind it, every feed has a slot.
 * A read is put behind the unfinished line of the last read. When the batch is over, the line that is then unfinished
 * moves to the front of the slot.
 *
 *     | output area | newlines | slot of feed 0: ledger  rest of a line  read  sentinel | slot of feed 1 | ...
 *                                                 ^ batch.start         ^ batch.end
 */
import { MOST_LEAD_BYTES, READ_BEHIND, type Vector } from "./vector.ts";

/** The byte that ends a line. */
export const NEWLINE = 0x0a;
const NEWLINES = 0x0a0a0a0a;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080;
/** Bytes behind the input that a search may look at; a newline is put in the first as a sentinel. */
export const SENTINEL_BYTES = READ_BEHIND;
/** The least bytes for the vector code: for fewer, its call costs more than it saves. */
const WORTH_A_VECTOR = 64;

/** The longest prefix of lines, in bytes; a longer one is cut. */
export const MOST_PREFIX_BYTES = 4096;

/** The memory that all feeds of a process share. Nothing in it outlives the work on one directory. */
export interface Arena {
  /** The whole region; every position is an index into it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The region once more, four bytes an entry. */
  readonly words: Int32Array<ArrayBuffer>;
  /** The output area is `bytes[outputAt..outputEnd)`. */
  readonly outputAt: number;
  readonly outputEnd: number;
  /** `ends[k]` is the position of the newline of line k of the batch at hand. */
  readonly ends: Int32Array<ArrayBuffer>;
  /** Position of `ends` in the region. */
  readonly endsAt: number;
  /** End of the arena: the slots of feeds lie behind it. */
  readonly end: number;
  /** The fast loops; undefined if the region is no WebAssembly memory. */
  readonly vector: Vector | undefined;
}

/** The lines of one read of one feed. Positions are in the region. */
export interface Batch {
  /** The first byte of the first line. */
  start: number;
  /** The search for newlines begins here: there is none between `start` and `from`. */
  from: number;
  /** End of the bytes that were read. Behind the last newline lies the beginning of an incomplete line. */
  end: number;
  /** Number of complete lines, once `findLines` has been called. */
  count: number;
  /** True when the first line began in an earlier read. The whole line lies here. */
  continued: boolean;
  /** True when the first line began in an earlier read, and its beginning was written then. */
  open: boolean;
  /**
   * True when the bytes behind the last newline are written with this batch: their line is too long to wait for its
   * end.
   */
  givesRest: boolean;
}

/** Size of the output area: room for the longest piece (a kept beginning and one read), its stamp and its prefix. */
function outputBytes(lineBytes: number, readBytes: number): number {
  return wordAligned(2 * readBytes + lineBytes + MOST_PREFIX_BYTES + MOST_LEAD_BYTES);
}

/**
 * Lays out the arena at the front of `region`, for lines of which `lineBytes` may have to be kept and reads of at most
 * `readBytes`. `vector`: the fast loops on the same memory.
 */
export function makeArena(
  region: Uint8Array<ArrayBuffer>,
  lineBytes: number,
  readBytes: number,
  vector?: Vector,
): Arena {
  const outputEnd = outputBytes(lineBytes, readBytes);
  const endsAt = outputEnd + MOST_LEAD_BYTES;
  // A batch that is taken over from a dead logger may fill the whole slot.
  const most = readBytes + 2 * lineBytes + SENTINEL_BYTES;
  return {
    bytes: region,
    words: new Int32Array(region.buffer, region.byteOffset, region.length >> 2),
    outputAt: 0,
    outputEnd,
    ends: new Int32Array(region.buffer, region.byteOffset + endsAt, most),
    endsAt,
    end: endsAt + 4 * most,
    vector,
  };
}

/** `count`, rounded up to a multiple of four. */
function wordAligned(count: number): number {
  return Math.ceil(count / 4) * 4;
}

/** An empty batch at `base`. */
export function makeBatch(base: number): Batch {
  return { start: base, from: base, end: base, count: 0, continued: false, open: false, givesRest: false };
}

/** Adds the `read` bytes that were put behind the kept ones, and finds their lines. */
export function beginBatch(arena: Arena, batch: Batch, read: number, lineBytes: number): void {
  batch.from = batch.end;
  batch.end += read;
  findLines(arena, batch, lineBytes);
}

/**
 * Finds the newlines of a batch, and decides about the bytes behind the last one: if a line has `lineBytes` or more, it
 * is written in pieces. Call it again before you work on a batch that was left for the batch of another feed.
 */
export function findLines(arena: Arena, batch: Batch, lineBytes: number): void {
  batch.count = findNewlines(arena, batch.from, batch.end);
  const rest = batch.end - restAt(arena, batch);
  batch.givesRest = rest >= lineBytes || (batch.open && batch.count === 0 && rest > 0);
}

/** The position behind the last newline. */
export function restAt({ ends }: Arena, batch: Batch): number {
  return batch.count === 0 ? batch.start : (ends[batch.count - 1] ?? 0) + 1;
}

function findNewlines(arena: Arena, from: number, end: number): number {
  const { bytes, words, ends, vector } = arena;
  if (vector !== undefined && end - from >= WORTH_A_VECTOR) {
    let count = vector.findNewlines(from, end, arena.endsAt);
    while (count > 0 && (ends[count - 1] ?? 0) >= end) count--;
    return count;
  }
  bytes[end] = NEWLINE; // the sentinel stops both searches; no line ends there
  let count = 0;
  let at = from;
  while (at < end) {
    while ((at & 3) !== 0 && bytes[at] !== NEWLINE) at++;
    if ((at & 3) === 0) {
      let word = at >> 2;
      let differs = (words[word] ?? 0) ^ NEWLINES;
      while (((differs - LOW_BITS) & ~differs & HIGH_BITS) === 0) differs = (words[++word] ?? 0) ^ NEWLINES;
      at = word << 2;
      while (bytes[at] !== NEWLINE) at++;
    }
    if (at < end) ends[count++] = at++;
  }
  return count;
}

/** True when a line began in this batch and is kept for the next one. Then its stamp must be kept, too. */
export function holdsNewLine(arena: Arena, batch: Batch): boolean {
  return !batch.givesRest && restAt(arena, batch) < batch.end && !(batch.count === 0 && batch.continued);
}

/** Ends a batch. The bytes behind the last newline are kept, unless they were written. */
export function endBatch(arena: Arena, batch: Batch): void {
  batch.start = batch.givesRest ? batch.end : restAt(arena, batch);
  batch.from = batch.end;
  batch.count = 0;
  batch.continued = batch.start < batch.end;
  batch.open = batch.givesRest;
  batch.givesRest = false;
}

/** Moves the kept bytes to `base`. */
export function moveBatch(arena: Arena, batch: Batch, base: number): void {
  const length = batch.end - batch.start;
  if (length > 0) arena.bytes.copyWithin(base, batch.start, batch.end);
  batch.start = base;
  batch.from = batch.end = base + length;
}

/** True when the input stops in the middle of a line. */
export function isMidLine(batch: Batch): boolean {
  return batch.open || batch.continued;
}
