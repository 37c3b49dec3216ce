/** Where the last lines of a file begin, found without reading what is in front of them. */
import type { Instant } from "../instant.ts";
import { type Line, lineOf } from "../line.ts";
import { LineSplitter, LONGEST_LINE } from "../splitter.ts";
import { StampReader } from "../stamp.ts";
import type { LogFile } from "./log_file.ts";

/** What is looked for. */
export interface Tail {
  readonly count: number;
  /** Whether a line counts. */
  readonly counts: (line: Line) => boolean;
  /** Nothing in front of this line is wanted. */
  readonly isTooOld: (line: Line) => boolean;
}

export interface Place {
  readonly position: number;
  /**
   * How many lines are missing yet: 0 when the place is found. One more than were counted, because half of a line may
   * be in the file in front; that is looked for, too, where the file begins without a stamp.
   */
  readonly left: number;
}

/** A line without a stamp has the time of one in front of it, which is looked for no further than this. */
const MOST_UNSTAMPED = 1000;

/**
 * Reads a plain file backwards from `size` on. `held`: half a line at the end does not count, and is behind the place.
 */
export function placeBack(file: LogFile, size: number, tail: Tail, held: boolean): Place {
  const search = new Search(tail, size);
  let behind = "";
  let isHalf = false;
  for (let end = size; end > 0;) {
    const piece = file.before(end);
    if (piece === "") break;
    const start = end - piece.length;
    if (end === size) isHalf = !piece.endsWith("\n");
    if (end === size && !isHalf && tail.count <= 0) return search.place;
    const text = piece + behind + (end === size && isHalf ? "\n" : "");
    let lineEnd = text.length;
    while (lineEnd > 0) {
      const from = lineEnd < 2 ? 0 : text.lastIndexOf("\n", lineEnd - 2) + 1;
      // What begins the piece may be the end of a line.
      if (from === 0 && start > 0) break;
      if (search.take(start + from, text.slice(from, lineEnd - 1), !(isHalf && held))) return search.place;
      isHalf = false;
      lineEnd = from;
    }
    behind = text.slice(0, lineEnd);
    end = start;
    if (behind.length > LONGEST_LINE) return { position: start, left: search.place.left };
  }
  return search.place;
}

class Search {
  readonly #tail: Tail;
  readonly #stamps = new StampReader();
  #left: number;
  #position: number;
  #unstamped = 0;
  #beginsUnstamped = false;

  constructor(tail: Tail, position: number) {
    this.#tail = tail;
    this.#position = position;
    this.#left = tail.count;
  }

  get place(): Place {
    const left = Math.max(this.#left, 0);
    if (left > 0) return { position: this.#position, left: left + 1 };
    return { position: this.#position, left: this.#position === 0 && this.#beginsUnstamped ? 1 : 0 };
  }

  /** Takes the next line in front; true when the place is found. */
  take(position: number, text: string, isLine: boolean): boolean {
    this.#position = position;
    if (!isLine) return this.#left <= 0;
    const line = lineOf(0, text, undefined, this.#stamps);
    this.#beginsUnstamped = !line.isStamped;
    if (this.#tail.isTooOld(line)) this.#left = 0;
    else if (this.#tail.counts(line)) this.#left--;
    if (this.#left > 0) return false;
    return line.isStamped || ++this.#unstamped > MOST_UNSTAMPED;
  }
}

/** How many lines count in a file that can be read forwards only; stops when there are enough. */
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
