import { assertEquals } from "@std/assert";
import { builtinProcessor } from "./builtin_processor.ts";

Deno.test("builtinProcessor() knows gzip and zstd, with and without a level", () => {
  assertEquals(builtinProcessor("gzip"), ["svlogzip", "gzip"]);
  assertEquals(builtinProcessor("gzip -9"), ["svlogzip", "gzip", "-9"]);
  assertEquals(builtinProcessor("zstd -19"), ["svlogzip", "zstd", "-19"]);
});

Deno.test("builtinProcessor() leaves every other command to sh", () => {
  const others = [
    "",
    "gzip ",
    " gzip",
    "gzip  -9",
    "gzip -9 ",
    "gzip -c",
    "gzip -12",
    "gzip | cat",
    "xz",
    "/bin/gzip",
  ];
  for (const command of others) assertEquals(builtinProcessor(command), undefined, command);
});
