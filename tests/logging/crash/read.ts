/** Reads the files of a log directory for the checker: rotated files in the order of their labels, then `current`. */
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { join } from "@std/path";
import type { LogFile } from "./check.ts";

const OLD_LOG = /^@[0-9a-f]{24}\.[su]$/;
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * All files that are logs, oldest first. Compressed files are unpacked. A processor's unfinished output (`.t`) is no
 * log yet.
 */
export function readLogs(directory: string): LogFile[] {
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  const old = names.filter((name) => OLD_LOG.test(name)).sort();
  const all = names.includes("current") ? [...old, "current"] : old;
  return all.map((name) => ({ name, text: plainText(Deno.readFileSync(join(directory, name))) }));
}

/** The text as a byte string. Everything that these tests write is ASCII. */
function plainText(bytes: Uint8Array<ArrayBuffer>): string {
  const begins = (magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);
  const plain = begins(GZIP) ? gunzipSync(bytes) : begins(ZSTD) ? zstdDecompressSync(bytes) : bytes;
  return new TextDecoder("latin1").decode(plain);
}
