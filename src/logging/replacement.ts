/** Options -r and -R: bytes of a line that another stands for. */
import type { Arena, Batch } from "./lines.ts";
import type { Options } from "./options.ts";

const FIRST_PRINTABLE = 32;
const LAST_PRINTABLE = 126;

/** For each byte what stands for it; undefined when nothing is replaced. */
export function replacementTable(options: Options): Uint8Array | undefined {
  const { replacement } = options;
  if (replacement === undefined) return undefined;
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const plain = byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;
    return plain && !options.replaced.includes(String.fromCharCode(byte)) ? byte : replacement;
  });
}

/** Replaces in the first `lineBytes` of every line of a batch, as far as this read brought them. */
export function replaceBytes(arena: Arena, batch: Batch, table: Uint8Array, lineBytes: number): void {
  const { bytes } = arena;
  let at = batch.from;
  // What earlier reads brought of the first line was replaced then; of an open line all that may be.
  let left = batch.open ? 0 : lineBytes - (batch.from - batch.start);
  for (let line = 0; line <= batch.count; line++) {
    const end = line < batch.count ? arena.ends[line] ?? at : batch.end;
    const stop = Math.min(end, at + left);
    for (let i = at; i < stop; i++) bytes[i] = table[bytes[i] ?? 0] ?? 0;
    at = end + 1;
    left = lineBytes;
  }
}
