/**
 * The time and the memory of a simulation: a clock that moves only when it is moved, what is going to happen, what
 * has happened (the transcript), and the first invariant that was broken.
 *
 * The monotonic clock goes on in one direction; the wall clock is that plus an offset which may jump.
 */
import type { Random } from "../random.ts";

/** An invariant is broken. Thrown where nothing of the program can catch it: out of `wait`. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, text: string) {
    super(`${invariant}: ${text}`);
    this.invariant = invariant;
  }
}

interface Happening {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

/** Lines of the transcript that are kept for a report. */
const TAIL = 400;
/** 2026-11-22, with nanoseconds that no clock of milliseconds would give. */
const BEGIN_WALL_NS = 1_795_345_820_035_822_748n;

export class World {
  readonly random: Random;
  nowMs = 1_000_000;
  wallOffsetNs = BEGIN_WALL_NS;
  /** The number of happenings so far. */
  happenings = 0;
  /** Lines of the transcript by number: the newest ones. */
  readonly tail: string[] = [];
  lines = 0;
  /** Prints a line of the whole transcript; undefined when nobody wants to read it. */
  print: ((line: string) => void) | undefined;
  violation: Violation | undefined;
  readonly #agenda: Happening[] = [];
  #order = 0;
  #hashLow = 0x811c9dc5;
  #hashHigh = 0x01000193;

  constructor(random: Random) {
    this.random = random;
  }

  wallNs(): bigint {
    return this.wallOffsetNs + BigInt(Math.round(this.nowMs * 1e6));
  }

  /** Plans something that is going to happen. */
  after(delayMs: number, act: () => void): void {
    const happening = { atMs: this.nowMs + delayMs, order: this.#order++, act };
    const agenda = this.#agenda;
    let at = agenda.length;
    agenda.push(happening);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = agenda[parent];
      if (above === undefined || earlier(above, happening)) break;
      agenda[at] = above;
      agenda[parent] = happening;
      at = parent;
    }
  }

  /** Returns the time of the next happening; Infinity when there is none. */
  nextMs(): number {
    return this.#agenda[0]?.atMs ?? Infinity;
  }

  moveTo(atMs: number): void {
    if (atMs > this.nowMs) this.nowMs = atMs;
  }

  /** Lets everything happen whose time has come. */
  catchUp(): void {
    for (let next = this.#agenda[0]; next !== undefined && next.atMs <= this.nowMs; next = this.#agenda[0]) {
      this.#pop();
      this.happenings++;
      next.act();
    }
  }

  #pop(): void {
    const agenda = this.#agenda;
    const last = agenda.pop();
    if (last === undefined || agenda.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = agenda[child];
      const right = agenda[child + 1];
      if (below === undefined) break;
      if (right !== undefined && earlier(right, below)) {
        below = right;
        child++;
      }
      if (earlier(last, below)) break;
      agenda[at] = below;
      at = child;
    }
    agenda[at] = last;
  }

  /** Writes one line of the transcript. Two runs of a seed are compared by the transcript alone. */
  note(text: string): void {
    const line = `${this.nowMs.toFixed(3)} ${text}`;
    this.lines++;
    this.print?.(line);
    this.tail.push(line);
    if (this.tail.length >= 2 * TAIL) this.tail.splice(0, TAIL);
    let [low, high] = [this.#hashLow, this.#hashHigh];
    for (let i = 0; i < line.length; i++) {
      low = Math.imul(low ^ line.charCodeAt(i), 0x01000193);
      high = Math.imul(high, 31) + line.charCodeAt(i) | 0;
    }
    this.#hashLow = low;
    this.#hashHigh = high;
  }

  /** A hash of the whole transcript. */
  get hash(): string {
    return [this.#hashLow, this.#hashHigh].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Remembers the first invariant that breaks; `wait` throws it. */
  violate(invariant: string, text: string): void {
    this.note(`BROKEN ${invariant}: ${text}`);
    this.violation ??= new Violation(invariant, text);
  }
}

function earlier(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
