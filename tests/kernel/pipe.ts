/** The bytes between two ends: a pipe, or what is behind a FIFO. */

/** The bytes that a pipe holds (pipe(7)). */
export const PIPE_SIZE = 65536;

export class Pipe {
  text = "";
  readers = 0;
  writers = 0;
  /** The process that reads the pipe, where only one may. */
  reader: string | undefined;
  /** Processes that read it and wait for more, or for its end. */
  readonly waiting = new Map<object, () => void>();
  /** Called when the last end is closed while the pipe holds something. */
  onLost: ((text: string) => void) | undefined;

  /** Takes as much as fits; returns how much that is. */
  put(text: string): number {
    const taken = text.slice(0, PIPE_SIZE - this.text.length);
    this.text += taken;
    this.#changed();
    return taken.length;
  }

  #changed(): void {
    for (const notice of [...this.waiting.values()]) notice();
  }

  take(most: number): string {
    const taken = this.text.slice(0, most);
    this.text = this.text.slice(taken.length);
    return taken;
  }

  openEnd(reads: boolean, writes: boolean): void {
    if (reads) this.readers++;
    if (writes) this.writers++;
  }

  closeEnd(reads: boolean, writes: boolean): void {
    if (reads) this.readers--;
    if (writes) this.writers--;
    if (writes && this.writers === 0) this.#changed();
    if (this.readers + this.writers > 0) return;
    if (this.text !== "") this.onLost?.(this.text);
    this.text = "";
  }
}
