/** Memory for the strings and pointer tables that posix_spawn(3) and execve(2) read. */
import { putCString } from "./bytes.ts";

const POINTER_SIZE = 8;

/**
 * C strings and pointer tables for one execution, at an address that never changes: typed arrays of more than 64 bytes
 * live outside the JavaScript heap.
 *
 * To take its address needs the ffi permission, so an arena is made at the start, and large enough.
 */
export class CallArena {
  /** Offset of the table of arguments. */
  argv = 0;
  /** Offset of the table of environment entries. */
  envp = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #base: bigint;
  #end = 0;

  /** `size` in bytes; `vectorSize` tells what a table needs. */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#bytes));
  }

  /** Makes room again: what was laid out is overwritten. */
  reset(): void {
    this.#end = 0;
  }

  /**
   * Lays out the strings and a NULL-terminated table of their addresses; returns the offset of the table. Throws RangeError
   * when the arena is full.
   */
  vector(strings: readonly string[]): number {
    const starts: number[] = [];
    for (const text of strings) {
      starts.push(this.#end);
      const end = putCString(this.#bytes, this.#end, text);
      if (end < 0) throw new RangeError("arena full");
      this.#end = end;
    }
    const vector = (this.#end + POINTER_SIZE - 1) & ~(POINTER_SIZE - 1);
    this.#end = vector + POINTER_SIZE * (strings.length + 1);
    if (this.#end > this.#bytes.length) throw new RangeError("arena full");
    starts.forEach((start, i) =>
      this.#view.setBigUint64(vector + POINTER_SIZE * i, this.#base + BigInt(start), true)
    );
    this.#view.setBigUint64(vector + POINTER_SIZE * strings.length, 0n, true);
    return vector;
  }

  /** The memory from `offset` on, as a call takes it. */
  at(offset: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(offset);
  }
}

/** Bytes that a table of these strings needs in an arena, alignment included. */
export function vectorSize(strings: readonly string[]): number {
  return strings.reduce((sum, text) => sum + text.length + 9, 32);
}
