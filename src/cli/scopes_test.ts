/** Tests of the permissions that an applet keeps and of the functions that it binds. */
import { assertEquals } from "@std/assert";
import type { Row, Runnable, Scope } from "./applet.ts";
import {
  partsOfRow,
  PERMISSIONS,
  permissionsText,
  permissionsToRevoke,
  scopesOf,
  symbolsOf,
} from "./scopes.ts";

const READING: Scope = { module: "reading", keeps: ["read"], symbols: ["openat", "read", "write"] };
const LAUNCHING: Scope = { module: "launching", keeps: [], symbols: ["execve"] };

Deno.test("scopesOf() are those that the arguments need, where the applet can tell", () => {
  const applet: Runnable = { scopes: [READING, LAUNCHING], run: () => ({ kind: "exit", code: 0 }) };
  const narrowed = ([first]: readonly string[]) => first === "read" ? [READING] : [READING, LAUNCHING];
  assertEquals(scopesOf(applet, ["read"]), [READING, LAUNCHING]);
  assertEquals(scopesOf({ ...applet, narrowed }, ["read"]), [READING]);
  assertEquals(scopesOf({ ...applet, narrowed }, []), [READING, LAUNCHING]);
});

Deno.test("symbolsOf() has each function once, and always those that print a line", () => {
  assertEquals([...symbolsOf([])], ["write", "poll"]);
  assertEquals([...symbolsOf([READING, LAUNCHING, READING])], ["write", "poll", "openat", "read", "execve"]);
});

Deno.test("partsOfRow() blocks signals for what is long-lived, and executes what is launched", () => {
  const row: Row = { name: "applet", summary: "" };
  assertEquals(partsOfRow(row), []);
  assertEquals(partsOfRow({ ...row, longLived: true }), ["processes"]);
  assertEquals(partsOfRow({ ...row, launches: true }), ["launch", "processes"]);
});

Deno.test("permissionsToRevoke() names all that was granted but what a scope keeps", () => {
  const of = (readGranted: boolean, ...scopes: Scope[]) =>
    permissionsToRevoke(scopes, { mayChain: false, readGranted });
  assertEquals(of(false, LAUNCHING), ["ffi"]);
  assertEquals(of(false, READING), ["ffi"]);
  assertEquals(of(true, LAUNCHING), PERMISSIONS);
  assertEquals(of(true, READING), PERMISSIONS.filter((name) => name !== "read"));
});

Deno.test("permissionsToRevoke() leaves ffi to the applet that a chain may lead to", () => {
  const of = (readGranted: boolean) => permissionsToRevoke([LAUNCHING], { mayChain: true, readGranted });
  assertEquals(of(false), []);
  assertEquals(of(true), PERMISSIONS.filter((name) => name !== "ffi"));
});

Deno.test("permissionsText() is two lines, with the functions in the order of their names", () => {
  assertEquals(
    permissionsText(["read"], new Set(["write", "openat"] as const)),
    "granted: read\nbound: openat write\n",
  );
  assertEquals(permissionsText([], new Set()), "granted: \nbound: \n");
});
