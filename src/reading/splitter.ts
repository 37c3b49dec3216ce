/**
 * Makes whole lines from pieces of a log.
 *
 * svlogd cuts a line that does not fit into a log, or in which it was killed; the rest of the line begins the next
 * file. After runit's svlogd the first half may be all there is. So at a boundary between two files a half line goes
 * on, unless the next file begins with a stamp.
 */
import type { StampReader } from "./stamp.ts";

/** The longest line, in bytes; its rest becomes a line of its own. So memory is bounded for any content of a file. */
export const LONGEST_LINE = 1 << 20;

/** Cuts pieces into lines and holds the beginning of a line until its end comes. */
export class LineSplitter {
  readonly #stamps: StampReader;
  readonly #into: (text: string) => void;
  #held = "";
  #atBoundary = false;

  /** `into` gets every line, without its newline. */
  constructor(stamps: StampReader, into: (text: string) => void) {
    this.#stamps = stamps;
    this.#into = into;
  }

  /** The beginning of a line whose end has not come yet. */
  get held(): string {
    return this.#held;
  }

  /** Takes the next piece of the log. */
  push(piece: string): void {
    if (piece === "") return;
    if (this.#atBoundary) this.#crossBoundary(piece);
    let from = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
      const rest = piece.slice(from, end);
      from = end + 1;
      if (this.#held === "") this.#into(rest);
      else this.#end(rest);
    }
    if (from < piece.length) this.#held += from === 0 ? piece : piece.slice(from);
    if (this.#held.length > LONGEST_LINE) this.flush();
  }

  /** Says that the next piece is the beginning of another file. */
  boundary(): void {
    this.#atBoundary = this.#held !== "";
  }

  /** Ends the line that is held: its rest will not come. */
  flush(): void {
    if (this.#held !== "") this.#end("");
  }

  #crossBoundary(piece: string): void {
    this.#atBoundary = false;
    if (this.#stamps.read(piece) !== undefined) this.flush();
  }

  #end(rest: string): void {
    const line = this.#held + rest;
    this.#held = "";
    this.#into(line);
  }
}
