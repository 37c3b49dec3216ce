/** Memory that files are mapped into (mmap(2)), and splice(2). */
import { ERRNO } from "../posix/errno.ts";
import { Calls, size } from "./calls.ts";
import { SysError } from "./error.ts";
import { WOULD_BLOCK } from "./facts.ts";
import type { Bound } from "./libc.ts";

/** Source: asm-generic/mman-common.h, asm-generic/mman.h. */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_FAILED = -1n;
/** SPLICE_F_NONBLOCK (linux/splice.h). */
const SPLICE_NONBLOCK = 2;
/** The unit in which WebAssembly counts memory, in bytes. */
const WASM_PAGE = 65_536;

/** One region of memory, and calls that fill and empty files without copying. */
export class MemoryCalls extends Calls {
  /** All of the memory; empty where none was reserved. */
  readonly region: Uint8Array<ArrayBuffer>;
  /** The same memory for WebAssembly; undefined where the engine has none or less. */
  readonly regionMemory: WebAssembly.Memory | undefined = undefined;
  readonly #address: bigint;

  /**
   * Reserves `bytes` of memory; the kernel gives pages only to what is touched. Needs the ffi permission: memory can be
   * seen only through a view that was made while ffi was granted, so all that will ever be mapped lies in this one.
   */
  constructor(bound: Bound, bytes: number) {
    super(bound);
    const memory = bytes === 0 ? undefined : wasmMemory(bytes);
    if (memory !== undefined) {
      this.regionMemory = memory;
      // The memory can neither grow nor be shared: so its buffer is an ArrayBuffer of fixed length.
      this.region = new Uint8Array(memory.buffer as ArrayBuffer);
      this.#address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.region)));
      return;
    }
    this.#address = bytes === 0 ? 0n : this.#map(0n, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    const pointer = Deno.UnsafePointer.create(this.#address);
    this.region = new Uint8Array(
      pointer === null ? new ArrayBuffer(0) : Deno.UnsafePointerView.getArrayBuffer(pointer, bytes),
    );
  }

  #map(at: bigint, bytes: number, flags: number, fd: number): bigint {
    const address = this.c.mmap(at, size(bytes), PROT_READ_WRITE, flags, fd, 0n);
    return address === MAP_FAILED ? this.fail("mmap") : BigInt(address);
  }

  /** mmap(2) of the file, shared, in place of `length` bytes of the region from `at` on. */
  mapFile(fd: number, at: number, length: number): void {
    this.#map(this.#address + BigInt(at), length, MAP_SHARED | MAP_FIXED, fd);
  }

  /** Puts ordinary memory, all zeroes, in the place of a mapped file. */
  unmapFile(at: number, length: number): void {
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    this.#map(this.#address + BigInt(at), length, flags, -1);
  }

  /** posix_fallocate(3) of the first `length` bytes. */
  allocate(fd: number, length: number): void {
    for (;;) {
      const errno = this.c.posix_fallocate(fd, 0n, BigInt(length));
      if (errno === 0) return;
      if (errno !== ERRNO.EINTR) throw new SysError({ call: "allocate", errno });
    }
  }

  /** The count, 0 at the end, WOULD_BLOCK when the pipe is empty. The kernel moves the offset on. */
  splice(pipe: number, file: number, offset: Uint8Array<ArrayBuffer>, length: number): number {
    for (;;) {
      const n = this.c.splice(pipe, null, file, offset, size(length), SPLICE_NONBLOCK);
      if (n >= 0) return n;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return WOULD_BLOCK;
      if (errno !== ERRNO.EINTR) this.fail("splice");
    }
  }
}

/** `bytes` of memory that WebAssembly can work on; undefined where the engine cannot give that much. */
function wasmMemory(bytes: number): WebAssembly.Memory | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  const pages = bytes / WASM_PAGE;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (thrown) {
    // The region is ordinary memory then.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
