import { assertEquals } from "@std/assert";
import { bytesOf, byteString } from "../sys/bytes.ts";
import { scrollTitle } from "./title.ts";

function scrolled(title: string, ...texts: readonly string[]): string {
  const bytes = bytesOf(title);
  for (const text of texts) scrollTitle(bytes, bytesOf(text));
  return byteString(bytes);
}

Deno.test("scrollTitle() keeps the first five bytes and moves the rest to the left", () => {
  assertEquals(scrolled("log: ..........", "ERR"), "log: .......ERR");
  assertEquals(scrolled("log: ..........", "ERR", "or"), "log: .....ERRor");
});

Deno.test("scrollTitle() shows the end of a message that is longer than the title", () => {
  assertEquals(scrolled("log: ....", "0123456789"), "log: 6789");
});

Deno.test("scrollTitle() keeps newlines, and writes a blank for a NUL, which would end the title", () => {
  assertEquals(scrolled("log: ......", "a\0b\n"), "log: ..a b\n");
});

Deno.test("scrollTitle() of no bytes changes nothing", () => {
  assertEquals(scrolled("log: abc", ""), "log: abc");
});
