/**
 * Merging several logs into one, in the order of time.
 *
 * A line without a stamp belongs to the line before it: as long as such lines come, the same log goes on. Lines of the
 * same time come in the order in which their logs were named. A log stays in its own order even if its clock was set
 * back.
 */
import { compareInstants } from "./instant.ts";
import type { Line } from "./line.ts";

/** A log that gives its lines one by one. */
export interface LineSource {
  /** The next line; undefined if there is none for now. */
  next(): Line | undefined;
}

interface Head {
  readonly source: LineSource;
  readonly line: Line;
}

/** The first lines of all sources, as a binary heap. */
export class Merge {
  readonly #heap: Head[] = [];
  #last: LineSource | undefined;

  /** Adds a source that is not in the merge: a new one, or one that had run dry and may have lines now. */
  add(source: LineSource): void {
    const line = source.next();
    if (line !== undefined) this.#push({ source, line });
  }

  /** Takes the next line of all. Undefined if all sources have run dry; then none is in the merge any more. */
  next(): Line | undefined {
    const last = this.#last;
    if (last !== undefined) {
      const line = last.next();
      this.#last = undefined;
      if (line?.isStamped === false) {
        this.#last = last;
        return line;
      }
      if (line !== undefined) this.#push({ source: last, line });
    }
    const head = this.#pop();
    this.#last = head?.source;
    return head?.line;
  }

  #push(head: Head): void {
    const heap = this.#heap;
    let at = heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = heap[(at - 1) >> 1];
      if (parent === undefined || !isBefore(head, parent)) break;
      heap[at] = parent;
    }
    heap[at] = head;
  }

  #pop(): Head | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const least = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (least === undefined || !isBefore(least, last)) break;
      heap[at] = least;
      at = 2 * at + (least === right ? 2 : 1);
    }
    heap[at] = last;
    return first;
  }
}

/** True when line `a` is before line `b`. A line of unknown time is older than all lines that have one. */
function isBefore({ line: a }: Head, { line: b }: Head): boolean {
  if (a.time === undefined || b.time === undefined) {
    return a.time === b.time ? a.log < b.log : a.time === undefined;
  }
  const order = compareInstants(a.time, b.time);
  return order < 0 || (order === 0 && a.log < b.log);
}
