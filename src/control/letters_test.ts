import { assertEquals } from "@std/assert";
import { readLetters } from "./letters.ts";

function read(...args: string[]) {
  const read = readLetters(args, "vV", "w");
  if (read.kind === "complaint") return read.complaint;
  return [...read.letters.map(([letter, value]) => letter + value), "|", ...read.words].join(" ");
}

Deno.test("readLetters() takes letters one by one and in clusters", () => {
  assertEquals(read("-v", "up", "web"), "v | up web");
  assertEquals(read("-vV", "up"), "v V | up");
});

Deno.test("readLetters() takes a value from the same word or from the next", () => {
  assertEquals(read("-w5", "up"), "w5 | up");
  assertEquals(read("-w", "5", "up"), "w5 | up");
  assertEquals(read("-vw", "-v", "up"), "v w-v | up");
});

Deno.test("readLetters() stops at the first word that is no option, at - and behind --", () => {
  assertEquals(read("up", "-v"), "| up -v");
  assertEquals(read("-", "-v"), "| - -v");
  assertEquals(read("-v", "--", "-w"), "v | -w");
  assertEquals(read(), "|");
});

Deno.test("readLetters() complains in getopt's words", () => {
  assertEquals(read("-vx"), "illegal option -- x");
  assertEquals(read("--help"), "illegal option -- -");
  assertEquals(read("-w"), "option requires an argument -- w");
});
