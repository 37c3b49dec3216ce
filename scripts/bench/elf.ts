/**
 * The smallest program that Linux executes: machine code behind the required headers, then the data that it reads.
 *
 * Layout: ELF64 header, one program header (the whole file, readable and executable), code, contents.
 */

/** A machine for which there is code. */
export type Architecture = typeof Deno.build.arch;

const LOAD_ADDRESS = 0x400000;
const ELF_HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const CODE_OFFSET = ELF_HEADER_SIZE + PROGRAM_HEADER_SIZE;

/** e_machine, elf.h. */
const MACHINE: Record<Architecture, number> = { x86_64: 62, aarch64: 183 };

/** A file whose execution begins with `code`; `contents` stands directly behind the code. */
export function elfProgram(
  code: Uint8Array,
  contents: Uint8Array,
  architecture: Architecture,
): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(CODE_OFFSET + code.length + contents.length);
  writeHeaders(new DataView(file.buffer), MACHINE[architecture]);
  file.set(code, CODE_OFFSET);
  file.set(contents, CODE_OFFSET + code.length);
  return file;
}

function writeHeaders(view: DataView, machine: number): void {
  const size = BigInt(view.byteLength);
  const address = BigInt(LOAD_ADDRESS);
  view.setUint32(0, 0x7f454c46); // \x7f E L F
  view.setUint32(4, 0x02010100); // 64 bits, little-endian, version 1, System V
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true); // EV_CURRENT
  view.setBigUint64(24, address + BigInt(CODE_OFFSET), true); // e_entry
  view.setBigUint64(32, BigInt(ELF_HEADER_SIZE), true); // e_phoff
  view.setUint16(52, ELF_HEADER_SIZE, true);
  view.setUint16(54, PROGRAM_HEADER_SIZE, true);
  view.setUint16(56, 1, true); // e_phnum
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // PF_R | PF_X
  view.setBigUint64(80, address, true);
  view.setBigUint64(88, address, true);
  view.setBigUint64(96, size, true);
  view.setBigUint64(104, size, true);
  view.setBigUint64(112, 0x1000n, true);
}
