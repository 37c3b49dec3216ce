import { assertEquals } from "@std/assert";
import { zipRequest } from "./request.ts";

Deno.test("zipRequest() takes a format, and a level that the format has", () => {
  assertEquals(zipRequest(["gzip"]), { format: "gzip", level: 6 });
  assertEquals(zipRequest(["gzip", "-9"]), { format: "gzip", level: 9 });
  assertEquals(zipRequest(["zstd"]), { format: "zstd", level: 3 });
  assertEquals(zipRequest(["zstd", "-19"]), { format: "zstd", level: 19 });
});

Deno.test("zipRequest() refuses everything else", () => {
  const refused = [[], ["xz"], ["gzip", "-0"], ["gzip", "-10"], ["zstd", "-20"], ["gzip", "9"], [
    "gzip",
    "-9",
    "x",
  ], [
    "zstd",
    "--rm",
  ], ["gzip", ""]];
  for (const args of refused) assertEquals(zipRequest(args), undefined, args.join(" "));
});
