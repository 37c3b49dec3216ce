import { assertEquals } from "@std/assert";
import { valueOf } from "./environment.ts";

Deno.test("valueOf() finds the first of two variables of one name", () => {
  assertEquals(valueOf(["A=1", "A=2"], "A"), "1");
  assertEquals(valueOf(["AB=1"], "A"), undefined);
});
