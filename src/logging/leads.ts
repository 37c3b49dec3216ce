/**
 * What stands in front of a line: its stamp and the prefix that `config` asks for.
 *
 * All lines that begin in one read have the same. A line that began in an earlier read keeps the stamp of that read;
 * its bytes lie apart only from the first such line on, because most services write whole lines.
 */
import { type Arena, type Batch, holdsNewLine, MOST_PREFIX_BYTES } from "./lines.ts";

/** The leads of the lines of one stream, as bytes. */
export class Leads {
  readonly #stampBytes: number;
  #fresh: Uint8Array;
  #held: Uint8Array;

  /** `stampBytes`: length of every stamp, 0 where lines have none. */
  constructor(stampBytes: number) {
    this.#stampBytes = stampBytes;
    this.#fresh = this.#held = new Uint8Array(stampBytes);
  }

  /** The lead of a line that begins in this read. */
  get fresh(): Uint8Array {
    return this.#fresh;
  }

  /** The lead of the line that begins at `at`, in this read or an earlier one. */
  at(batch: Batch, at: number): Uint8Array {
    return at === batch.start && batch.continued ? this.#held : this.#fresh;
  }

  /** Sets the prefix of lines from now on. A line that has begun keeps its stamp. */
  setPrefix(prefix: Uint8Array): void {
    const used = prefix.subarray(0, MOST_PREFIX_BYTES);
    const held = this.#held === this.#fresh ? undefined : this.#held.subarray(0, this.#stampBytes);
    this.#fresh = this.#held = new Uint8Array(this.#stampBytes + used.length);
    this.#fresh.set(used, this.#stampBytes);
    if (held !== undefined) this.hold(held);
  }

  /** Begins a batch, whose lines have this stamp. */
  begin(stamp: Uint8Array): void {
    this.#fresh.set(stamp);
  }

  /** The line that is kept has this stamp. */
  hold(stamp: Uint8Array): void {
    if (this.#held === this.#fresh) this.#held = this.#fresh.slice();
    this.#held.set(stamp);
  }

  /** The batch is over; a line that began in it is kept with its stamp. */
  end(arena: Arena, batch: Batch): void {
    if (holdsNewLine(arena, batch)) this.hold(this.#fresh);
  }
}
