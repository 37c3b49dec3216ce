/**
 * One file of a log, read in pieces.
 *
 * A plain file can be read from any position. A compressed file is unpacked unit by unit: a unit is one gzip member or
 * one zstd frame. If a member does not tell its length, the unit is the rest of the file.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { type Format, formatOf, MAGIC_BYTES } from "../../compression/format.ts";
import { memberLength } from "../../compression/gzip_member.ts";
import { frameEnd } from "../../compression/zstd_frame.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Zlib } from "../../runtime/zlib.ts";
import { byteString } from "../../sys/bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** All that reading a file asks of the operating system. */
export type FileKernel = Pick<Kernel, "readAt" | "statFd" | "close">;

/** The means to read files, shared by all of them. */
export interface FileMeans {
  readonly kernel: FileKernel;
  /** PIECE_BYTES long. Nothing has to stay in it between two calls. */
  readonly buffer: Bytes;
  /** Loads libz and libzstd when the first compressed file is read. */
  readonly zlib: () => Zlib;
}

/** The longest piece. */
export const PIECE_BYTES = 65_536;
/** Compressed bytes of one unit that are held in memory; a file with a larger unit is not read. */
const MOST_PACKED = 1 << 29;

const NOTHING: Bytes = new Uint8Array(0);

/** Thrown for a file that cannot be unpacked; the message says why. */
export class Unreadable extends Error {}

/** An open file of a log and the position of its reader. */
export class LogFile {
  readonly fd: Fd;
  readonly format: Format;
  readonly #kernel: FileKernel;
  readonly #zlib: () => Zlib;
  readonly #buffer: Bytes;
  #at = 0;
  /** Compressed bytes that have not been unpacked. */
  #packed: Bytes = NOTHING;
  /** The content of the last unit, and how many of its bytes have been given out. */
  #unpacked: Bytes = NOTHING;
  #given = 0;

  /** Takes over `fd`. Looks at the first bytes for the format if `format` is absent. Throws SysError. */
  constructor({ kernel, buffer, zlib }: FileMeans, fd: Fd, format?: Format) {
    this.fd = fd;
    this.#kernel = kernel;
    this.#zlib = zlib;
    this.#buffer = buffer;
    this.format = format ?? this.#lookAtFormat();
  }

  #lookAtFormat(): Format {
    const length = this.#kernel.readAt(this.fd, this.#buffer.subarray(0, MAGIC_BYTES), 0);
    return formatOf(this.#buffer.subarray(0, length));
  }

  /** True if the file is not compressed. */
  get isPlain(): boolean {
    return this.format === "plain";
  }

  /** The position of the next byte of a plain file. */
  get position(): number {
    return this.#at;
  }

  /** Goes on at `position`, and forgets what was unpacked. */
  seek(position: number): void {
    this.#at = position;
    this.#packed = this.#unpacked = NOTHING;
    this.#given = 0;
  }

  /** Reads the next piece, a byte string; empty at the end. Throws SysError and Unreadable. */
  next(): string {
    switch (this.format) {
      case "plain":
        return this.#nextPlain();
      case "gzip":
        return this.#nextUnpacked((bytes) => this.#zlib().gunzip(bytes), gzipEnd);
      case "zstd":
        return this.#nextUnpacked((bytes) => this.#zlib().unzstd(bytes), frameEnd);
      case "xz":
      case "bzip2":
      case "lz4":
        throw new Unreadable(`compressed with ${this.format}`);
    }
  }

  /** Reads the piece of a plain file that ends at `end`, for reading backwards. Throws SysError. */
  before(end: number): string {
    const start = Math.max(0, end - PIECE_BYTES);
    const length = this.#kernel.readAt(this.fd, this.#buffer.subarray(0, end - start), start);
    return byteString(this.#buffer, 0, length);
  }

  /** Closes the descriptor. */
  close(): void {
    this.#kernel.close(this.fd);
  }

  #nextPlain(): string {
    const length = this.#kernel.readAt(this.fd, this.#buffer, this.#at);
    this.#at += length;
    return byteString(this.#buffer, 0, length);
  }

  #nextUnpacked(unpack: (bytes: Bytes) => Bytes, endOf: UnitEnd): string {
    while (this.#given === this.#unpacked.length) {
      const length = this.#unitLength(endOf);
      if (length === 0) return "";
      this.#unpacked = this.#unpack(unpack, length);
      this.#given = 0;
    }
    const from = this.#given;
    this.#given = Math.min(from + PIECE_BYTES, this.#unpacked.length);
    return byteString(this.#unpacked, from, this.#given - from);
  }

  /** Reads until the next unit is in memory, and skips frames without content. Returns its length, 0 at the end. */
  #unitLength(endOf: UnitEnd): number {
    for (let want = PIECE_BYTES;;) {
      const more = this.#fill(want);
      const there = this.#packed.length;
      if (there === 0) return 0;
      const end = endOf(this.#packed);
      if (end.kind === "broken") throw new Unreadable("damaged");
      if (end.kind === "more" || end.length > there) {
        if (!more && endOf === gzipEnd && end.kind === "more") return there;
        if (!more) throw new Unreadable("cut off");
        want = end.kind === "more" ? there * 2 : end.length;
        continue;
      }
      if (end.kind === "frame") return end.length;
      this.#packed = this.#packed.slice(end.length);
      want = PIECE_BYTES;
    }
  }

  #unpack(unpack: (bytes: Bytes) => Bytes, length: number): Bytes {
    try {
      const unpacked = unpack(this.#packed.subarray(0, length));
      this.#packed = this.#packed.slice(length);
      return unpacked;
    } catch (thrown) {
      throw new Unreadable(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  /** Reads until `want` compressed bytes are in memory. False if the file ends before. */
  #fill(want: number): boolean {
    if (want > MOST_PACKED) throw new Unreadable("too large to be read compressed");
    if (this.#packed.length >= want) return true;
    const bytes = new Uint8Array(want);
    bytes.set(this.#packed);
    let length = this.#packed.length;
    for (let read = -1; length < want && read !== 0; length += read) {
      read = this.#kernel.readAt(this.fd, bytes.subarray(length), this.#at);
      this.#at += read;
    }
    this.#packed = bytes.subarray(0, length);
    return length === want;
  }
}

/** Finds the end of the unit with which `bytes` begin. */
type UnitEnd = (bytes: Uint8Array) => ReturnType<typeof frameEnd>;

/** A gzip member that another program wrote does not tell its length: `more` until the file ends. */
function gzipEnd(bytes: Uint8Array): ReturnType<typeof frameEnd> {
  if (formatOf(bytes) !== "gzip") return { kind: "broken" };
  const length = memberLength(bytes);
  return length === undefined ? { kind: "more" } : { kind: "frame", length };
}
