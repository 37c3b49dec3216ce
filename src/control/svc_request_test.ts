import { assertEquals } from "@std/assert";
import { svcRequest } from "./svc_request.ts";

Deno.test("svcRequest() sends letters in the order typed, each once", () => {
  assertEquals(svcRequest(["-du", "web"]), { kind: "send", bytes: "du", services: ["web"] });
  assertEquals(svcRequest(["-u", "-d", "-u", "web", "db"]), {
    kind: "send",
    bytes: "ud",
    services: ["web", "db"],
  });
  assertEquals(svcRequest(["-udopchaitkx12q"]), { kind: "send", bytes: "udopchaitkx12q", services: [] });
});

Deno.test("svcRequest() asks for usage without a letter and for an unknown one", () => {
  assertEquals(svcRequest([]), { kind: "usage" });
  assertEquals(svcRequest(["web"]), { kind: "usage" });
  assertEquals(svcRequest(["-uz", "web"]), { kind: "usage", complaint: "svc: illegal option -- z" });
});
