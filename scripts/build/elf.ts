/** Finding the end of an ELF program: `deno compile` before 2.8 appends its payload there. */

/** Offsets in the header of a 64-bit ELF file: elf(5), `Elf64_Ehdr`. */
const E_SHOFF = 0x28;
const E_SHENTSIZE = 0x3a;
const E_SHNUM = 0x3c;
const HEADER_SIZE = 64;
const ELF_MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;

/** The bytes up to the end of the section header table, which a linker writes last; undefined if this is no ELF file. */
export function endOfElf(file: Uint8Array): number | undefined {
  if (file.length < HEADER_SIZE) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== ELF_MAGIC || file[4] !== CLASS_64 || file[5] !== LITTLE_ENDIAN) return undefined;
  const end = Number(view.getBigUint64(E_SHOFF, true)) +
    view.getUint16(E_SHNUM, true) * view.getUint16(E_SHENTSIZE, true);
  return end >= HEADER_SIZE && end <= file.length ? end : undefined;
}
