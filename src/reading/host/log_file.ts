/**
 * One file of a log, read in pieces. A plain one is read from any place on; of a compressed one a piece is what one gzip
 * member or zstd frame holds, and where it does not tell its length, all of the file.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { type Format, formatOf, MAGIC_BYTES } from "../../compression/format.ts";
import { memberLength } from "../../compression/gzip_member.ts";
import { frameEnd } from "../../compression/zstd_frame.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Zlib } from "../../runtime/zlib.ts";
import { byteString } from "../../sys/bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export type FileKernel = Pick<Kernel, "readAt" | "statFd" | "close">;

/** What files are read with; one for all of them. */
export interface FileMeans {
  readonly kernel: FileKernel;
  /** PIECE_BYTES long; nothing stays in it between two calls. */
  readonly buffer: Bytes;
  readonly zlib: () => Zlib;
}

export const PIECE_BYTES = 65_536;
/** Compressed, and not to be had in pieces: no larger file is read. */
const MOST_PACKED = 1 << 29;

const NOTHING: Bytes = new Uint8Array(0);

/** Thrown for a file that cannot be made sense of; the message says why. */
export class Unreadable extends Error {}

export class LogFile {
  readonly fd: Fd;
  readonly format: Format;
  readonly #kernel: FileKernel;
  readonly #zlib: () => Zlib;
  readonly #buffer: Bytes;
  #at = 0;
  /** Compressed bytes that are no whole unit yet. */
  #packed: Bytes = NOTHING;
  /** What the last unit held, and how much of it was given out. */
  #unpacked: Bytes = NOTHING;
  #given = 0;

  /** Takes over `fd`; `format` is looked for where it is not given. */
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

  get isPlain(): boolean {
    return this.format === "plain";
  }

  /** The place of the next byte of a plain file. */
  get position(): number {
    return this.#at;
  }

  seek(position: number): void {
    this.#at = position;
    this.#packed = this.#unpacked = NOTHING;
    this.#given = 0;
  }

  /** The next piece as a byte string; empty at the end. */
  next(): string {
    switch (this.format) {
      case "plain":
        return this.#nextPlain();
      case "gzip":
        return this.#nextUnpacked((bytes) => this.#zlib().gunzip(bytes), gzipEnd);
      case "zstd":
        return this.#nextUnpacked((bytes) => this.#zlib().unzstd(bytes), frameEnd);
      default:
        throw new Unreadable(`compressed with ${this.format}`);
    }
  }

  /** The piece of a plain file that ends at `end`, to be read backwards. */
  before(end: number): string {
    const start = Math.max(0, end - PIECE_BYTES);
    const length = this.#kernel.readAt(this.fd, this.#buffer.subarray(0, end - start), start);
    return byteString(this.#buffer, 0, length);
  }

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

  /** Brings the next unit into memory; its length, or 0 at the end. What can be skipped is. */
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

  /** Reads until `want` compressed bytes are there; false where the file has no more. */
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

type UnitEnd = (bytes: Uint8Array) => ReturnType<typeof frameEnd>;

/** Of another program's member nobody knows the end: `more` until the file ends. */
function gzipEnd(bytes: Uint8Array): ReturnType<typeof frameEnd> {
  if (formatOf(bytes) !== "gzip") return { kind: "broken" };
  const length = memberLength(bytes);
  return length === undefined ? { kind: "more" } : { kind: "frame", length };
}
