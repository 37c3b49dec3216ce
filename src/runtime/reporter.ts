/**
 * Lines for people on standard error, which must never hold up supervision: a terminal stopped by Ctrl-S or a
 * pipe that nobody reads is waited for by the loop, not by a write. What does not fit is counted, and told.
 */
import type { Fd } from "../posix/descriptor.ts";
import { bytesOf } from "../sys/bytes.ts";
import { type Kernel, WOULD_BLOCK } from "./kernel.ts";
import type { Loop } from "./loop.ts";

/** Writes of at most PIPE_BUF bytes never block a pipe that poll(2) calls writable (pipe(7)). */
const PIPE_BUF = 4096;
const MOST_WAITING = 256;

export class Reporter {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #fd: Fd;
  readonly #waiting: string[] = [];
  #dropped = 0;
  #watching = false;

  constructor(kernel: Kernel, loop: Loop, fd: Fd) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#fd = fd;
  }

  /** One line, without its newline, as a byte string. */
  line(text: string): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(`${text}\n`.slice(0, PIPE_BUF));
    if (!this.#watching) this.#flush();
  }

  /** What has not been written by now never is; then the descriptor may be closed. */
  close(): void {
    this.#waiting.length = 0;
    this.#watch(false);
  }

  #flush(): void {
    for (;;) {
      const next = this.#waiting[0] ?? this.#confession();
      if (next === undefined) return this.#watch(false);
      if (!this.#write(next)) return this.#watch(true);
      if (this.#waiting.length > 0) this.#waiting.shift();
      else this.#dropped = 0;
    }
  }

  #confession(): string | undefined {
    return this.#dropped === 0 ? undefined : `denit: warning: ${this.#dropped} messages dropped\n`;
  }

  /** True when the line is gone, also when it went nowhere: a standard error that is closed or full is not ours to mend. */
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
      // A kind of file that cannot be waited for: drop what is queued rather than block.
      this.#dropped += this.#waiting.splice(0).length;
      this.#watching = false;
    }
  }
}
