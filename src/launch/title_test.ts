import { assertEquals } from "@std/assert";
import { bytesOf, byteString } from "../sys/bytes.ts";
import { scrollTitle } from "./title.ts";

function scrolled(...pieces: readonly string[]): string {
  const title = bytesOf("..........");
  for (const piece of pieces) scrollTitle(title, bytesOf(piece));
  return byteString(title);
}

Deno.test("scrollTitle() moves the input in from the right, and keeps three bytes", () => {
  assertEquals(scrolled("ab"), "........ab");
  assertEquals(scrolled("ab", "cd"), "......abcd");
  assertEquals(scrolled("0123456789"), "...3456789");
  assertEquals(scrolled("0123456789", "x"), "...456789x");
});

Deno.test("scrollTitle() leaves NUL out, and keeps newlines", () => {
  assertEquals(scrolled("a\0b\n"), ".......ab\n");
  assertEquals(scrolled("\0"), "..........");
  assertEquals(scrolled(""), "..........");
});
