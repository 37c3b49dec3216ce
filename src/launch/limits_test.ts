import { assertEquals } from "@std/assert";
import { amountOfLong, isBearable, memoryBytes, softLimit, UNLIMITED, withLimits } from "./limits.ts";

Deno.test("softLimit() is never above the hard limit", () => {
  assertEquals(softLimit(5n, 10n), 5n);
  assertEquals(softLimit(50n, 10n), 10n);
  assertEquals(softLimit("hard", 10n), 10n);
});

Deno.test("amountOfLong() takes numbers that chpst's long cannot hold for the hard limit or for none, as chpst does", () => {
  assertEquals(amountOfLong(5n), 5n);
  assertEquals(amountOfLong((1n << 63n) - 1n), (1n << 63n) - 1n);
  assertEquals(amountOfLong(UNLIMITED), "hard");
  assertEquals(amountOfLong(1n << 63n), undefined);
});

Deno.test("withLimits() sets every resource once, and address space last", () => {
  const before = [{ resource: "as", soft: 1n }, { resource: "nofile", soft: 2n }] as const;
  assertEquals(withLimits(before, [{ resource: "nofile", soft: 3n }, { resource: "cpu", soft: 4n }]), [
    { resource: "cpu", soft: 4n },
    { resource: "nofile", soft: 3n },
    { resource: "as", soft: 1n },
  ]);
});

Deno.test("isBearable() refuses limits on address space and data, which the runtime has taken already", () => {
  assertEquals(isBearable({ resource: "as", soft: 1n << 40n }), false);
  assertEquals(isBearable({ resource: "data", soft: 1n << 40n }), false);
  assertEquals(isBearable({ resource: "as", soft: UNLIMITED }), true);
  assertEquals(isBearable({ resource: "nofile", soft: 20n }), false);
  assertEquals(isBearable({ resource: "core", soft: 0n }), true);
});

Deno.test("memoryBytes() is the least of the limits on memory", () => {
  const limits = [{ resource: "as", soft: 30n }, { resource: "data", soft: 20n }] as const;
  assertEquals(memoryBytes(limits), 20n);
  assertEquals(
    memoryBytes([{ resource: "as", soft: UNLIMITED }, { resource: "stack", soft: 5n }]),
    undefined,
  );
});
