import { assertEquals } from "@std/assert";
import { amountOfLong, isBearable, memoryBytes, softLimit, UNLIMITED, withLimits } from "./limits.ts";

Deno.test("a soft limit is never above the hard one", () => {
  assertEquals(softLimit(5n, 10n), 5n);
  assertEquals(softLimit(50n, 10n), 10n);
  assertEquals(softLimit("hard", 10n), 10n);
});

Deno.test("numbers that chpst's long cannot hold are the hard limit or none, as there", () => {
  assertEquals(amountOfLong(5n), 5n);
  assertEquals(amountOfLong((1n << 63n) - 1n), (1n << 63n) - 1n);
  assertEquals(amountOfLong(UNLIMITED), "hard");
  assertEquals(amountOfLong(1n << 63n), undefined);
});

Deno.test("limits are set in one order, address space last, and each once", () => {
  const before = [{ resource: "as", soft: 1n }, { resource: "nofile", soft: 2n }] as const;
  assertEquals(withLimits(before, [{ resource: "nofile", soft: 3n }, { resource: "cpu", soft: 4n }]), [
    { resource: "cpu", soft: 4n },
    { resource: "nofile", soft: 3n },
    { resource: "as", soft: 1n },
  ]);
});

Deno.test("no address space and no data can be taken from a runtime that has taken its own", () => {
  assertEquals(isBearable({ resource: "as", soft: 1n << 40n }), false);
  assertEquals(isBearable({ resource: "data", soft: 1n << 40n }), false);
  assertEquals(isBearable({ resource: "as", soft: UNLIMITED }), true);
  assertEquals(isBearable({ resource: "nofile", soft: 20n }), false);
  assertEquals(isBearable({ resource: "core", soft: 0n }), true);
});

Deno.test("memory is what the least of its limits leaves", () => {
  const limits = [{ resource: "as", soft: 30n }, { resource: "data", soft: 20n }] as const;
  assertEquals(memoryBytes(limits), 20n);
  assertEquals(
    memoryBytes([{ resource: "as", soft: UNLIMITED }, { resource: "stack", soft: 5n }]),
    undefined,
  );
});
