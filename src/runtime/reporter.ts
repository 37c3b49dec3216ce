/**
 * Lines for people on standard error. They must never hold up supervision: the loop, and not a write, waits for a
 * terminal that Ctrl-S stopped or a pipe that nobody reads. Lines that do not fit the queue are counted, and one line
 * tells how many.
 */
import type { Fd } from "../posix/descriptor.ts";
import { PIPE_BUF } from "../posix/maximum.ts";
import { bytesOf } from "../sys/bytes.ts";
import { type Kernel, WOULD_BLOCK } from "./kernel.ts";
import type { Loop } from "./loop.ts";

/** The most lines that wait. */
const MOST_WAITING = 256;

/** A queue of lines in front of one descriptor. */
export class Reporter {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #fd: Fd;
  readonly #waiting: string[] = [];
  #dropped = 0;
  #watching = false;

  /** The lines go to `fd`, which the loop watches while lines wait. */
  constructor(kernel: Kernel, loop: Loop, fd: Fd) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#fd = fd;
  }

  /** Writes one line, a byte string without its newline, now or when there is room. */
  line(text: string): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#dropped++;
      return;
    }
    // A write of at most PIPE_BUF bytes never blocks on a pipe that poll(2) calls writable (pipe(7)).
    this.#waiting.push(`${text}\n`.slice(0, PIPE_BUF));
    if (!this.#watching) this.#flush();
  }

  /** Drops the lines that wait. Then the descriptor may be closed. */
  close(): void {
    this.#waiting.length = 0;
    this.#watch(false);
  }

  #flush(): void {
    for (;;) {
      const next = this.#waiting[0] ?? this.#droppedLine();
      if (next === undefined) return this.#watch(false);
      if (!this.#write(next)) return this.#watch(true);
      if (this.#waiting.length > 0) this.#waiting.shift();
      else this.#dropped = 0;
    }
  }

  /** The line that tells how many were dropped; undefined when none was. */
  #droppedLine(): string | undefined {
    return this.#dropped === 0 ? undefined : `denit: warning: ${this.#dropped} messages dropped\n`;
  }

  /** False when the line must wait. A failed write counts as written: we cannot mend a closed standard error or a full disk. */
  #write(line: string): boolean {
    try {
      if (!this.#kernel.poll(this.#fd, "write", 0)) return false;
      return this.#kernel.write(this.#fd, bytesOf(line)) !== WOULD_BLOCK;
    } catch {
      return true;
    }
  }

  #watch(on: boolean): void {
    if (on === this.#watching) return;
    this.#watching = on;
    if (!on) return this.#loop.unwatch(this.#fd);
    try {
      this.#loop.watch(this.#fd, "write", () => this.#flush());
    } catch {
      // epoll takes no such kind of file: drop the queue rather than block.
      this.#dropped += this.#waiting.splice(0).length;
      this.#watching = false;
    }
  }
}
