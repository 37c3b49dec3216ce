import { assertEquals } from "@std/assert";
import { cpuList, signedNumber, unsignedLong } from "./numbers.ts";

Deno.test("unsignedLong() takes digits only, reads none as 0, and keeps 64 bits", () => {
  const read = (text: string) => unsignedLong(text);
  assertEquals(["0", "", "007", "20971520"].map(read), [0n, 0n, 7n, 20971520n]);
  assertEquals(["-1", "+1", "1k", " 1", "0x1"].map(read), Array(5).fill(undefined));
  assertEquals(read("18446744073709551617"), 1n);
});

Deno.test("signedNumber() takes a number with a sign or without", () => {
  assertEquals(["5", "+5", "-5", "", "-", "-0"].map(signedNumber), [5, 5, -5, 0, 0, 0]);
  assertEquals(["5x", "--5", "+-5", "1.5"].map(signedNumber), Array(4).fill(undefined));
});

Deno.test("cpuList() takes numbers and ranges", () => {
  assertEquals(cpuList("0-2,5"), [0, 1, 2, 5]);
  assertEquals(cpuList("5,1-1,1"), [1, 5]);
  assertEquals(["", "1-", "2-1", "a", "0,,1", "8192", "0-99999"].map(cpuList), Array(7).fill(undefined));
});
