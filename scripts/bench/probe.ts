/**
 * The service that every benchmark supervises: a program of about 200 bytes, written as machine code.
 *
 * It opens the FIFO whose path is part of the file, writes its own pid (4 bytes, little-endian), closes the FIFO and
 * pauses until a signal ends it. So the service itself reports its start, and nobody has to poll for it. A start costs
 * as little as a start can cost, so the time that is measured is the supervisor's.
 */

import { type Architecture, elfProgram } from "./elf.ts";

/** The bytes of a program that reports its start to `fifo`. */
export function probeProgram(
  fifo: string,
  architecture: Architecture = Deno.build.arch,
): Uint8Array<ArrayBuffer> {
  const path = new TextEncoder().encode(`${fifo}\0`);
  const code = architecture === "x86_64" ? codeX86() : codeArm();
  return elfProgram(code, path, architecture);
}

function codeX86(): Uint8Array {
  const code = [
    [0xb8, 2, 0, 0, 0], //            mov eax, 2 (open)
    [0x48, 0x8d, 0x3d, 0, 0, 0, 0], // lea rdi, [path], patched below
    [0xbe, 1, 0, 0, 0], //            mov esi, O_WRONLY
    [0x31, 0xd2], //                  xor edx, edx
    [0x0f, 0x05], //                  syscall
    [0x89, 0xc3], //                  mov ebx, eax
    [0xb8, 39, 0, 0, 0], //           mov eax, 39 (getpid)
    [0x0f, 0x05], //                  syscall
    [0x50], //                        push rax
    [0xb8, 1, 0, 0, 0], //            mov eax, 1 (write)
    [0x89, 0xdf], //                  mov edi, ebx
    [0x48, 0x89, 0xe6], //            mov rsi, rsp
    [0xba, 4, 0, 0, 0], //            mov edx, 4
    [0x0f, 0x05], //                  syscall
    [0xb8, 3, 0, 0, 0], //            mov eax, 3 (close)
    [0x89, 0xdf], //                  mov edi, ebx
    [0x0f, 0x05], //                  syscall
    [0xb8, 34, 0, 0, 0], //           again: mov eax, 34 (pause)
    [0x0f, 0x05], //                  syscall
    [0xeb, 0xf7], //                  jmp again
  ].flat();
  const afterLea = 12;
  code[8] = code.length - afterLea;
  return Uint8Array.from(code);
}

function codeArm(): Uint8Array {
  const code = Uint32Array.of(
    0x92800c60, // mov x0, AT_FDCWD
    0x10000001, // adr x1, path, patched below
    0xd2800022, // mov x2, O_WRONLY
    0xd2800708, // mov x8, 56 (openat)
    0xd4000001, // svc 0
    0xaa0003f3, // mov x19, x0
    0xd2801588, // mov x8, 172 (getpid)
    0xd4000001, // svc 0
    0xb81f0fe0, // str w0, [sp, -16]!
    0xaa1303e0, // mov x0, x19
    0x910003e1, // mov x1, sp
    0xd2800082, // mov x2, 4
    0xd2800808, // mov x8, 64 (write)
    0xd4000001, // svc 0
    0xaa1303e0, // mov x0, x19
    0xd2800728, // mov x8, 57 (close)
    0xd4000001, // svc 0
    0xd2800000, // again: mov x0, 0
    0xd2800001, // mov x1, 0
    0xd2800002, // mov x2, 0
    0xd2800003, // mov x3, 0
    0xd2800928, // mov x8, 73 (ppoll)
    0xd4000001, // svc 0
    0x17fffffa, // b again
  );
  const fromAdr = (code.length - 1) * 4;
  code[1] = 0x10000001 | ((fromAdr >> 2) << 5);
  return new Uint8Array(code.buffer);
}
