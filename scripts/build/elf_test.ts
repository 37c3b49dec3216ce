import { assertEquals } from "@std/assert";
import { endOfElf } from "./elf.ts";

function elf(sectionHeadersAt: bigint, count: number, size: number, length: number): Uint8Array {
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x7f454c46);
  file[4] = 2;
  file[5] = 1;
  view.setBigUint64(0x28, sectionHeadersAt, true);
  view.setUint16(0x3a, size, true);
  view.setUint16(0x3c, count, true);
  return file;
}

Deno.test("endOfElf() finds the end of the section header table", () => {
  assertEquals(endOfElf(elf(1000n, 3, 64, 5000)), 1192);
});

Deno.test("endOfElf() looks at the view it is given, not at the buffer behind it", () => {
  const padded = new Uint8Array(6000);
  padded.set(elf(1000n, 3, 64, 5000), 1000);
  assertEquals(endOfElf(padded.subarray(1000)), 1192);
});

Deno.test("endOfElf() refuses what is cut short, of another class, or no ELF file", () => {
  assertEquals(endOfElf(elf(1000n, 3, 64, 1191)), undefined);
  assertEquals(endOfElf(elf(1000n, 3, 64, 5000).subarray(0, 63)), undefined);
  assertEquals(endOfElf(elf(1000n, 3, 64, 5000).with(4, 1)), undefined);
  assertEquals(endOfElf(elf(1000n, 3, 64, 5000).with(0, 0x23)), undefined);
});
