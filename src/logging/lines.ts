/**
 * Where the lines of a read end.
 *
 * All input lies in one piece of memory, the region: an output area, which is full only while one directory is
 * written to, and a place for every feed. A read is put behind what is left of an unfinished line; when the place
 * is used up, that is moved to its beginning.
 *
 *     | output area | newlines | place of feed 0: base  rest of a line  read  sentinel | place of feed 1 | ...
 *                                            ^ batch.start         ^ batch.end
 */

import { MOST_LEAD_BYTES, READ_BEHIND, type Vector } from "./vector.ts";

const NEWLINE = 0x0a;
const NEWLINES = 0x0a0a0a0a;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080;
/** What lies behind the input and may be looked at; the first of it is a sentinel. */
export const SENTINEL_BYTES = READ_BEHIND;
/** Fewer bytes are not worth the way to other code. */
const WORTH_A_VECTOR = 64;

/** Longest prefix of lines; the rest of a longer one is cut off. */
export const MOST_PREFIX_BYTES = 4096;

/** What all feeds of a process share: nothing in it outlives the work on one directory. */
export interface Arena {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly outputAt: number;
  readonly outputEnd: number;
  /** `ends[k]` is the index of the newline of line k of the batch at hand. */
  readonly ends: Int32Array<ArrayBuffer>;
  readonly endsAt: number;
  /** End of all that is shared. */
  readonly end: number;
  readonly vector: Vector | undefined;
}

/** The lines of one read of one feed. */
export interface Batch {
  /** First byte of the first line. */
  start: number;
  /** Where the search for newlines begins: what lies between it and `start` has none. */
  from: number;
  /** End of what was read; behind the last newline lies the beginning of a line that is not complete. */
  end: number;
  /** Number of complete lines, once `findLines` has been called. */
  count: number;
  /** Whether the first line began in an earlier read and is all here. */
  continued: boolean;
  /** Whether the beginning of the first line was given out before. */
  open: boolean;
  /** Whether what follows the last newline is given out, too: it is part of a line too long to wait for. */
  givesRest: boolean;
}

/** Room for the longest piece (a kept beginning and one read), its stamp and its prefix. */
export function outputBytes(lineBytes: number, readBytes: number): number {
  return wordAligned(2 * readBytes + lineBytes + MOST_PREFIX_BYTES + MOST_LEAD_BYTES);
}

export function makeArena(
  region: Uint8Array<ArrayBuffer>,
  lineBytes: number,
  readBytes: number,
  vector?: Vector,
): Arena {
  const outputEnd = outputBytes(lineBytes, readBytes);
  const endsAt = outputEnd + MOST_LEAD_BYTES;
  // A batch that is taken up may have all that a place holds.
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

export function wordAligned(count: number): number {
  return Math.ceil(count / 4) * 4;
}

export function makeBatch(base: number): Batch {
  return { start: base, from: base, end: base, count: 0, continued: false, open: false, givesRest: false };
}

/** Takes in `read` new bytes behind what `endBatch` kept. */
export function beginBatch(arena: Arena, batch: Batch, read: number, lineBytes: number): void {
  batch.from = batch.end;
  batch.end += read;
  findLines(arena, batch, lineBytes);
}

/**
 * Finds the newlines of a batch, and decides about what follows the last. A line is given out
 * in pieces when `lineBytes` of it are here. To be called again before work on a batch that was left for another feed.
 */
export function findLines(arena: Arena, batch: Batch, lineBytes: number): void {
  batch.count = findNewlines(arena, batch.from, batch.end);
  const rest = batch.end - restAt(arena, batch);
  batch.givesRest = rest >= lineBytes || (batch.open && batch.count === 0 && rest > 0);
}

/** Where what follows the last newline begins. */
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
  bytes[end] = NEWLINE; // stops both searches; no line ends there
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

/** Whether a line that began in this batch is kept for the next: its stamp must be kept, too. */
export function holdsNewLine(arena: Arena, batch: Batch): boolean {
  return !batch.givesRest && restAt(arena, batch) < batch.end && !(batch.count === 0 && batch.continued);
}

/** Keeps what follows the last newline, unless it was given out. */
export function endBatch(arena: Arena, batch: Batch): void {
  batch.start = batch.givesRest ? batch.end : restAt(arena, batch);
  batch.from = batch.end;
  batch.count = 0;
  batch.continued = batch.start < batch.end;
  batch.open = batch.givesRest;
  batch.givesRest = false;
}

/** Moves what is kept to the beginning of its place. */
export function moveBatch(arena: Arena, batch: Batch, base: number): void {
  const length = batch.end - batch.start;
  if (length > 0) arena.bytes.copyWithin(base, batch.start, batch.end);
  batch.start = base;
  batch.from = batch.end = base + length;
}

/** Whether a line has begun whose newline is still missing. */
export function isMidLine(batch: Batch): boolean {
  return batch.open || batch.continued;
}
