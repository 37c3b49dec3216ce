import { assertEquals } from "@std/assert";
import { formatOf } from "./format.ts";

Deno.test("formatOf() tells compressed files by their first bytes, and everything else is plain", () => {
  const cases: readonly (readonly [number[], string])[] = [
    [[0x1f, 0x8b, 8, 0], "gzip"],
    [[0x28, 0xb5, 0x2f, 0xfd], "zstd"],
    [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz"],
    [[0x42, 0x5a, 0x68, 0x39, 0x31, 0x41], "bzip2"],
    [[0x04, 0x22, 0x4d, 0x18], "lz4"],
    [[0x1f, 0x8b], "plain"],
    [[0x42, 0x5a, 0x68], "plain"],
    [[], "plain"],
    [[...new TextEncoder().encode("BZhello")], "plain"],
  ];
  for (const [bytes, format] of cases) assertEquals(formatOf(new Uint8Array(bytes)), format);
});
