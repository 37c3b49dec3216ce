/**
 * The line to a terminal, with one deadline for everything that is waited for on it.
 *
 * Bytes are read one at a time: what the user types behind the end of the name is for login.
 */
import { type Fd, STDIN } from "../../posix/descriptor.ts";
import { bytesOf, byteString } from "../../sys/bytes.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { MS_PER_SECOND } from "../../time/units.ts";
import { ASCII } from "../ascii.ts";
import { packSettings, sessionSettings, type Settings } from "../settings.ts";
import { attempt, tolerate } from "./fatal.ts";
import type { GettyKernel } from "./kernel.ts";

/** The terminal. Standard input, output and error are the same open file. */
export const TERMINAL: Fd = STDIN;
const FOR_EVER_MS = -1;
/** poll(2) counts milliseconds in 31 bits. */
const MOST_POLL_MS = 0x7fff_ffff;
const NEWLINE = Uint8Array.of(ASCII.LF);

/** Ends the wait for a name without an error: the time is up, the terminal has gone, or the user left. */
export class Leaving extends Error {}

/** Reads from the terminal and writes to it, until the deadline. */
export class TerminalLine {
  readonly #kernel: GettyKernel;
  readonly #byte = new Uint8Array(1);
  #settings: Settings;
  #deadlineMs = Infinity;

  /** `settings` are those that the terminal has already. */
  constructor(kernel: GettyKernel, settings: Settings) {
    this.#kernel = kernel;
    this.#settings = settings;
  }

  /** The settings of the terminal. */
  get settings(): Settings {
    return this.#settings;
  }

  /** Gives the terminal other settings. Throws Fatal. */
  apply(settings: Settings): void {
    this.#settings = settings;
    attempt("tcsetattr", () => this.#kernel.setSettings(TERMINAL, packSettings(settings)));
  }

  /** Sets the deadline. */
  endAfter(seconds: number): void {
    this.#deadlineMs = this.#kernel.monotonicMs() + seconds * MS_PER_SECOND;
  }

  /** Waits for the next byte; undefined if the terminal has gone. Throws Leaving at the deadline. */
  readByte(): number | undefined {
    for (;;) {
      this.#wait("read");
      const n = this.#read(this.#byte);
      if (n === 0) return undefined;
      if (n > 0) return this.#byte[0];
    }
  }

  /** Reads what has come already, up to `most` bytes. Does not wait. */
  readPending(most: number): string {
    const bytes = new Uint8Array(most);
    if (!this.#kernel.poll(TERMINAL, "read", 0)) return "";
    return byteString(bytes, 0, Math.max(0, this.#read(bytes)));
  }

  /** An error such as EIO is the end of the line too. */
  #read(into: Uint8Array<ArrayBuffer>): number {
    try {
      return this.#kernel.read(TERMINAL, into);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return 0;
    }
  }

  /**
   * Writes all of a text. Throws Leaving at the deadline. If the terminal has gone, the text is lost: the next read
   * will notice.
   */
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

  /** Applies the settings of a session and begins a new line. Does not wait: the terminal may take no output. */
  finish(typed: Parameters<typeof sessionSettings>[1]): void {
    this.apply(sessionSettings(this.#settings, typed));
    tolerate(() => void this.#kernel.write(TERMINAL, NEWLINE));
  }

  #wait(interest: "read" | "write"): void {
    if (this.#deadlineMs === Infinity) {
      this.#kernel.poll(TERMINAL, interest, FOR_EVER_MS);
      return;
    }
    const leftMs = Math.min(Math.ceil(this.#deadlineMs - this.#kernel.monotonicMs()), MOST_POLL_MS);
    if (leftMs <= 0 || (!this.#kernel.poll(TERMINAL, interest, leftMs) && this.#isOver())) {
      throw new Leaving();
    }
  }

  #isOver(): boolean {
    return this.#kernel.monotonicMs() >= this.#deadlineMs;
  }
}
