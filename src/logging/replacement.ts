/** Replaces bytes of lines by another byte: options -r and -R of svlogd(8). */
import type { Arena, Batch } from "./lines.ts";
import type { Options } from "./options.ts";

const FIRST_PRINTABLE = 32;
const LAST_PRINTABLE = 126;

/** A table of 256 bytes: by byte, the byte that replaces it. Undefined if nothing is replaced. */
export function replacementTable(options: Options): Uint8Array | undefined {
  const { replacement } = options;
  if (replacement === undefined) return undefined;
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const plain = byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;
    return plain && !options.replaced.includes(String.fromCharCode(byte)) ? byte : replacement;
  });
}

/**
 * Replaces bytes by `table` in the first `lineBytes` of every line of a batch. Bytes of earlier reads stay as they are:
 * they were replaced then.
 */
export function replaceBytes(arena: Arena, batch: Batch, table: Uint8Array, lineBytes: number): void {
  const { bytes } = arena;
  let at = batch.from;
  // Earlier reads have used up a part of the first line's `lineBytes`; those of an open line are used up.
  let left = batch.open ? 0 : lineBytes - (batch.from - batch.start);
  for (let line = 0; line <= batch.count; line++) {
    const end = line < batch.count ? arena.ends[line] ?? at : batch.end;
    const stop = Math.min(end, at + left);
    for (let i = at; i < stop; i++) bytes[i] = table[bytes[i] ?? 0] ?? 0;
    at = end + 1;
    left = lineBytes;
  }
}
