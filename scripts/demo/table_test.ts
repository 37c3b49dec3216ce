import { assertEquals } from "@std/assert";
import type { StatusRecord } from "../../src/runit/status.ts";
import { stateOf, tableLines } from "./table.ts";

const NOW_NS = 1_000_000_000_000n;
const PLAIN = { columns: 100, colours: false, nowNs: NOW_NS };

function status(change: Partial<StatusRecord>): StatusRecord {
  const running = { sinceNs: NOW_NS - 5_900_000_000n, pid: 4711, wantUp: true, phase: "run" } as const;
  return { paused: false, gotTerm: false, ...running, ...change };
}

Deno.test("tableLines() has a line a service, with short times and the newest line of its log", () => {
  const line = "2026-11-23_00:47:45.19504 GET /";
  const rows = [
    { name: "web", status: status({}), logger: 4710, line },
    { name: "setup", status: status({ phase: "down", pid: 0, wantUp: false }), logger: 0, line: "" },
    { name: "new", status: undefined, logger: 0, line: "" },
  ];
  assertEquals(tableLines(rows, PLAIN), [
    "  SERVICE  STATE          PID      SINCE  LOGGER   LAST LINE OF ITS LOG",
    "  web      run            4711     5s     4710     00:47:45 GET /",
    "  setup    down           -        5s     -",
    "  new      -              -        -      -",
  ]);
});

Deno.test("tableLines() is no wider than the terminal, and writes nothing that a terminal would act on", () => {
  const row = { name: "web", status: status({}), logger: 1, line: `\x1b[2J\t${"x".repeat(200)}` };
  const lines = tableLines([row], { ...PLAIN, columns: 60 });
  assertEquals(lines.map((line) => line.length <= 60), [true, true]);
  assertEquals(lines[1]?.slice(51), " [2J xxxx");
});

Deno.test("tableLines() shows an age of 0 for a change in the future", () => {
  const row = { name: "web", status: status({ sinceNs: NOW_NS + 5_000_000_000n }), logger: 1, line: "" };
  assertEquals(tableLines([row], PLAIN)[1], "  web      run            4711     0s     1");
});

Deno.test("tableLines() has colours only where they are wanted", () => {
  const row = { name: "web", status: status({}), logger: 1, line: "" };
  assertEquals(tableLines([row], { ...PLAIN, colours: true })[1]?.includes("\x1b[32mrun"), true);
  assertEquals(tableLines([row], PLAIN).join("").includes("\x1b"), false);
});

Deno.test("stateOf() speaks as sv does", () => {
  assertEquals(
    [
      stateOf(status({})),
      stateOf(status({ paused: true })),
      stateOf(status({ wantUp: false })),
      stateOf(status({ phase: "down", pid: 0 })),
      stateOf(status({ phase: "down", pid: 0, wantUp: false })),
      stateOf(status({ phase: "finish" })),
      stateOf(undefined),
    ],
    ["run", "run, paused", "run, want down", "down, want up", "down", "finish", "-"],
  );
});
