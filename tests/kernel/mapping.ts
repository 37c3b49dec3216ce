/** Memory that files are mapped into, and what goes from a pipe into a file without being read (mmap(2), splice(2)). */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { bytesOf, byteString } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import { Readiness } from "./readiness.ts";
import type { RegularFile } from "./tree.ts";

/** The size of the region in pages of WebAssembly, 64 kB each. */
const REGION_PAGES = 16;

export class Mapping extends Readiness {
  readonly regionMemory = new WebAssembly.Memory({ initial: REGION_PAGES, maximum: REGION_PAGES });
  readonly region = new Uint8Array(this.regionMemory.buffer as ArrayBuffer);
  readonly #mapped = new Map<number, { readonly file: RegularFile; readonly length: number }>();

  protected regularFile(fd: Fd): RegularFile {
    const { inode } = this.file(fd);
    if (inode?.kind !== "file") throw new SysError({ call: "fd", errno: ERRNO.EISDIR });
    return inode;
  }

  allocate(fd: Fd, length: number): void {
    const file = this.regularFile(fd);
    this.tree.write(file, file.text.padEnd(length, "\0"));
  }

  mapFile(fd: Fd, at: number, length: number): void {
    const file = this.regularFile(fd);
    this.region.set(bytesOf(file.text), at);
    this.#mapped.set(at, { file, length });
  }

  unmapFile(at: number): void {
    this.#keep(at);
    this.#mapped.delete(at);
  }

  #keep(at: number): void {
    const mapped = this.#mapped.get(at);
    if (mapped !== undefined) this.tree.write(mapped.file, byteString(this.region, at, mapped.length));
  }

  /** Leaves what a dead process leaves behind: its files, and in them what it had written to mapped memory. */
  die(): void {
    for (const at of this.#mapped.keys()) this.#keep(at);
  }

  splice(pipe: Fd, file: Fd, offset: Uint8Array<ArrayBuffer>, length: number): number {
    const into = this.regularFile(file);
    const [at = 0] = [...this.#mapped].find(([, mapped]) => mapped.file === into) ?? [];
    const view = new DataView(offset.buffer, offset.byteOffset);
    const end = Number(view.getBigUint64(0, true));
    const n = this.read(pipe, this.region.subarray(at + end, at + end + length));
    view.setBigUint64(0, BigInt(end + n), true);
    return n;
  }
}
