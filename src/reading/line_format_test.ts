import { assertEquals } from "@std/assert";
import { LineFormatter } from "./line_format.ts";
import type { Line } from "./line.ts";

const TIME = { second: 1_710_276_820, nanosecond: 169_295_123 };

function printer(services: readonly string[], json: boolean): LineFormatter {
  return new LineFormatter({ services, json, decode: (text) => text, encode: (text) => text });
}

function line(log: number, kind: "stamped" | "following" | "plain", text: string): Line {
  return { log, time: kind === "plain" ? undefined : TIME, isStamped: kind === "stamped", text };
}

Deno.test("LineFormatter writes times in UTC, and no name if there is one log", () => {
  const print = printer(["web"], false);
  assertEquals(print.format(line(0, "stamped", "text")), "2024-03-12 20:53:40.16929 text\n");
  assertEquals(print.format(line(0, "following", "more")), `${" ".repeat(26)}more\n`);
  assertEquals(print.format(line(0, "plain", "text")), "text\n");
});

Deno.test("LineFormatter writes the names of several logs in a column", () => {
  const print = printer(["web", "mailer"], false);
  assertEquals(print.format(line(0, "stamped", "text")), "2024-03-12 20:53:40.16929 web:    text\n");
  assertEquals(print.format(line(1, "following", "more")), `${" ".repeat(26)}mailer: more\n`);
});

Deno.test("LineFormatter writes one JSON object a line, with the time to the nanosecond", () => {
  const print = printer(['w"eb'], true);
  const parsed = JSON.parse(print.format(line(0, "stamped", 'a "quoted"\ttext')));
  assertEquals(parsed, {
    service: 'w"eb',
    time: "2024-03-12T20:53:40.169295123Z",
    label: "@4000000065f0c0de0a173513".replace(/.{8}$/, (169_295_123).toString(16).padStart(8, "0")),
    text: 'a "quoted"\ttext',
  });
  assertEquals(JSON.parse(print.format(line(0, "following", "x"))), {
    service: 'w"eb',
    time: null,
    label: null,
    text: "x",
  });
});
