import { assertEquals } from "@std/assert";
import { childSeconds, loggedBytes } from "./single.ts";

Deno.test("childSeconds() reads the second line of what dash and bash print", () => {
  assertEquals(childSeconds("0m9.000000s 0m9.000000s\n1m1.250000s 0m0.500000s\n"), 61.75);
  assertEquals(childSeconds("0m0.001s 0m0.002s\n0m1.250s 0m0.250s\n"), 1.5);
});

Deno.test("loggedBytes() counts a stamp for each line, s6-log's being longer", () => {
  const lines = { bytes: 1000, lines: 10 };
  assertEquals(loggedBytes({ logger: "svlogd" }, { stamp: "utc" }, lines), 1260);
  assertEquals(loggedBytes({ logger: "s6-log" }, { stamp: "utc" }, lines), 1310);
  assertEquals(loggedBytes({ logger: "denit-script" }, { stamp: "none" }, lines), 1000);
});
