/**
 * Where the lines of one read end.
 *
 * The input lies in an arena: what is left of an unfinished line in front of a fixed place, and what a read
 * brings behind it. So the read buffer never moves, only what was left does.
 *
 *     | output of directory 0 | output of directory 1 | … | rest of a line | read buffer | sentinel |
 *                                                         ^ start          ^ inputAt     ^ end
 */

const NEWLINE = 0x0a;
const NEWLINES = 0x0a0a0a0a;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080;
/** Four bytes of sentinel and what aligns them. */
const SENTINEL_BYTES = 8;

/** Longest prefix of lines; the rest of a longer one is cut off. */
export const MOST_PREFIX_BYTES = 4096;

export interface Arena {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  /** Where the read buffer begins. A multiple of four. */
  readonly inputAt: number;
  readonly inputBytes: number;
  /** Length of the output area of one directory; that of directory i begins at i * outputBytes. */
  readonly outputBytes: number;
}

/** The lines of one read. `ends[k]` is the index of the newline of line k. */
export interface Batch {
  readonly ends: Int32Array<ArrayBuffer>;
  count: number;
  /** First byte of the first line. */
  start: number;
  /** End of what was read; behind the last newline lies the beginning of a line that is not complete. */
  end: number;
  /** Whether the first line began in an earlier read and is all here. */
  continued: boolean;
  /** Whether the beginning of the first line was given out before. */
  open: boolean;
  /** Whether what follows the last newline is given out, too: it is part of a line too long to wait for. */
  givesRest: boolean;
}

export interface ArenaSize {
  readonly directories: number;
  readonly lineBytes: number;
  readonly inputBytes: number;
}

export function makeArena(size: ArenaSize): Arena {
  // One output area holds the longest piece (a kept beginning and one read), its stamp and its prefix.
  const outputBytes = wordAligned(2 * size.inputBytes + size.lineBytes + MOST_PREFIX_BYTES);
  const inputAt = size.directories * outputBytes + wordAligned(size.lineBytes);
  const buffer = new ArrayBuffer(wordAligned(inputAt + size.inputBytes) + SENTINEL_BYTES);
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    inputAt,
    inputBytes: size.inputBytes,
    outputBytes,
  };
}

function wordAligned(count: number): number {
  return Math.ceil(count / 4) * 4;
}

export function makeBatch(arena: Arena): Batch {
  return {
    ends: new Int32Array(arena.inputBytes),
    count: 0,
    start: arena.inputAt,
    end: arena.inputAt,
    continued: false,
    open: false,
    givesRest: false,
  };
}

/**
 * Takes in `read` new bytes behind what `endBatch` kept: finds their newlines, four bytes at a time, and
 * decides about what follows the last. A line is given out in pieces when `lineBytes` of it are here.
 */
export function beginBatch(arena: Arena, batch: Batch, read: number, lineBytes: number): void {
  batch.end = arena.inputAt + read;
  batch.count = findNewlines(arena, batch.ends, batch.end);
  const rest = batch.end - restAt(batch);
  batch.givesRest = rest >= lineBytes || (batch.open && batch.count === 0);
}

/** Where what follows the last newline begins. */
function restAt(batch: Batch): number {
  return batch.count === 0 ? batch.start : (batch.ends[batch.count - 1] ?? 0) + 1;
}

function findNewlines(arena: Arena, ends: Int32Array, end: number): number {
  const { bytes, words } = arena;
  bytes[end] = NEWLINE; // stops both searches; no line ends there
  let count = 0;
  let at = arena.inputAt;
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

/** Whether a line that began in this batch is kept for the next: its stamp must be kept, too. */
export function holdsNewLine(batch: Batch): boolean {
  return !batch.givesRest && restAt(batch) < batch.end && !(batch.count === 0 && batch.continued);
}

/** Moves what follows the last newline in front of the read buffer, unless it was given out. */
export function endBatch(arena: Arena, batch: Batch): void {
  const from = batch.givesRest ? batch.end : restAt(batch);
  const length = batch.end - from;
  if (length > 0) arena.bytes.copyWithin(arena.inputAt - length, from, batch.end);
  batch.start = arena.inputAt - length;
  batch.end = arena.inputAt;
  batch.count = 0;
  batch.continued = length > 0;
  batch.open = batch.givesRest;
  batch.givesRest = false;
}

/** Whether a line has begun whose newline is still missing. */
export function isMidLine(batch: Batch): boolean {
  return batch.open || batch.continued;
}
