/** Memory that files are mapped into, and bytes that go from a pipe to a file without being copied here. */
import type { Fd } from "../../posix/descriptor.ts";

/** Mapped memory (mmap(2)) and splice(2). */
export interface Memory {
  /**
   * Memory of this process that stays where it is and that files can be mapped into; zeroes at first, and what has
   * not been touched costs nothing.
   */
  readonly region: Uint8Array<ArrayBuffer>;
  /** The same for WebAssembly; undefined where an engine has none. */
  readonly regionMemory: WebAssembly.Memory | undefined;
  /** Maps the file, shared, to `at` in the region (a multiple of the page size). */
  mapFile(fd: Fd, at: number, length: number): void;
  /** Makes this part of the region ordinary memory again. */
  unmapFile(at: number, length: number): void;
  /** Reserves room on the disk for the first `length` bytes of the file (posix_fallocate(3)). */
  allocate(fd: Fd, length: number): void;
  /**
   * splice(2) from a pipe into a file, without waiting: at most `length` bytes go to the offset that stands in
   * `offset` (8 bytes), which the kernel moves on before the call returns. The count, 0 at the end, or WOULD_BLOCK.
   */
  splice(pipe: Fd, file: Fd, offset: Uint8Array<ArrayBuffer>, length: number): number;
}
