/**
 * gzip and zstd, by the zlib and libzstd that Deno contains (node:zlib; the same calls in 2.7.11 and 2.9.6).
 *
 * Only calls without promises are used, each for a whole member or frame. The module is loaded when it is needed and not
 * imported: an import would cost every start tens of milliseconds. Without /proc Deno ends the process when it sets up
 * any node: module, and nothing can catch that; so /proc is looked for first.
 */
import { CWD } from "../posix/descriptor.ts";
import { rethrowUnlessSysError } from "../sys/error.ts";
import { type Kernel } from "./kernel.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface NodeZlib {
  gzipSync(bytes: Bytes, options: { level: number }): Bytes;
  gunzipSync(bytes: Bytes, options: { maxOutputLength: number }): Bytes;
  zstdCompressSync(bytes: Bytes, options: { params: Record<number, number> }): Bytes;
  zstdDecompressSync(bytes: Bytes, options: { maxOutputLength: number }): Bytes;
  readonly constants: { readonly ZSTD_c_compressionLevel: number; readonly ZSTD_c_checksumFlag: number };
}

/** The most bytes that one member or frame may become: enough for any log, and a bound for a file made to fill memory. */
const MOST_OUTPUT = 1 << 30;

/** Compression and decompression of whole pieces of bytes. */
export class Zlib {
  readonly #node: NodeZlib;

  /** Throws an Error that says why, where there is no compression. */
  constructor(kernel: Pick<Kernel, "stat">) {
    try {
      kernel.stat(CWD, "/proc/self/exe", false);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      throw new Error("no compression without /proc");
    }
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
    const found = process?.getBuiltinModule?.("node:zlib");
    if (!isZlib(found)) throw new Error("this Deno has no compression");
    this.#node = found;
  }

  /** Returns the bytes as one gzip member. */
  gzip(bytes: Bytes, level: number): Bytes {
    return this.#node.gzipSync(bytes, { level });
  }

  /** The content of all gzip members in `bytes`. Throws an Error when one is damaged or cut short. */
  gunzip(bytes: Bytes): Bytes {
    return this.#node.gunzipSync(bytes, { maxOutputLength: MOST_OUTPUT });
  }

  /** Returns the bytes as one zstd frame with its checksum, as zstd(1) makes it. */
  zstd(bytes: Bytes, level: number): Bytes {
    const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = this.#node.constants;
    const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 };
    return this.#node.zstdCompressSync(bytes, { params });
  }

  /** The content of the one zstd frame that `bytes` is. Throws an Error when it is damaged. */
  unzstd(bytes: Bytes): Bytes {
    return this.#node.zstdDecompressSync(bytes, { maxOutputLength: MOST_OUTPUT });
  }
}

function isZlib(found: unknown): found is NodeZlib {
  return typeof found === "object" && found !== null && "gunzipSync" in found &&
    "zstdDecompressSync" in found;
}
