/** Which program compressed a file, told by its first bytes as file(1) does. */

export type Format = "plain" | "gzip" | "zstd" | "xz" | "bzip2" | "lz4";

/** The longest of what is looked for. */
export const MAGIC_BYTES = 6;

const MAGIC: readonly (readonly [Format, readonly number[]])[] = [
  // RFC 1952, with the one method there is.
  ["gzip", [0x1f, 0x8b, 0x08]],
  // RFC 8878, little endian.
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["bzip2", [0x42, 0x5a, 0x68, -1, 0x31, 0x41]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
];

/** The format of a file that begins with `head`: its first MAGIC_BYTES, or all of it. -1 above is any byte. */
export function formatOf(head: Uint8Array): Format {
  const found = MAGIC.find(([, magic]) =>
    magic.every((byte, i) => byte < 0 ? i < head.length : head[i] === byte)
  );
  return found?.[0] ?? "plain";
}
