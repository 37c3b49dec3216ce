/** Labels of TAI64N. */
import { assertEquals } from "@std/assert";
import { tai64nLabel, wallNsOfLabel } from "./tai64n.ts";

Deno.test("tai64nLabel() adds 2^62 + 10 to the seconds", () => {
  assertEquals(tai64nLabel(0n), "@400000000000000a00000000");
  assertEquals(tai64nLabel(1_795_345_820_035_822_748n), "@400000006b02cda602229c9c");
});

Deno.test("wallNsOfLabel() reads back what tai64nLabel() writes, and nothing else", () => {
  assertEquals(wallNsOfLabel(tai64nLabel(1_795_345_820_035_822_748n)), 1_795_345_820_035_822_748n);
  assertEquals(wallNsOfLabel("400000000000000a00000001"), 1n);
  assertEquals(wallNsOfLabel("@40000000"), undefined);
  assertEquals(wallNsOfLabel("@40000000ZZZZZZZZ00000000"), undefined);
});
