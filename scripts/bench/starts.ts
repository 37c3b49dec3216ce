/**
 * The FIFO through which services report their starts (`probe.ts`), each with the time at which the report arrived.
 */

/** A start that a service has reported. */
export interface Start {
  readonly pid: number;
  /** `performance.now()` when the report was read. */
  readonly atMs: number;
}

const PID_SIZE = 4;

/** The starts of a fleet, in the order in which they come. */
export class Starts {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #unread: Start[] = [];
  readonly #listening: Promise<void>;
  #wake: () => void = () => {};
  #closed = false;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
    this.#listening = this.#listen();
  }

  static async open(path: string): Promise<Starts> {
    const made = await new Deno.Command("mkfifo", { args: [path] }).output();
    if (!made.success) throw new Error(`Cannot make the FIFO "${path}"`);
    // Open for reading and writing, so that the reader sees no end of file while no service has the FIFO open.
    return new Starts(path, await Deno.open(path, { read: true, write: true }));
  }

  async #listen(): Promise<void> {
    const bytes = new Uint8Array(16384 * PID_SIZE);
    const view = new DataView(bytes.buffer);
    while (!this.#closed) {
      // Reports are written whole, so every read ends at the end of a report.
      const length = await this.#file.read(bytes);
      const atMs = performance.now();
      for (let at = 0; at < (length ?? 0); at += PID_SIZE) {
        this.#unread.push({ pid: view.getUint32(at, true), atMs });
      }
      this.#wake();
    }
  }

  /** Waits for the next `count` starts. Throws if they have not all come within `withinMs`. */
  async next(count: number, withinMs: number): Promise<Start[]> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      deadline.reject(
        new Error(`Only ${this.#unread.length} of ${count} services started in ${withinMs} ms`),
      );
    }, withinMs);
    try {
      while (this.#unread.length < count) {
        const more = Promise.withResolvers<void>();
        this.#wake = more.resolve;
        await Promise.race([more.promise, deadline.promise]);
      }
      return this.#unread.splice(0, count);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the FIFO. */
  async close(): Promise<void> {
    this.#closed = true;
    // A read is always pending, and a last report ends it. A write through the same file would wait for that read.
    await Deno.writeFile(this.#path, new Uint8Array(PID_SIZE), { create: false });
    await this.#listening;
    this.#file.close();
  }

  /** Starts that have come and were not asked for. If there are more than expected, the run has a fault. */
  get unread(): number {
    return this.#unread.length;
  }
}
