import { assertEquals } from "@std/assert";
import { beganInTime, mayBeStarted, startedOne } from "./adoption.ts";
import { RECORD, SECOND } from "./example_test.ts";
import type { ServiceRecord } from "./service_record.ts";

Deno.test("a process with the recorded pid that began at another time is another process", () => {
  const starts = [99n * SECOND, 100n * SECOND - 10_000_000n, 100n * SECOND, 101n * SECOND];
  assertEquals(starts.map((startNs) => beganInTime(RECORD, startNs)), [false, true, true, false]);
});

Deno.test("a start is found by directory or pipe; the name alone counts for a pid that nobody else has recorded", () => {
  const starting = { ...RECORD, starting: true, pid: 50 };
  const at = { startNs: 100n * SECOND, parent: 1 };
  const all = [{ ...at, pid: 60 }, { ...at, pid: 49 }, { ...at, pid: 61, parent: 60 }, {
    ...at,
    pid: 7,
    startNs: 5n,
  }];
  const those = mayBeStarted(starting, all);
  assertEquals(those.map(({ pid }) => pid), [49, 60]);
  const having = (belongs: number, isNamed: number, others: readonly ServiceRecord[] = []) =>
    startedOne(
      starting,
      those.map((one) => ({ ...one, belongs: one.pid === belongs, isNamed: one.pid === isNamed })),
      () => others,
    )?.pid;
  assertEquals([having(49, 60), having(0, 60), having(0, 49), having(0, 0)], [49, 60, undefined, undefined]);
  const others = [{ ...RECORD, pid: 60 }];
  assertEquals([having(0, 60, others), having(60, 0, others)], [undefined, 60]);
});
