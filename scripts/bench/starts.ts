/**
 * The FIFO in which services report their starts (`probe.ts`), each start with the time at which it arrived.
 */

export interface Start {
  readonly pid: number;
  /** `performance.now()` when the report was read. */
  readonly atMs: number;
}

const PID_SIZE = 4;

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
    // Read and write: the reader never sees an end of file while no service has it open.
    return new Starts(path, await Deno.open(path, { read: true, write: true }));
  }

  async #listen(): Promise<void> {
    const bytes = new Uint8Array(16384 * PID_SIZE);
    const view = new DataView(bytes.buffer);
    while (!this.#closed) {
      // Reports are written whole, so every read ends at the end of one.
      const length = await this.#file.read(bytes);
      const atMs = performance.now();
      for (let at = 0; at < (length ?? 0); at += PID_SIZE) {
        this.#unread.push({ pid: view.getUint32(at, true), atMs });
      }
      this.#wake();
    }
  }

  /** The next `count` starts; fails when they have not all come within `withinMs`. */
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

  /** Release the FIFO. */
  async close(): Promise<void> {
    this.#closed = true;
    // A read is always pending; one last report ends it. This file would keep the write until after the read.
    await Deno.writeFile(this.#path, new Uint8Array(PID_SIZE), { create: false });
    await this.#listening;
    this.#file.close();
  }

  /** Starts that nobody has asked for yet: more than were expected is a fault of the run. */
  get unread(): number {
    return this.#unread.length;
  }
}
