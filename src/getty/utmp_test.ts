import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import {
  type AskingGetty,
  askingRecord,
  endedEvent,
  endedRecord,
  endOf,
  type Layout,
  layoutOf,
  LAYOUTS,
} from "./utmp.ts";

const SECOND = 0x6926_0000n;

function asking(change: Partial<AskingGetty> = {}): AskingGetty {
  return { pid: 4242, terminal: "/dev/tty1", host: undefined, second: SECOND, ...change };
}

interface Fields {
  readonly type: number;
  readonly pid: number;
  readonly line: string;
  readonly id: string;
  readonly user: string;
  readonly host: string;
  readonly second: bigint;
}

/** Reads a record of utmp(5) by the offsets in glibc's bits/utmp.h. */
function fields(record: Uint8Array, layout: Layout): Fields {
  const view = new DataView(record.buffer, record.byteOffset);
  const text = (at: number, size: number) =>
    String.fromCharCode(...record.subarray(at, at + size)).replace(/\0+$/, "");
  return {
    type: view.getInt16(0, true),
    pid: view.getInt32(4, true),
    line: text(8, 32),
    id: text(40, 4),
    user: text(44, 32),
    host: text(76, 256),
    second: layout.timeBytes === 8
      ? view.getBigInt64(layout.secondAt, true)
      : BigInt(view.getUint32(layout.secondAt, true)),
  };
}

function fileOf(layout: Layout, ...askings: readonly AskingGetty[]): Uint8Array<ArrayBuffer> {
  let file = new Uint8Array(0);
  for (const each of askings) file = written(file, askingRecord(file, layout, each));
  return file;
}

function written(
  file: Uint8Array<ArrayBuffer>,
  { at, record }: { readonly at: number; readonly record: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(file.length, at + record.length));
  larger.set(file);
  larger.set(record, at);
  return larger;
}

for (const [architecture, layout] of Object.entries(LAYOUTS)) {
  Deno.test(`askingRecord() puts a record of the user LOGIN behind all others (${architecture})`, () => {
    assertEquals(layoutOf(architecture), layout);
    const { at, record } = askingRecord(new Uint8Array(layout.size * 2), layout, asking({ host: "far" }));
    assertEquals([at, record.length], [layout.size * 2, layout.size]);
    assertEquals(fields(record, layout), {
      type: 6,
      pid: 4242,
      line: "tty1",
      id: "1",
      user: "LOGIN",
      host: "far",
      second: SECOND,
    });
    // No other byte of the record is set.
    const counted = record.filter((byte) => byte !== 0).length;
    assertEquals(counted, 1 + 2 + 4 + 1 + 5 + 3 + 2);
  });

  Deno.test(`askingRecord() writes over a torn record at the end (${architecture})`, () => {
    assertEquals(endOf(layout.size + 7, layout), layout.size);
    assertEquals(askingRecord(new Uint8Array(layout.size + 7), layout, asking()).at, layout.size);
  });
}

const layout = LAYOUTS.x86_64;

Deno.test("askingRecord() makes ids that tell lines apart", () => {
  const id = (terminal: string) =>
    fields(askingRecord(new Uint8Array(0), layout, asking({ terminal })).record, layout).id;
  assertEquals(
    ["/dev/tty1", "/dev/ttyS0", "/dev/ttyUSB12", "/dev/pts/7", "/dev/pts/1234", "/dev/tty"].map(id),
    [
      "1",
      "S0",
      "USB1",
      "p/7",
      "p/12",
      "tty",
    ],
  );
});

Deno.test("askingRecord() replaces the record that init has made for this process, and keeps its id", () => {
  const init = askingRecord(new Uint8Array(0), layout, asking({ terminal: "/dev/tty9", host: "old" })).record;
  new DataView(init.buffer).setInt16(0, 5, true);
  const { at, record } = askingRecord(init, layout, asking());
  assertEquals(at, 0);
  assertEquals(fields(record, layout), { ...fields(init, layout), type: 6, line: "tty1", host: "old" });
});

Deno.test("askingRecord() forgets the host of an older session in its record", () => {
  const file = fileOf(layout, asking({ host: "old" }));
  assertEquals(fields(askingRecord(file, layout, asking()).record, layout).host, "");
});

Deno.test("askingRecord() replaces the record of the same line that another process has made", () => {
  const file = fileOf(layout, asking({ terminal: "/dev/tty2", pid: 1 }), asking({ pid: 2, host: "old" }));
  const { at, record } = askingRecord(file, layout, asking({ pid: 3 }));
  assertEquals([at, fields(record, layout).pid, fields(record, layout).host], [layout.size, 3, ""]);
});

Deno.test("askingRecord() cuts long texts, and leaves a NUL behind them where glibc wants one", () => {
  const terminal = `/dev/${"x".repeat(100)}`;
  const { record } = askingRecord(new Uint8Array(0), layout, asking({ terminal, host: "h".repeat(300) }));
  const { line, host } = fields(record, layout);
  assertEquals([line.length, host.length, record[39], record[331]], [31, 255, 0, 0]);
});

Deno.test("endedRecord() empties user and host, and keeps pid and id", () => {
  const file = fileOf(layout, asking({ terminal: "/dev/tty2", pid: 1 }), asking({ host: "far" }));
  const ended = endedRecord(file, layout, { line: "tty1", second: SECOND + 1n });
  assert(ended !== undefined);
  assertEquals(ended.at, layout.size);
  assertEquals(fields(ended.record, layout), {
    type: 8,
    pid: 4242,
    line: "tty1",
    id: "1",
    user: "",
    host: "",
    second: SECOND + 1n,
  });
  // After that nobody has the line.
  assertEquals(endedRecord(written(file, ended), layout, { line: "tty1", second: SECOND }), undefined);
  assertEquals(endedRecord(file, layout, { line: "tty", second: SECOND }), undefined);
});

Deno.test("endedEvent() has a line, a time, and the type of a dead process", () => {
  assertEquals(fields(endedEvent(layout, { line: "tty1", second: SECOND }), layout), {
    type: 8,
    pid: 0,
    line: "tty1",
    id: "",
    user: "",
    host: "",
    second: SECOND,
  });
  assertEquals(fields(endedEvent(layout, { line: "x".repeat(40), second: 0n }), layout).line.length, 30);
  assertEquals(fields(endedEvent(layout, { line: "x".repeat(32), second: 0n }), layout).line.length, 32);
});

Deno.test("askingRecord() writes times after 2038 into a file that has 32 bits for them", () => {
  const { record } = askingRecord(new Uint8Array(0), layout, asking({ second: 0x8000_0001n }));
  assertEquals(fields(record, layout).second, 0x8000_0001n);
});

Deno.test("askingRecord() positions a whole record in any file, or just behind it", (t) => {
  const files = fc.uint8Array({ maxLength: 2000 }).map((bytes) => new Uint8Array(bytes));
  forAll(
    t,
    fc.property(files, fc.constantFrom(...Object.values(LAYOUTS)), (file, layout) => {
      const positioned = [
        askingRecord(file, layout, asking()),
        endedRecord(file, layout, { line: "tty1", second: SECOND }),
      ];
      for (const each of positioned) {
        if (each === undefined) continue;
        assertEquals([each.at % layout.size, each.record.length], [0, layout.size]);
        assert(each.at <= file.length);
      }
    }),
  );
});
