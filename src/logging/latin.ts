/** Byte strings (one UTF-16 unit a byte, 0 to 255) and bytes, for pure files; hosts use `sys/bytes.ts`. */

/** The bytes of a byte string. */
export function latinBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** `bytes[from..to)` as a byte string. */
export function latinText(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}
