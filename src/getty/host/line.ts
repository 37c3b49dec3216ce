/**
 * The line to a terminal, with one deadline for all that is waited for on it.
 *
 * Bytes are taken one at a time: what is typed behind the end of the name is for login.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { bytesOf, byteString } from "../../sys/bytes.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { recordOf, sessionSettings, type Settings } from "../settings.ts";
import { attempt, tolerate } from "./fatal.ts";
import type { GettyKernel } from "./kernel.ts";

/** Standard input, output and error are the same open file. */
export const TERMINAL: Fd = 0;
const FOR_EVER_MS = -1;
const NEWLINE = Uint8Array.of(0x0a);

/** Ends the wait for a name without an error: the deadline is over, the terminal gone, or it was asked for. */
export class Leaving extends Error {}

export class Line {
  readonly #kernel: GettyKernel;
  readonly #byte = new Uint8Array(1);
  #settings: Settings;
  #deadlineMs = Infinity;

  /** With `settings`, which are set already. */
  constructor(kernel: GettyKernel, settings: Settings) {
    this.#kernel = kernel;
    this.#settings = settings;
  }

  set(settings: Settings): void {
    this.#settings = settings;
    attempt("tcsetattr", () => this.#kernel.setSettings(TERMINAL, recordOf(settings)));
  }

  get settings(): Settings {
    return this.#settings;
  }

  endAfter(seconds: number): void {
    this.#deadlineMs = this.#kernel.monotonicMs() + seconds * 1000;
  }

  noDeadline(): void {
    this.#deadlineMs = Infinity;
  }

  /** The next byte; undefined when the terminal has gone. */
  next(): number | undefined {
    for (;;) {
      this.#wait("read");
      const n = this.#read(this.#byte);
      if (n === 0) return undefined;
      if (n > 0) return this.#byte[0];
    }
  }

  /** What is there already, up to `most` bytes. */
  there(most: number): string {
    const bytes = new Uint8Array(most);
    if (!this.#kernel.poll(TERMINAL, "read", 0)) return "";
    return byteString(bytes, 0, Math.max(0, this.#read(bytes)));
  }

  /** EIO and the like are the end of the line, too. */
  #read(into: Uint8Array<ArrayBuffer>): number {
    try {
      return this.#kernel.read(TERMINAL, into);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return 0;
    }
  }

  /** All of it. A terminal that has gone is noticed by whoever reads from it. */
  send(text: string): void {
    let rest = bytesOf(text);
    while (rest.length > 0) {
      const n = this.#write(rest);
      if (n === undefined) return;
      if (n < 0) this.#wait("write");
      else rest = rest.subarray(n);
    }
  }

  #write(bytes: Uint8Array<ArrayBuffer>): number | undefined {
    try {
      return this.#kernel.write(TERMINAL, bytes);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /** The settings of a session, and a new line. Waits for nothing: the terminal may take nothing any more. */
  finish(typed: Parameters<typeof sessionSettings>[1]): void {
    this.set(sessionSettings(this.#settings, typed));
    tolerate(() => void this.#kernel.write(TERMINAL, NEWLINE));
  }

  #wait(interest: "read" | "write"): void {
    if (this.#deadlineMs === Infinity) {
      this.#kernel.poll(TERMINAL, interest, FOR_EVER_MS);
      return;
    }
    // poll(2) counts whole milliseconds, in 31 bits.
    const leftMs = Math.min(Math.ceil(this.#deadlineMs - this.#kernel.monotonicMs()), 0x7fff_ffff);
    if (leftMs <= 0 || (!this.#kernel.poll(TERMINAL, interest, leftMs) && this.#isOver())) {
      throw new Leaving();
    }
  }

  #isOver(): boolean {
    return this.#kernel.monotonicMs() >= this.#deadlineMs;
  }
}
