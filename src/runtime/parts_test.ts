/** Tests which part of `sys` a symbol brings. */
import { assertEquals, assertThrows } from "@std/assert";
import { PARTS, type SymbolName } from "../sys/symbols.ts";
import { absent, loadPart, type PartName, partsOf } from "./parts.ts";

const NAMES = Object.keys(PARTS) as PartName[];

Deno.test("each symbol of a part brings that part, and no other", () => {
  for (const name of NAMES) {
    for (const symbol of Object.keys(PARTS[name])) {
      assertEquals(partsOf(new Set([symbol as SymbolName])), [name]);
    }
  }
  assertEquals(partsOf(new Set(["openat", "read", "epoll_wait", "environ"])), []);
});

/** A socket for datagrams and a terminal are for more than these. */
const SHARED = ["socket", "isReadWrite", "copy"];

Deno.test("every method of a part calls a symbol of that part", async () => {
  for (const name of NAMES) {
    const { prototype } = await loadPart(name);
    const own = Object.keys(PARTS[name]);
    for (const method of Object.getOwnPropertyNames(prototype)) {
      const body = String(Object.getOwnPropertyDescriptor(prototype, method)?.value);
      const called = [...body.matchAll(/this\.c\.(\w+)/g)].map(([, symbol = ""]) => symbol);
      if (method === "constructor" || called.length === 0 || SHARED.includes(method)) continue;
      assertEquals(called.some((symbol) => own.includes(symbol)), true, `${name}: ${method} calls ${called}`);
    }
  }
});

Deno.test("a part that was not read in says so when it is called", () => {
  const launch = absent<{ newSession(): void }>("launch");
  assertThrows(() => launch.newSession(), Error, "launch: no scope of this applet names its calls");
});
