import { assertEquals } from "@std/assert";
import { packStatus, pidLine, statLine, type StatusRecord, unpackStatus } from "./status.ts";

const UP: StatusRecord = {
  // As stock runsv wrote it once, byte for byte.
  sinceNs: 1_795_345_820_035_801_500n,
  pid: 11622,
  paused: false,
  wantUp: true,
  gotTerm: false,
  phase: "run",
};

function hexOf(record: StatusRecord): string {
  return [...packStatus(record)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

Deno.test("packStatus() lays out 20 bytes as runsv does", () => {
  assertEquals(hexOf(UP), "40 00 00 00 6b 02 cd a6 02 22 49 9c 66 2d 00 00 00 75 00 01");
  assertEquals(
    hexOf({ ...UP, pid: 0, paused: true, wantUp: false, phase: "down" }).slice(36),
    "00 00 00 00 01 64 00 00",
  );
  assertEquals(hexOf({ ...UP, gotTerm: true, phase: "finish" }).slice(48), "00 75 01 02");
});

Deno.test("packStatus() writes into the array it is given", () => {
  const into = new Uint8Array(20).fill(0xff);
  assertEquals(packStatus(UP, into) === into, true);
  assertEquals(unpackStatus(into), UP);
});

Deno.test("unpackStatus() reads back what packStatus() wrote", () => {
  for (const phase of ["down", "run", "finish"] as const) {
    for (const flag of [true, false]) {
      const record = { ...UP, pid: 4_194_304, paused: flag, wantUp: !flag, gotTerm: flag, phase };
      assertEquals(unpackStatus(packStatus(record)), record);
    }
  }
});

Deno.test("unpackStatus() refuses daemontools' 18 bytes, and takes more than 20", () => {
  assertEquals(unpackStatus(packStatus(UP).subarray(0, 18)), undefined);
  assertEquals(unpackStatus(Uint8Array.of(...packStatus(UP), 0, 0)), UP);
});

Deno.test("unpackStatus() takes a phase it does not know for a run", () => {
  const bytes = packStatus(UP);
  bytes[19] = 9;
  assertEquals(unpackStatus(bytes)?.phase, "run");
});

Deno.test("statLine() says the phase, then what is unusual", () => {
  const line = (phase: "down" | "run" | "finish", want: "up" | "down" | "exit", flags = "") =>
    statLine({ phase, want, paused: flags.includes("p"), gotTerm: flags.includes("t") });
  assertEquals(
    [
      line("down", "up"),
      line("down", "down", "p"),
      line("run", "up"),
      line("run", "up", "p"),
      line("run", "up", "pt"),
      line("run", "down"),
      line("run", "down", "t"),
      line("run", "exit", "t"),
      line("finish", "up"),
      line("finish", "exit"),
    ],
    [
      "down\n",
      "down, paused\n",
      "run\n",
      "run, paused\n",
      "run, paused, got TERM\n",
      "run, want down\n",
      "run, got TERM, want down\n",
      "run, got TERM, want exit\n",
      "finish\n",
      "finish, want exit\n",
    ],
  );
});

Deno.test("pidLine() is the number, or nothing at all", () => {
  assertEquals([pidLine(11622), pidLine(0)], ["11622\n", ""]);
});
