/**
 * The program that writes the lines that are logged: a static one that holds its text, of which every write is a piece.
 *
 * It writes its text to standard output, `pieceBytes` a write, as many times over as it is told, and exits 0. After
 * every write it sleeps for `pauseNs` if that is not 0. A write that fails or is cut short ends it with 111.
 * It reads nothing and allocates nothing, so it is faster than any logger, and a thousand of them cost little.
 *
 * Layout behind the code: bytes of the text, bytes of a piece, rounds, then seconds (0) and nanoseconds of the
 * pause (64 bits each, a struct timespec), then the text.
 */

import { type Architecture, elfProgram } from "../elf.ts";

/** The order for an emitter. */
export interface Emission {
  readonly text: Uint8Array;
  /** The bytes of one write. They divide the length of the text. */
  readonly pieceBytes: number;
  /** The number of times that the text is written. */
  readonly rounds: number;
  /** The pause after every write, less than a second. */
  readonly pauseNs: number;
}

/** More rounds than any run waits for. */
export const ENDLESS = Number.MAX_SAFE_INTEGER;

const PARAMETER_BYTES = 40;

/** The bytes of an emitter. */
export function emitterProgram(
  { text, pieceBytes, rounds, pauseNs }: Emission,
  architecture: Architecture = Deno.build.arch,
): Uint8Array<ArrayBuffer> {
  if (text.length === 0 || text.length % pieceBytes !== 0) {
    throw new RangeError(`Cannot write ${text.length} bytes in pieces of ${pieceBytes}`);
  }
  const contents = new Uint8Array(PARAMETER_BYTES + text.length);
  new BigUint64Array(contents.buffer, 0, PARAMETER_BYTES / 8).set(
    [text.length, pieceBytes, rounds, 0, pauseNs].map(BigInt),
  );
  contents.set(text, PARAMETER_BYTES);
  return elfProgram(architecture === "x86_64" ? codeX86() : codeArm(), contents, architecture);
}

function codeX86(): Uint8Array {
  return Uint8Array.from([
    [0x4c, 0x8d, 0x25, 0x59, 0, 0, 0], //   lea r12, [parameters]
    [0x4d, 0x8b, 0x74, 0x24, 0x10], //      mov r14, [r12 + 16] (rounds)
    [0x45, 0x31, 0xed], //                  again: xor r13d, r13d (bytes written of the text)
    [0xb8, 1, 0, 0, 0], //                  next: mov eax, 1 (write)
    [0xbf, 1, 0, 0, 0], //                  mov edi, 1
    [0x4b, 0x8d, 0x74, 0x2c, 0x28], //      lea rsi, [r12 + r13 + 40]
    [0x49, 0x8b, 0x54, 0x24, 0x08], //      mov rdx, [r12 + 8] (piece)
    [0x0f, 0x05], //                        syscall
    [0x49, 0x3b, 0x44, 0x24, 0x08], //      cmp rax, [r12 + 8]
    [0x75, 0x28], //                        jne failed
    [0x49, 0x01, 0xc5], //                  add r13, rax
    [0xb8, 35, 0, 0, 0], //                 mov eax, 35 (nanosleep)
    [0x49, 0x8d, 0x7c, 0x24, 0x18], //      lea rdi, [r12 + 24] (pause)
    [0x31, 0xf6], //                        xor esi, esi
    [0x41, 0x83, 0x7c, 0x24, 0x20, 0], //   cmp dword [r12 + 32], 0
    [0x74, 0x02], //                        je paused
    [0x0f, 0x05], //                        syscall
    [0x4d, 0x3b, 0x2c, 0x24], //            paused: cmp r13, [r12] (text)
    [0x72, 0xc4], //                        jb next
    [0x49, 0xff, 0xce], //                  dec r14
    [0x75, 0xbc], //                        jnz again
    [0x31, 0xff], //                        xor edi, edi
    [0xeb, 0x05], //                        jmp leave
    [0xbf, 111, 0, 0, 0], //                failed: mov edi, 111
    [0xb8, 60, 0, 0, 0], //                 leave: mov eax, 60 (exit)
    [0x0f, 0x05], //                        syscall
  ].flat());
}

function codeArm(): Uint8Array {
  const code = Uint32Array.of(
    0x100003b3, // adr x19, parameters
    0xf9400a74, // ldr x20, [x19, 16] (rounds)
    0xd2800015, // again: mov x21, 0 (bytes written of the text)
    0xd2800020, // next: mov x0, 1
    0x8b150261, // add x1, x19, x21
    0x9100a021, // add x1, x1, 40
    0xf9400662, // ldr x2, [x19, 8] (piece)
    0xd2800808, // mov x8, 64 (write)
    0xd4000001, // svc 0
    0xf9400662, // ldr x2, [x19, 8]
    0xeb02001f, // cmp x0, x2
    0x540001e1, // b.ne failed
    0x8b0002b5, // add x21, x21, x0
    0xb9402263, // ldr w3, [x19, 32]
    0x340000a3, // cbz w3, paused
    0x91006260, // add x0, x19, 24 (pause)
    0xd2800001, // mov x1, 0
    0xd2800ca8, // mov x8, 101 (nanosleep)
    0xd4000001, // svc 0
    0xf9400263, // paused: ldr x3, [x19] (text)
    0xeb0302bf, // cmp x21, x3
    0x54fffdc3, // b.lo next
    0xf1000694, // subs x20, x20, 1
    0x54fffd61, // b.ne again
    0xd2800000, // mov x0, 0
    0x14000002, // b leave
    0xd2800de0, // failed: mov x0, 111
    0xd2800ba8, // leave: mov x8, 93 (exit)
    0xd4000001, // svc 0
  );
  return new Uint8Array(code.buffer);
}
