/**
 * gzip and zstd, from the copy of zlib and libzstd that Deno has in it (node:zlib; the same calls in 2.7.11 and 2.9.6).
 *
 * Only its calls without promises are used, each for a whole member or frame. The module is asked for when it is needed
 * and not imported: it would cost every start tens of milliseconds. Without /proc Deno ends the process when it sets up
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

/** What one member or frame may become: enough for any log, and an end for a file made to fill memory. */
const MOST_OUTPUT = 1 << 30;

export class Zlib {
  readonly #node: NodeZlib;

  /** Throws an Error that says why where it is not to be had. */
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

  /** One gzip member. */
  gzip(bytes: Bytes, level: number): Bytes {
    return this.#node.gzipSync(bytes, { level });
  }

  /** What all gzip members in `bytes` hold. Throws an Error for what is damaged or cut. */
  gunzip(bytes: Bytes): Bytes {
    return this.#node.gunzipSync(bytes, { maxOutputLength: MOST_OUTPUT });
  }

  /** One zstd frame, with its checksum, as zstd(1) makes it. */
  zstd(bytes: Bytes, level: number): Bytes {
    const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = this.#node.constants;
    const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 };
    return this.#node.zstdCompressSync(bytes, { params });
  }

  /** What the one zstd frame that `bytes` is holds. Throws an Error for what is damaged. */
  unzstd(bytes: Bytes): Bytes {
    return this.#node.zstdDecompressSync(bytes, { maxOutputLength: MOST_OUTPUT });
  }
}

function isZlib(found: unknown): found is NodeZlib {
  return typeof found === "object" && found !== null && "gunzipSync" in found &&
    "zstdDecompressSync" in found;
}
