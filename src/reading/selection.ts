/** Which lines are wanted, and the last so many of them. */
import { compareInstants, type Instant } from "./instant.ts";
import type { Line } from "./line.ts";

export interface Wanted {
  readonly since: Instant | undefined;
  readonly pattern: RegExp | undefined;
}

/**
 * A line whose time is not known is not held back by `since`: the file it is in went on after that.
 * `decode`: the text that a byte string holds in UTF-8.
 */
export function isWanted(line: Line, { since, pattern }: Wanted, decode: (bytes: string) => string): boolean {
  if (since !== undefined && line.time !== undefined && compareInstants(line.time, since) < 0) return false;
  return pattern === undefined || pattern.test(decode(line.text));
}

/** Keeps the last lines of all that are put in. */
export class LastLines {
  readonly #count: number;
  #lines: Line[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  put(line: Line): void {
    if (this.#count === 0) return;
    this.#lines.push(line);
    if (this.#lines.length >= 2 * this.#count + 1024) this.#lines = this.#lines.slice(-this.#count);
  }

  take(): readonly Line[] {
    const lines = this.#count === 0 ? [] : this.#lines.slice(-this.#count);
    this.#lines = [];
    return lines;
  }
}
