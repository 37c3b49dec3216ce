/** Finding the position at which the last lines of a file begin, without reading what is before them. */
import type { Instant } from "../instant.ts";
import { type Line, lineOf } from "../line.ts";
import { LineSplitter, LONGEST_LINE } from "../splitter.ts";
import { StampReader } from "../stamp.ts";
import type { LogFile } from "./log_file.ts";

/** The last lines that are wanted. */
export interface Tail {
  readonly count: number;
  /** True for a line that counts. */
  readonly counts: (line: Line) => boolean;
  /** True if no line before this one is wanted. */
  readonly isTooOld: (line: Line) => boolean;
}

/** The position at which a tail begins in one file, and the lines that are still missing. */
export interface TailStart {
  readonly position: number;
  /**
   * Lines to be found in the files before this one; 0 if the start is found. It is one more than did not count here,
   * because half of a line may be in the file before. If this file begins without a stamp, that half is searched too.
   */
  readonly missing: number;
}

/**
 * A line without a stamp has the time of a line before it, so the tail begins at a line with a stamp. The search for
 * that line ends after this number of lines.
 */
const MOST_UNSTAMPED = 1000;

/**
 * Reads a plain file backwards from `size` on. With `held`, half a line at its end does not count and comes behind the
 * tail. Throws SysError.
 */
export function findTailStart(file: LogFile, size: number, tail: Tail, held: boolean): TailStart {
  const search = new BackwardSearch(tail, size);
  let behind = "";
  let isHalf = false;
  for (let end = size; end > 0;) {
    const piece = file.before(end);
    if (piece === "") break;
    const start = end - piece.length;
    if (end === size) isHalf = !piece.endsWith("\n");
    if (end === size && !isHalf && tail.count <= 0) return search.start;
    const text = piece + behind + (end === size && isHalf ? "\n" : "");
    let lineEnd = text.length;
    while (lineEnd > 0) {
      const from = lineEnd < 2 ? 0 : text.lastIndexOf("\n", lineEnd - 2) + 1;
      // The beginning of the piece may be in the middle of a line.
      if (from === 0 && start > 0) break;
      if (search.take(start + from, text.slice(from, lineEnd - 1), !(isHalf && held))) return search.start;
      isHalf = false;
      lineEnd = from;
    }
    behind = text.slice(0, lineEnd);
    end = start;
    if (behind.length > LONGEST_LINE) return { position: start, missing: search.start.missing };
  }
  return search.start;
}

class BackwardSearch {
  readonly #tail: Tail;
  readonly #stamps = new StampReader();
  #missing: number;
  #position: number;
  #unstamped = 0;
  #beginsUnstamped = false;

  constructor(tail: Tail, position: number) {
    this.#tail = tail;
    this.#position = position;
    this.#missing = tail.count;
  }

  get start(): TailStart {
    const missing = Math.max(this.#missing, 0);
    if (missing > 0) return { position: this.#position, missing: missing + 1 };
    return { position: this.#position, missing: this.#position === 0 && this.#beginsUnstamped ? 1 : 0 };
  }

  /** Takes the line before the last one that was taken. True if the start is found. */
  take(position: number, text: string, isLine: boolean): boolean {
    this.#position = position;
    if (!isLine) return this.#missing <= 0;
    const line = lineOf(0, text, undefined, this.#stamps);
    this.#beginsUnstamped = !line.isStamped;
    if (this.#tail.isTooOld(line)) this.#missing = 0;
    else if (this.#tail.counts(line)) this.#missing--;
    if (this.#missing > 0) return false;
    return line.isStamped || ++this.#unstamped > MOST_UNSTAMPED;
  }
}

/**
 * Counts the lines that count in a file that can only be read forwards, and stops when there are enough. Throws
 * SysError and Unreadable.
 */
export function countLines(file: LogFile, { count, counts, isTooOld }: Tail): number {
  const stamps = new StampReader();
  let counted = 0;
  let time: Instant | undefined;
  const splitter = new LineSplitter(stamps, (text) => {
    const line = lineOf(0, text, time, stamps);
    time = line.time;
    if (!isTooOld(line) && counts(line)) counted++;
  });
  for (let piece = file.next(); piece !== "" && counted < count; piece = file.next()) splitter.push(piece);
  splitter.flush();
  return counted;
}
