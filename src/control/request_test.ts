import { assertEquals } from "@std/assert";
import { leadingNumber, svRequest } from "./request.ts";

function ask(
  args: string,
  { lsb = false, name = "sv", svwait }: { lsb?: boolean; name?: string; svwait?: string } = {},
) {
  const request = svRequest({ name, args: args.split(" ").filter((word) => word !== ""), lsb, svwait });
  switch (request.kind) {
    case "usage":
      return `usage ${request.complaint ?? ""}`.trim();
    case "version":
      return "version";
    case "status":
      return `status ${request.services}`;
    case "command": {
      const { command, waits, timeoutMs, services } = request;
      return `${command.bytes} ${waits ? timeoutMs : "at once"} ${services}`;
    }
  }
}

Deno.test("svRequest() waits 7 seconds with -v or a command that waits, and not otherwise", () => {
  assertEquals(ask("up web"), "u at once web");
  assertEquals(ask("-v up web db"), "u 7000 web,db");
  assertEquals(ask("start web"), "u 7000 web");
});

Deno.test("svRequest() takes the time from -w, which implies -v, then from SVWAIT", () => {
  assertEquals(ask("-w3 up web"), "u 3000 web");
  assertEquals(ask("-w 3 -w 4 up web", { svwait: "5" }), "u 4000 web");
  assertEquals(ask("start web", { svwait: "5" }), "u 5000 web");
  assertEquals(ask("up web", { svwait: "5" }), "u at once web");
});

Deno.test("leadingNumber() stops at the first character that is no digit, and reads no digits as 0", () => {
  assertEquals(leadingNumber("x"), 0);
  assertEquals(leadingNumber(""), 0);
  assertEquals(leadingNumber("-3"), 0);
  assertEquals(leadingNumber("12s"), 12);
});

Deno.test("svRequest() asks for usage if a command, a service or a letter is missing or wrong", () => {
  assertEquals(ask(""), "usage");
  assertEquals(ask("status"), "usage");
  assertEquals(ask("bogus web"), "usage");
  assertEquals(ask("-x status web"), "usage sv: illegal option -- x");
  assertEquals(ask("-w"), "usage sv: option requires an argument -- w");
  assertEquals(ask("-V status web"), "version");
});

Deno.test("svRequest() of an init script has one service, the script's own name", () => {
  assertEquals(ask("start", { lsb: true, name: "web" }), "u 7000 web");
  assertEquals(ask("up extra args", { lsb: true, name: "web" }), "u at once web");
  assertEquals(ask("status", { lsb: true, name: "web" }), "status web");
  assertEquals(ask("startfoo", { lsb: true, name: "web" }), "usage");
  assertEquals(ask("", { lsb: true, name: "web" }), "usage");
});
