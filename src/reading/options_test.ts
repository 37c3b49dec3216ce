import { assertEquals } from "@std/assert";
import { logsRequest } from "./options.ts";

function request(...args: readonly string[]) {
  return logsRequest(args, 1_710_276_820_000_000_000n, (bytes) => bytes);
}

function options(...args: readonly string[]) {
  const asked = request(...args);
  if (asked.kind !== "options") throw new Error(`usage: ${asked.complaint}`);
  return asked.options;
}

Deno.test("logsRequest() without options asks for all lines of the services", () => {
  assertEquals(options("web", "db"), {
    follow: false,
    last: undefined,
    since: undefined,
    pattern: undefined,
    json: false,
    services: ["web", "db"],
  });
});

Deno.test("logsRequest() takes a value from the next word, behind = and behind the letter", () => {
  for (const args of [["-n", "7", "web"], ["-n7", "web"], ["--lines=7", "web"], ["web", "--lines", "7"]]) {
    assertEquals(options(...args).last, 7, args.join(" "));
  }
  assertEquals(options("--since=10m", "web").since, { second: 1_710_276_220, nanosecond: 0 });
  assertEquals(options("--grep", "a+", "web").pattern, /a+/u);
  assertEquals(options("--", "-f").services, ["-f"]);
});

Deno.test("logsRequest() asks for the last ten lines if it follows, unless told otherwise", () => {
  assertEquals(options("-f", "web").last, 10);
  assertEquals(options("-f", "-n", "0", "web").last, 0);
  assertEquals(options("-f", "--since", "1h", "web").last, undefined);
});

Deno.test("logsRequest() takes a pattern that is valid only without Unicode rules", () => {
  assertEquals(options("--grep", "a\\-b", "web").pattern, /a\-b/);
});

Deno.test("logsRequest() says in one line what is wrong", () => {
  const complaints = [
    [["-x", "web"], "unknown option: -x"],
    [["--json=1", "web"], "unknown option: --json=1"],
    [["web", "-n"], "no value for -n"],
    [["-n", "-3", "web"], "bad number of lines: -3"],
    [["--since", "soon", "web"], "bad time: soon"],
    [["--grep", "(", "web"], "bad pattern: ("],
  ] as const;
  for (const [args, complaint] of complaints) assertEquals(request(...args), { kind: "usage", complaint });
  assertEquals(request("-f"), { kind: "usage" });
});
