/**
 * Byte strings: one UTF-16 unit a byte, 0 to 255.
 *
 * To Linux, file names, arguments and environment entries are bytes. Kept in this way, a name that is not UTF-8 goes
 * through denit unchanged, and to encode it takes a loop without tables.
 */

/** The byte string of a text that Deno has decoded (Deno.args, source literals). */
export function bytesOfText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return byteString(new TextEncoder().encode(text));
  }
  return text;
}

/** The text of a byte string, for people; bytes that are not UTF-8 become U+FFFD. */
export function textOfBytes(bytes: string): string {
  return new TextDecoder().decode(bytesOf(bytes));
}

/** The byte string of `length` bytes of `from` (all bytes when absent), from `start` on. */
export function byteString(from: Uint8Array, start = 0, length: number = from.length - start): string {
  let text = "";
  // String.fromCharCode takes its arguments on the stack: a bounded piece at a time.
  for (let i = start; i < start + length; i += 4096) {
    // A spread argument would go through an iterator.
    text += Reflect.apply(String.fromCharCode, null, from.subarray(i, Math.min(i + 4096, start + length)));
  }
  return text;
}

/** A fresh array with the bytes of a byte string. */
export function bytesOf(bytes: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes.charCodeAt(i);
  return out;
}

/** Writes a byte string and a NUL at `at`. Returns the offset behind the NUL, or -1 when they do not fit. */
export function putCString(into: Uint8Array, at: number, bytes: string): number {
  const end = at + bytes.length;
  if (end >= into.length) return -1;
  for (let i = 0; i < bytes.length; i++) into[at + i] = bytes.charCodeAt(i);
  into[end] = 0;
  return end + 1;
}
