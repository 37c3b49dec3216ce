import { assertEquals } from "@std/assert";
import { beganInTime, mayBeStarted, startedOne } from "./adoption.ts";
import type { ServiceRecord } from "./service_record.ts";

const SECOND = 1_000_000_000n;
const RECORD: ServiceRecord = {
  lifetime: "65399f67-5628-4704-beb0-1f1cf15c5416:4:4026531836",
  kind: "process",
  phase: "run",
  want: "exit",
  pid: 4711,
  starting: false,
  paused: true,
  gotTerm: true,
  once: false,
  owesStop: true,
  sinceNs: 1_795_658_182_897_982_547n,
  startedAtMs: 6_054_103.487156,
  retryAtMs: -Infinity,
  runStatus: 0x8b,
  notBeforeNs: 100n * SECOND,
  notAfterNs: 100n * SECOND + 400_000n,
};

Deno.test("a process of that pid that began at another time is another one", () => {
  const starts = [99n * SECOND, 100n * SECOND - 10_000_000n, 100n * SECOND, 101n * SECOND];
  assertEquals(starts.map((startNs) => beganInTime(RECORD, startNs)), [false, true, true, false]);
});

Deno.test("of what began at the time, the one in its directory is it; its name alone counts where it is new", () => {
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
