import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import {
  decodeFrame,
  decodeOrder,
  decodeReport,
  encodeFrame,
  encodeMessage,
  fleetName,
  type Joining,
  keyOf,
  MOST_FRAME_BYTES,
  needsOwnProcess,
  type Order,
  type Report,
} from "./joining.ts";
import { parseOptions } from "./options.ts";

function joining(...args: string[]): Joining {
  const parsed = parseOptions(args, "");
  if (parsed.kind !== "options") throw new Error("no options");
  const fileKeys = parsed.options.directories.map((_, i) => `2049:${i}`);
  return { key: "2049:77", root: "2049:2", fileKeys, options: parsed.options };
}

function frameOf(joining: Joining): Uint8Array<ArrayBuffer> {
  const frame = encodeFrame(joining);
  if (frame === undefined) throw new Error("too long");
  return frame;
}

function framed(body: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(body);
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length, true);
  frame.set(bytes, 4);
  return frame;
}

Deno.test("a frame carries the options of a svlogd byte for byte", () => {
  for (
    const args of [
      ["-tt", "/var/log/service/web"],
      ["-r", "?", "-R", '\x01\xe4\xff"\\', "-l", "20", "-b", "300", "-v", "main", "name \xff\xfe"],
    ]
  ) {
    const frame = frameOf(joining(...args));
    assertEquals(decodeFrame(frame, frame.length), joining(...args));
  }
});

Deno.test("decodeFrame() returns the options that encodeFrame() was given, whatever they are", (t) => {
  const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }).map((codes) =>
    codes.map((code) => String.fromCharCode(code)).join("")
  );
  const options = fc.record({
    stamp: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    replacement: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
    replaced: bytes,
    lineBytes: fc.integer({ min: 1, max: 1 << 20 }),
    bufferBytes: fc.nat(),
    verbose: fc.boolean(),
    directories: fc.array(bytes, { minLength: 1, maxLength: 5 }),
  });
  forAll(
    t,
    fc.property(options, (options) => {
      const sent = { key: "1:2", root: "3:4", fileKeys: options.directories.map(() => "5:6"), options };
      const frame = frameOf(sent);
      assertEquals(decodeFrame(frame, frame.length), sent);
    }),
  );
});

Deno.test("a frame is refused when it is cut, longer than its length says, or too long for one piece", () => {
  const frame = frameOf(joining("main"));
  for (let length = 0; length < frame.length; length++) assertEquals(decodeFrame(frame, length), undefined);
  const longer = new Uint8Array(frame.length + 1);
  longer.set(frame);
  assertEquals(decodeFrame(longer, longer.length), undefined);
  assertEquals(encodeFrame(joining("x".repeat(MOST_FRAME_BYTES))), undefined);
});

Deno.test("decodeFrame() reads a frame in the middle of a buffer", () => {
  const frame = frameOf(joining("main"));
  const buffer = new Uint8Array(frame.length + 10).fill(0xff);
  buffer.set(frame, 3);
  assertEquals(decodeFrame(buffer.subarray(3), frame.length), joining("main"));
});

Deno.test("a frame is refused when any field is wrong", () => {
  const good = JSON.parse(new TextDecoder().decode(frameOf(joining("-tt", "main")).subarray(4)));
  const read = (said: unknown) => {
    const frame = framed(typeof said === "string" ? said : JSON.stringify(said));
    return decodeFrame(frame, frame.length);
  };
  assertEquals(read(good), joining("-tt", "main"));
  const wrong: readonly unknown[] = [
    { version: 2 },
    { key: 3 },
    { root: undefined },
    { places: [] },
    { places: ["1:2", "3:4"] },
    { stamp: 4 },
    { stamp: "1" },
    { replacement: 256 },
    { replacement: "x" },
    { replaced: "\u0100" },
    { lineBytes: 0 },
    { lineBytes: 1e9 },
    { lineBytes: 1.5 },
    { bufferBytes: -1 },
    { verbose: 1 },
    { directories: [] },
    { directories: "main" },
    { directories: [1] },
  ].map((change) => ({ ...good, ...change }));
  for (const said of [...wrong, "", "{", "null", "7", "[]", '"text"']) assertEquals(read(said), undefined);
  const notUtf8 = framed(JSON.stringify(good));
  notUtf8[10] = 0xff;
  assertEquals(decodeFrame(notUtf8, notUtf8.length), undefined);
});

const ORDERS: readonly Order[] = [
  { do: "feed", id: 7, name: "web\xff" },
  { do: "seal" },
  { do: "signal", id: 7, signal: 15 },
  { do: "leave" },
  { do: "join", pid: 4711 },
];
const REPORTS: readonly Report[] = [
  { said: "ready" },
  { said: "idle", joins: 3 },
  { said: "started", id: 7 },
  { said: "uncovered", id: 7 },
  { said: "ended", id: 7, code: 111 },
];

Deno.test("orders and reports are read as they were written, and an order is no report", () => {
  for (const order of ORDERS) {
    const bytes = encodeMessage(order);
    assertEquals([decodeOrder(bytes, bytes.length), decodeReport(bytes, bytes.length)], [order, undefined]);
  }
  for (const report of REPORTS) {
    const bytes = encodeMessage(report);
    assertEquals([decodeReport(bytes, bytes.length), decodeOrder(bytes, bytes.length)], [report, undefined]);
  }
});

Deno.test("a message that is not exactly an order or a report is refused", () => {
  for (
    const text of [
      "",
      "{}",
      "null",
      '{"do":"dance"}',
      '{"do":"feed","id":1}',
      '{"do":"feed","id":-1,"name":"x"}',
      '{"do":"signal","id":1}',
      '{"do":"join","pid":"1"}',
      '{"said":"ended","id":1}',
      '{"said":"started"}',
      '{"said":"idle"}',
    ]
  ) {
    const bytes = new TextEncoder().encode(text);
    assertEquals([decodeOrder(bytes, bytes.length), decodeReport(bytes, bytes.length)], [
      undefined,
      undefined,
    ], text);
  }
});

Deno.test("a config with a processor, an address or a rule for standard error needs a process of its own", () => {
  for (
    const config of ["!gzip", "s100\n!gzip", "u1.2.3.4", "n3\nU1.2.3.4:99\n", "-*\ne*fatal*", "Enothing"]
  ) {
    assertEquals(needsOwnProcess(config), true, config);
  }
  for (const config of ["", "!", "!\nn3", "#!gzip", " !gzip", "s99\0\n-u*", "n3\0!\n!\0gzip", "+e", "pu"]) {
    assertEquals(needsOwnProcess(config), false, config);
  }
});

Deno.test("fleetName() is the name that a svlogd looks for", () => {
  assertEquals(keyOf({ device: 3, inode: 99 }, 1000), "3:99/1000");
  assertEquals(fleetName(42), "denit/fleet/42");
});
