/** Compression by the copy of zlib that Deno contains. */
import { ERRNO } from "../posix/errno.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { memberLength, withMemberLength } from "../compression/gzip_member.ts";
import { frameEnd } from "../compression/zstd_frame.ts";
import { SysError } from "../sys/error.ts";
import type { FileStat } from "./kernel.ts";
import { Zlib } from "./zlib.ts";

const WITH_PROC = { stat: () => ({}) as FileStat };

function text(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => 32 + ((i * i) % 97) % 60);
}

/** Not as a Buffer, which is another type to assertEquals. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

Deno.test("gzip: a member tells its length, and is read back with others behind it", () => {
  const zlib = new Zlib(WITH_PROC);
  const member = withMemberLength(zlib.gzip(text(300_000), 6));
  const both = joined(member, withMemberLength(zlib.gzip(text(10), 9)));
  assertEquals(memberLength(both), member.length);
  assertEquals(plain(zlib.gunzip(member)), text(300_000));
  assertEquals(plain(zlib.gunzip(both)), joined(text(300_000), text(10)));
  assertEquals(memberLength(zlib.gzip(text(10), 6)), undefined);
  assertEquals(memberLength(member.subarray(0, 12)), undefined);
});

Deno.test("zstd: the end of every frame is found from any beginning of it that is there", () => {
  const zlib = new Zlib(WITH_PROC);
  for (const [length, level] of [[0, 1], [1, 3], [200, 19], [300_000, 3], [2_000_000, 1]] as const) {
    const frame = zlib.zstd(text(length), level);
    const both = joined(frame, zlib.zstd(text(7), 3));
    assertEquals(frameEnd(both), { kind: "frame", length: frame.length });
    for (let cut = 0; cut < frame.length; cut += 1 + (frame.length >> 6)) {
      assertEquals(frameEnd(frame.subarray(0, cut)).kind, "more");
    }
    assertEquals(plain(zlib.unzstd(frame)), text(length));
  }
  const skippable = new Uint8Array([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3, 4]);
  assertEquals(frameEnd(skippable), { kind: "skippable", length: 11 });
  assertEquals(frameEnd(text(100)).kind, "broken");
});

Deno.test("damaged bytes are an error, not another text", () => {
  const zlib = new Zlib(WITH_PROC);
  for (
    const [packed, unpack] of [
      [zlib.gzip(text(5000), 6), (bytes: Uint8Array<ArrayBuffer>) => zlib.gunzip(bytes)],
      [zlib.zstd(text(5000), 3), (bytes: Uint8Array<ArrayBuffer>) => zlib.unzstd(bytes)],
    ] as const
  ) {
    const damaged = packed.slice();
    const at = packed.length >> 1;
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    assertThrows(() => unpack(damaged), Error);
  }
});

Deno.test("without /proc Zlib throws an error, where Deno would end the process", () => {
  const without = {
    stat: () => {
      throw new SysError({ call: "stat", errno: ERRNO.ENOENT });
    },
  };
  assertThrows(() => new Zlib(without), Error, "no compression without /proc");
});
