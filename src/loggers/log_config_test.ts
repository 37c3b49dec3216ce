import { assertEquals } from "@std/assert";
import { logConfigOf } from "./log_config.ts";

Deno.test("logConfigOf() leaves an ordinary config to the tree's logger, stamped as by -tt", () => {
  assertEquals(logConfigOf(""), { needsOwn: false, options: ["-tt"] });
  assertEquals(logConfigOf("s1000\nn5\n-*debug*\npweb: \n"), { needsOwn: false, options: ["-tt"] });
});

Deno.test("logConfigOf() gives a log its own svlogd when its config asks for what the tree's logger may not do", () => {
  for (const line of ["!gzip", "u10.0.0.1", "U10.0.0.1:5514", "e*", "E*"]) {
    assertEquals(logConfigOf(`s1000\n${line}\n`).needsOwn, true, line);
  }
});

Deno.test("logConfigOf() turns :stamp into svlogd's option", () => {
  const options = ["none", "tai64n", "utc", "iso", "nonsense"].map((stamp) =>
    logConfigOf(`:stamp ${stamp}\n`).options
  );
  assertEquals(options, [[], ["-t"], ["-tt"], ["-ttt"], ["-tt"]]);
});
