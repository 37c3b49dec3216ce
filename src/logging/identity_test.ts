import { assertEquals } from "@std/assert";
import { identityText, parseIdentity } from "./identity.ts";

Deno.test("parseIdentity() reads what identityText() wrote, with groups in the order of their numbers", () => {
  for (
    const identity of [{ uid: 0, gid: 0, groups: [] }, { uid: 1234, gid: 4294967294, groups: [4, 27, 1234] }]
  ) {
    assertEquals(parseIdentity(identityText(identity)), identity);
  }
  assertEquals(identityText({ uid: 1, gid: 2, groups: [30, 4] }), "1:2:4,30");
});

Deno.test("parseIdentity() refuses everything else", () => {
  for (
    const text of [
      "",
      "own",
      "1",
      "1:2",
      "1:2:3:4",
      "a:2:",
      "1:-2:",
      "1:2:x",
      "1:2:3,",
      "1:2:,",
      "4294967295:2:",
      "1:2: 3",
      "0x1:2:",
    ]
  ) {
    assertEquals(parseIdentity(text), undefined, text);
  }
});
