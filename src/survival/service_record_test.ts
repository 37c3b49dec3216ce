import { assert, assertEquals } from "@std/assert";
import { packRecord, RECORD_SIZE, type ServiceRecord, unpackRecord } from "./service_record.ts";

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

Deno.test("a record is read as it was written, also with blanks behind it, and has its room", () => {
  for (
    const record of [RECORD, { ...RECORD, starting: true, want: "up", pid: 0, retryAtMs: 17.25 } as const]
  ) {
    const text = packRecord(record);
    assertEquals([unpackRecord(text), unpackRecord(`${text}   \n`)], [record, record]);
  }
  const longest = {
    ...RECORD,
    lifetime: RECORD.lifetime.replace(":4:", `:${2 ** 40}:`),
    pid: 4_194_304,
    retryAtMs: 1 / 3 + 1e12,
    startedAtMs: 1 / 7 + 1e12,
    notBeforeNs: 10n ** 19n,
    notAfterNs: 10n ** 19n,
  };
  assert(packRecord(longest).length < RECORD_SIZE);
});

Deno.test("what is torn or of another version is no record", () => {
  const text = packRecord(RECORD);
  const foreign = [
    "",
    text.slice(0, -1),
    text.slice(1),
    `${text} end`,
    text.replace("denit 1", "denit 2"),
    "\\0".repeat(RECORD_SIZE),
  ];
  for (const other of foreign) assertEquals(unpackRecord(other), undefined);
});
