/** Selects the lines that the user wants, and the last few of them. */
import { compareInstants, type Instant } from "./instant.ts";
import type { Line } from "./line.ts";

/** Conditions that a line has to meet; an undefined one is met by every line. */
export interface Wanted {
  readonly since: Instant | undefined;
  /** The pattern that must be found in the line's text. */
  readonly pattern: RegExp | undefined;
}

/**
 * True when a line is wanted. A line whose time is unknown passes `since`, because its file was written to after that
 * time. `decode` gives the text that a byte string holds in UTF-8.
 */
export function isWanted(line: Line, { since, pattern }: Wanted, decode: (bytes: string) => string): boolean {
  if (since !== undefined && line.time !== undefined && compareInstants(line.time, since) < 0) return false;
  return pattern === undefined || pattern.test(decode(line.text));
}

/** Lines that are kept beyond twice the wanted number: dropping the oldest copies the list, so it is done rarely. */
const SLACK_LINES = 1024;

/** Keeps a number of lines: the last of those that are put in. */
export class LastLines {
  readonly #count: number;
  #lines: Line[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** Adds a line behind all others. */
  put(line: Line): void {
    if (this.#count === 0) return;
    this.#lines.push(line);
    if (this.#lines.length >= 2 * this.#count + SLACK_LINES) this.#lines = this.#lines.slice(-this.#count);
  }

  /** Takes the lines out, the oldest first. */
  take(): readonly Line[] {
    const lines = this.#count === 0 ? [] : this.#lines.slice(-this.#count);
    this.#lines = [];
    return lines;
  }
}
