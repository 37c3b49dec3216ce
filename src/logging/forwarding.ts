/**
 * Lines on their way to another machine (`u` and `U` in `config`), for one directory.
 *
 * A line is sent once, as it begins, and before it is written to the file: a line that the file has was sent. If a line
 * cannot be sent, a note goes into the file before it (svlogd(8) does the same).
 */

/** Sends lines to one address. */
export interface Forwarding {
  /** True when the lines do not go to the file. */
  readonly only: boolean;
  /**
   * Sends the line `bytes[from..to)` behind its lead. `cut`: this may be only its beginning. If sending fails, returns a
   * line that is to be written to the file before this one.
   */
  send(bytes: Uint8Array, from: number, to: number, lead: Uint8Array, cut: boolean): Uint8Array | undefined;
}

/** Remembers which line of a batch was sent last, and the note about it. */
export class Relay {
  readonly #forwarding: Forwarding;
  /** First byte of the last line that was sent, or could not be sent. */
  #sentAt = -1;
  #note: Uint8Array | undefined = undefined;

  constructor(forwarding: Forwarding) {
    this.#forwarding = forwarding;
  }

  /** True when the lines do not go to the file. */
  get only(): boolean {
    return this.#forwarding.only;
  }

  /** The rest of a line that has to be written before the last one that was to be sent. */
  get note(): Uint8Array | undefined {
    return this.#note;
  }

  /** True when the line at `at` is the next to be sent. */
  sendsNext(at: number): boolean {
    return at > this.#sentAt;
  }

  /** True when a note has to be written before the line at `at`. */
  owesNote(at: number): boolean {
    return this.#note !== undefined && at >= this.#sentAt;
  }

  /** Sends the line `bytes[from..to)`; `cut`: this may be only its beginning. */
  send(bytes: Uint8Array, from: number, to: number, lead: Uint8Array, cut: boolean): void {
    this.#sentAt = from;
    this.#note = this.#forwarding.send(bytes, from, to, lead, cut);
  }

  /** Tells that `count` bytes of the note have been written. */
  wroteNote(count: number): void {
    const length = this.#note?.length ?? 0;
    this.#note = count < length ? this.#note?.subarray(count) : undefined;
  }

  /** The note is not to be written any more. */
  dropNote(): void {
    this.#note = undefined;
  }

  /** A new batch begins: none of its lines has been sent. */
  begin(): void {
    this.#sentAt = -1;
  }
}
