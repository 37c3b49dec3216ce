/** A record for the tests beside. */
import type { ServiceRecord } from "./service_record.ts";

/** Nanoseconds. */
export const SECOND = 1_000_000_000n;
/** A service that runs and is told to exit, started at 100 seconds. */
export const RECORD: ServiceRecord = {
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
  nextHolder: undefined,
};
