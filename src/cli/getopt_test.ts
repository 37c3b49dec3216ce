import { assertEquals } from "@std/assert";
import { type Grammar, readOptions } from "./getopt.ts";

const LONG: Grammar = { flags: "vP", valued: "un", long: { nice: true, quiet: false } };
const LETTERS: Grammar = { flags: "vV", valued: "w" };

function readWith(grammar: Grammar, ...args: readonly string[]): string {
  const result = readOptions(args, grammar);
  if (result.kind === "complaint") return result.complaint;
  const options = result.options.map(({ name, value }) => value === "" ? name : `${name}=${value}`);
  return [...options, "|", ...result.rest].join(" ");
}

function read(...args: readonly string[]): string {
  return readWith(LONG, ...args);
}

Deno.test("readOptions() takes letters alone, together, and with their arguments joined or apart", () => {
  assertEquals(read("-v", "-P", "x"), "v P | x");
  assertEquals(read("-vPuroot", "x"), "v P u=root | x");
  assertEquals(read("-u", "root", "-n-5", "x", "-v"), "u=root n=-5 | x -v");
  assertEquals(read("-u", "", "x"), "u | x");
});

Deno.test("readOptions() takes the next word as an argument even if it looks like an option", () => {
  assertEquals(readWith(LETTERS, "-vw", "-v", "up"), "v w=-v | up");
  assertEquals(readWith(LETTERS, "-w5", "-w", "6", "up"), "w=5 w=6 | up");
});

Deno.test("readOptions() stops at the first word that is no option, at - and behind --", () => {
  assertEquals(read("up", "-v"), "| up -v");
  assertEquals(read("-v", "-", "-P"), "v | - -P");
  assertEquals(read("-v", "--", "-P"), "v | -P");
  assertEquals(read(), "|");
});

Deno.test("readOptions() takes the argument of a long option behind = or from the next word", () => {
  assertEquals(read("--nice", "5", "x"), "nice=5 | x");
  assertEquals(read("--nice=-5", "--quiet", "x"), "nice=-5 quiet | x");
});

Deno.test("readOptions() complains of an unknown option or a missing argument in getopt's words", () => {
  assertEquals(read("-vx"), "illegal option -- x");
  assertEquals(read("-vu"), "option requires an argument -- u");
  assertEquals(read("--nic", "x"), "illegal option -- nic");
  assertEquals(read("--toString"), "illegal option -- toString");
  assertEquals(read("--nice"), "option requires an argument -- nice");
  assertEquals(read("--quiet=1"), "illegal option -- quiet=1");
});

Deno.test("readOptions() without long options ends at a word that begins with --, or refuses it", () => {
  assertEquals(readWith(LETTERS, "--x", "y"), "| y");
  const strict: Grammar = { ...LETTERS, otherDashes: "unknown letter" };
  assertEquals(readWith(strict, "--help"), "illegal option -- -");
  assertEquals(readWith(strict, "-v", "--", "-w"), "v | -w");
});
