import { assert, assertEquals } from "@std/assert";
import { RECORD, SECOND } from "./example_test.ts";
import { packRecord, RECORD_SIZE, unpackRecord } from "./service_record.ts";

Deno.test("a record is read as it was written, also with blanks behind it, and fits into its file", () => {
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
  assert(packRecord({ ...longest, nextHolder: longest }).length < RECORD_SIZE);
});

Deno.test("a log that is being handed over names both loggers, and means the first to a program that knows of no second", () => {
  const nextHolder = { pid: 4712, notBeforeNs: 105n * SECOND, notAfterNs: 105n * SECOND + 1n };
  const feed = { ...RECORD, kind: "feed", startedAtMs: -Infinity, runStatus: 0 } as const;
  const text = packRecord({ ...feed, nextHolder });
  assertEquals(unpackRecord(text), { ...feed, nextHolder });
  const [known, unknown] = [packRecord(feed), text].map((line) => line.split(" "));
  const meant = [0, 1, 2, 3, 4, 5, 6, 8, 12, 13, 14];
  assertEquals(meant.map((i) => unknown?.[i]), meant.map((i) => known?.[i]));
  assertEquals([unknown?.length, unknown?.[7]?.slice(0, 5)], [known?.length, known?.[7]]);
});

Deno.test("a line that is torn, or of another version, is no record", () => {
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
