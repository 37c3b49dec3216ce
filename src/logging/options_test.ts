import { assertEquals } from "@std/assert";
import { type Options, parseOptions } from "./options.ts";

function options(...args: string[]): Options | string | undefined {
  const parsed = parseOptions(args, "version");
  return parsed.kind === "options" ? parsed.options : parsed.complaint;
}

const PLAIN: Options = {
  stamp: 0,
  replacement: undefined,
  replaced: "",
  lineBytes: 1000,
  bufferBytes: 1024,
  verbose: false,
  directories: ["log"],
};

Deno.test("parseOptions() counts t up to three", () => {
  assertEquals(options("-t", "log"), { ...PLAIN, stamp: 1 });
  assertEquals(options("-tt", "log"), { ...PLAIN, stamp: 2 });
  assertEquals(options("-tvt", "-t", "log"), { ...PLAIN, stamp: 3, verbose: true });
  assertEquals(options("-ttttt", "log"), { ...PLAIN, stamp: 3 });
});

Deno.test("parseOptions() takes arguments joined and apart", () => {
  assertEquals(options("-l", "20", "-b4000", "log"), { ...PLAIN, lineBytes: 20, bufferBytes: 4000 });
  assertEquals(options("-tr_", "log"), { ...PLAIN, stamp: 1, replacement: 0x5f });
  assertEquals(options("-R", "-t", "log"), { ...PLAIN, replacement: 0x5f, replaced: "-t" });
  assertEquals(options("-R", "ab", "-r", "?", "log"), { ...PLAIN, replacement: 0x3f, replaced: "ab" });
});

Deno.test("parseOptions() takes the default for 0 and for text that is no number", () => {
  assertEquals(options("-l", "0", "-b", "x", "log"), PLAIN);
});

Deno.test("parseOptions() keeps no more than a megabyte of a line", () => {
  const bufferBytes = 4_000_000_000;
  assertEquals(options("-l", "3000000000", "-b", `${bufferBytes}`, "log"), {
    ...PLAIN,
    lineBytes: 1_048_576,
    bufferBytes,
  });
});

Deno.test("parseOptions() ends options at the first directory and at --", () => {
  assertEquals(options("log", "-t"), { ...PLAIN, directories: ["log", "-t"] });
  assertEquals(options("-v", "--", "-t", "b"), { ...PLAIN, verbose: true, directories: ["-t", "b"] });
  assertEquals(options("-", "b"), { ...PLAIN, directories: ["-", "b"] });
});

Deno.test("parseOptions() asks for the usage line when an option is unknown or something is missing", () => {
  assertEquals(options(), undefined, "no directory");
  assertEquals(options("-r", "ab", "log"), undefined, "two characters");
  assertEquals(options("-r", "", "log"), undefined, "no character");
  assertEquals(options("-l", "1024", "log"), undefined, "a buffer that is no longer than a line");
  assertEquals(options("-x", "log"), "svlogd: illegal option -- x");
  assertEquals(options("-t", "-b"), "svlogd: option requires an argument -- b");
  assertEquals(options("-V"), "version");
});
