import { assertEquals, assertThrows } from "@std/assert";
import { CWD } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { SysError } from "../sys/error.ts";
import { WOULD_BLOCK } from "./kernel.ts";
import { readBytes, readFile, readText, writeFile } from "./small_file.ts";

/** A kernel with one file, whose read(2) gives at the most `pieceBytes`; at its end it answers `end`. */
function kernelWith(content: string, pieceBytes = Infinity, end = 0) {
  let at = 0;
  const calls: string[] = [];
  return {
    calls,
    open: (_dir: number, path: string) => calls.push(`open ${path}`),
    read: (_fd: number, into: Uint8Array) => {
      const n = Math.min(into.length, pieceBytes, content.length - at);
      for (let i = 0; i < n; i++) into[i] = content.charCodeAt(at + i);
      at += n;
      calls.push(`read ${n}`);
      return n === 0 ? end : n;
    },
    write: (_fd: number, bytes: Uint8Array) => {
      calls.push(`write ${bytes.length}`);
      return bytes.length;
    },
    close: (fd: number) => void calls.push(`close ${fd}`),
  };
}

Deno.test("readText() puts a file together from the pieces that read(2) gives", () => {
  for (const length of [0, 1, 4095, 4096, 4097, 20_000]) {
    const content = "\xff\0abc".repeat(length).slice(0, length);
    for (const piece of [1000, Infinity]) {
      assertEquals(readText(kernelWith(content, piece), 9, 1 << 20), content, `${length} by ${piece}`);
    }
  }
});

Deno.test("readText() reads a small file in two calls, its bytes and its end", () => {
  const kernel = kernelWith("s1000");
  readText(kernel, 9, 65_536);
  assertEquals(kernel.calls, ["read 5", "read 0"]);
});

Deno.test("readBytes() never gives more than it was allowed", () => {
  for (const most of [1, 4096, 5000, 10_000]) {
    assertEquals(readBytes(kernelWith("x".repeat(30_000)), 9, most).length, most);
  }
});

Deno.test("readBytes() takes a descriptor that would block for the end", () => {
  assertEquals(readBytes(kernelWith("half", Infinity, WOULD_BLOCK), 9, 100).length, 4);
});

Deno.test("readFile() throws EAGAIN for a FIFO in which nothing lies, and closes it", () => {
  const kernel = kernelWith("", Infinity, WOULD_BLOCK);
  const thrown = assertThrows(() => readFile(kernel, CWD, "env/A", 100), SysError);
  assertEquals([thrown.errno, thrown.call, thrown.path], [ERRNO.EAGAIN, "read", "env/A"]);
  assertEquals(kernel.calls, ["open env/A", "read 0", "close 1"]);
});

Deno.test("writeFile() writes with one call and closes the file", () => {
  const kernel = kernelWith("");
  writeFile(kernel, CWD, "cgroup.procs", "0");
  assertEquals(kernel.calls, ["open cgroup.procs", "write 1", "close 1"]);
});
