/**
 * Pieces of a log to whole lines. svlogd cuts a line that does not fit into a log, and its rest begins the next one, as
 * does that of a line in which it was killed; of runit's, half a line is all there is then. So at a boundary between two
 * files the half line goes on, unless the next file begins with a stamp.
 */
import type { StampReader } from "./stamp.ts";

/** No line is longer: what goes on beyond comes as another. It bounds memory, whatever a file holds. */
export const LONGEST_LINE = 1 << 20;

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

  /** The beginning of a line, of which no end has come yet. */
  get held(): string {
    return this.#held;
  }

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

  /** The next piece is of another file. */
  boundary(): void {
    this.#atBoundary = this.#held !== "";
  }

  /** What is held is all there will be of it. */
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
