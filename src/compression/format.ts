/** The format of a compressed file, told by its first bytes as file(1) does. */

/** The program that packed a file; `plain` means none of these. */
export type Format = "plain" | "gzip" | "zstd" | "xz" | "bzip2" | "lz4";

/** The number of bytes at the front of a file that tell its format: the length of the longest magic number. */
export const MAGIC_BYTES = 6;

/** The first bytes of each format. -1 stands for any byte. */
const MAGIC: readonly (readonly [Format, readonly number[]])[] = [
  // RFC 1952: two bytes, and the only method that is defined.
  ["gzip", [0x1f, 0x8b, 0x08]],
  // RFC 8878, little endian.
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["bzip2", [0x42, 0x5a, 0x68, -1, 0x31, 0x41]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
];

/** The format of a file that begins with `head`: its first MAGIC_BYTES bytes, or the whole file if it is shorter. */
export function formatOf(head: Uint8Array): Format {
  const found = MAGIC.find(([, magic]) =>
    magic.every((byte, i) => byte < 0 ? i < head.length : head[i] === byte)
  );
  return found?.[0] ?? "plain";
}
