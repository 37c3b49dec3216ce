/**
 * The lead of a line: its stamp and the prefix that `config` asks for, which are written in front of it.
 *
 * All lines that begin in one read have the same lead. A line that is kept for the next read has the lead of the read in
 * which it began. That one gets memory of its own only when a line is kept for the first time, because most services
 * write whole lines.
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

  /** Sets the prefix from now on; of a longer one the first MOST_PREFIX_BYTES count. A line that has begun keeps its stamp. */
  setPrefix(prefix: Uint8Array): void {
    const used = prefix.subarray(0, MOST_PREFIX_BYTES);
    const held = this.#held === this.#fresh ? undefined : this.#held.subarray(0, this.#stampBytes);
    this.#fresh = this.#held = new Uint8Array(this.#stampBytes + used.length);
    this.#fresh.set(used, this.#stampBytes);
    if (held !== undefined) this.hold(held);
  }

  /** Begins a batch whose lines have this stamp. */
  begin(stamp: Uint8Array): void {
    this.#fresh.set(stamp);
  }

  /** Sets the stamp of the line that is kept. */
  hold(stamp: Uint8Array): void {
    if (this.#held === this.#fresh) this.#held = this.#fresh.slice();
    this.#held.set(stamp);
  }

  /** Ends the batch. If a line that began in it is kept, so is its stamp. */
  end(arena: Arena, batch: Batch): void {
    if (holdsNewLine(arena, batch)) this.hold(this.#fresh);
  }
}
