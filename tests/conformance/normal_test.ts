/** The suite masks what differs by chance, such as pids and ages, before it compares texts. */
import { assertEquals } from "@std/assert";
import { agree, medianGap, nearest, normal, statusWords, withoutRepeats } from "./normal.ts";

/** The bytes of a status as runsv writes it, 100 s after the epoch. */
function status(pid: number, paused: number, want: string, term: number, phase: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 0x400000000000000an + 100n);
  view.setUint32(12, pid, true);
  bytes.set([paused, want.charCodeAt(0), term, phase], 16);
  return bytes;
}

Deno.test("normal() masks pids, ages, labels and the world's path, and nothing else", () => {
  assertEquals(
    normal("run: /tmp/c/w1/web: (pid 812) 14s, want down\n", "/tmp/c/w1"),
    "run: $W/web: (pid N) Ns, want down",
  );
  assertEquals(normal("web: up (pid 1) 20 seconds", "/w"), "web: up (pid N) N seconds");
  assertEquals(normal("@4000000065a1b2c3d4e5f607.s", "/w"), "@LABEL.s");
  assertEquals(normal("ready\nCONT\nTERM\n", "/w"), "ready\nTERM");
  assertEquals(normal("CONT\nhook t\nTERM\nCONT", "/w"), "CONT\nhook t\nTERM\nCONT");
  assertEquals(normal("finish 111 0\nexit 100", "/w"), "finish 111 0\nexit 100");
});

Deno.test("statusWords() tells every field", () => {
  assertEquals(
    statusWords(status(7, 1, "d", 1, 2), 101),
    "since now, nanoseconds, pid, paused 1, want d, term 1, finish",
  );
  assertEquals(
    statusWords(status(0, 0, "u", 0, 0), 1100),
    "since 1000 seconds ago, nanoseconds, no pid, paused 0, want u, term 0, down",
  );
  assertEquals(statusWords(new Uint8Array(18), 0), "18 bytes");
});

Deno.test("agree() tells the status of a line from the one before it", () => {
  assertEquals(agree("run, paused, got TERM", status(7, 1, "u", 1, 1)), true);
  assertEquals(agree("run, want exit", status(7, 0, "d", 0, 1)), true);
  assertEquals(agree("run, want down", status(7, 0, "u", 0, 1)), false);
  assertEquals(agree("down", status(0, 0, "u", 0, 0)), true);
  assertEquals(agree("down", status(7, 0, "d", 1, 1)), false);
});

Deno.test("medianGap() ignores one late entry, and nearest() names the class", () => {
  assertEquals(medianGap([0, 1, 2, 7, 8]), 1);
  assertEquals(nearest(1.31, [0, 1, 2]), 1);
  assertEquals(nearest(0.2, [0, 1]), 0);
});

Deno.test("withoutRepeats() keeps the order of first appearance", () => {
  assertEquals(withoutRepeats("b\na\nb\nc"), "b\na\nc");
});
