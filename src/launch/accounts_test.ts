import { assertEquals } from "@std/assert";
import { findGroup, findUser, parseAccount, parseName } from "./accounts.ts";

Deno.test("parseAccount() reads a name with groups or without, and numbers behind a colon", () => {
  assertEquals(parseAccount("web"), { kind: "names", text: "web", user: "web", groups: [] });
  assertEquals(parseAccount("web:adm:log"), {
    kind: "names",
    text: "web:adm:log",
    user: "web",
    groups: ["adm", "log"],
  });
  assertEquals(parseAccount(":1:2:3"), { kind: "numbers", credentials: { uid: 1, gid: 2, groups: [2, 3] } });
  assertEquals(parseName("web:adm"), { kind: "names", text: "web:adm", user: "web:adm", groups: [] });
});

Deno.test("parseAccount() refuses missing, wrong and too large numbers, and never makes them root", () => {
  for (
    const text of [
      ":",
      ":1",
      "::1",
      ":1:",
      ":1:2:",
      ":x:1",
      ":1:2x",
      ":-1:0",
      ":4294967295:0",
      ":4294967296:1",
    ]
  ) {
    assertEquals(parseAccount(text), { kind: "invalid", text: text.slice(1) });
  }
  assertEquals(parseAccount(`:1${":2".repeat(61)}`).kind, "invalid");
  assertEquals(parseAccount(":4294967294:0").kind, "numbers");
});

const PASSWD =
  "root:x:0:0:r:/root:/bin/sh\n+nis::::::\nbroken:x:abc:1\nweb:x:33:34:::\nweb:x:1:1:::\nlast:x:5:6";

Deno.test("findUser() takes the first line of that name", () => {
  assertEquals(findUser(PASSWD, "root"), { uid: 0, gid: 0 });
  assertEquals(findUser(PASSWD, "web"), { uid: 33, gid: 34 });
  assertEquals(findUser(PASSWD, "last"), { uid: 5, gid: 6 });
});

Deno.test("findUser() refuses a part of a name, a direction to libc, a broken line and a name with a colon", () => {
  for (const name of ["", "oot", "ro", "+nis", "broken", "web:x", "root:x:0", "nobody"]) {
    assertEquals(findUser(PASSWD, name), undefined, name);
  }
});

Deno.test("findGroup() takes the first line of that name", () => {
  assertEquals(findGroup("root:x:0:\nadm:x:4:a,b\n", "adm"), 4);
  assertEquals(findGroup("root:x:0:\nadm:x:4:a,b\n", "dm"), undefined);
  assertEquals(findGroup("adm:x:4294967295:\n", "adm"), undefined);
});
