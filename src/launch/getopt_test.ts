import { assertEquals } from "@std/assert";
import { type Grammar, readOptions } from "./getopt.ts";

const GRAMMAR: Grammar = { flags: "vP", valued: "un", long: { nice: true, quiet: false } };

function read(...args: readonly string[]): string {
  const result = readOptions(args, GRAMMAR);
  if (result.kind === "complaint") return result.complaint;
  const options = result.options.map(({ name, value }) => value === "" ? name : `${name}=${value}`);
  return [...options, "|", ...result.rest].join(" ");
}

Deno.test("letters stand alone, together, and with their arguments joined or apart", () => {
  assertEquals(read("-v", "-P", "x"), "v P | x");
  assertEquals(read("-vPuroot", "x"), "v P u=root | x");
  assertEquals(read("-u", "root", "-n-5", "x", "-v"), "u=root n=-5 | x -v");
  assertEquals(read("-u", "", "x"), "u | x");
});

Deno.test("options end at the first word that is none, and behind --", () => {
  assertEquals(read("-v", "-", "-P"), "v | - -P");
  assertEquals(read("-v", "--", "-P"), "v | -P");
  assertEquals(read(), "|");
});

Deno.test("long options take their argument behind = or as the next word", () => {
  assertEquals(read("--nice", "5", "x"), "nice=5 | x");
  assertEquals(read("--nice=-5", "--quiet", "x"), "nice=-5 quiet | x");
});

Deno.test("what is not known, or lacks its argument, is complained of as djb's getopt does", () => {
  assertEquals(read("-vx"), "illegal option -- x");
  assertEquals(read("-vu"), "option requires an argument -- u");
  assertEquals(read("--nic", "x"), "illegal option -- nic");
  assertEquals(read("--toString"), "illegal option -- toString");
  assertEquals(read("--nice"), "option requires an argument -- nice");
  assertEquals(read("--quiet=1"), "illegal option -- quiet=1");
});

Deno.test("where there are no long options, a word that begins with -- only ends the options", () => {
  assertEquals(readOptions(["--x", "y"], { flags: "", valued: "" }), {
    kind: "options",
    options: [],
    rest: ["y"],
  });
});
