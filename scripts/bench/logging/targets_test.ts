import { assertEquals } from "@std/assert";
import { Ledger } from "../ledger.ts";
import type { Contender, Measure } from "./measurement.ts";
import { judgeAll } from "./targets.ts";

type Row = [measure: Measure, contender: Contender, scale: number, ...values: number[]];

function verdicts(...rows: Row[]): [target: string, met: boolean][] {
  const ledger = new Ledger<Measure, Contender>();
  for (const [measure, contender, scale, ...values] of rows) {
    ledger.add({ measure, contender, scale, values });
  }
  return judgeAll(ledger, "denit-script").map(({ target, met }) => [target, met]);
}

Deno.test("a target without samples is not judged", () => {
  assertEquals(verdicts(), []);
  assertEquals(verdicts(["utc MB/s", "denit-script", 100, 500]), []);
});

Deno.test("a multiple of a peer's median is met from that multiple on", () => {
  const target = "with `-tt` at least 8 times svlogd";
  const peer: Row = ["utc MB/s", "svlogd", 100, 1, 50, 90];
  assertEquals(verdicts(["utc MB/s", "denit-script", 100, 400], peer), [[target, true]]);
  assertEquals(verdicts(["utc MB/s", "denit-script", 100, 399], peer), [[target, false]]);
});

Deno.test("faster means more than the same", () => {
  const target = "with patterns faster than svlogd";
  const peer: Row = ["patterns MB/s", "svlogd", 100, 40];
  assertEquals(verdicts(["patterns MB/s", "denit-script", 100, 41], peer), [[target, true]]);
  assertEquals(verdicts(["patterns MB/s", "denit-script", 100, 40], peer), [[target, false]]);
});

Deno.test("a share of svlogd's cost is met up to that share", () => {
  const target = "1,000 services: at most half of the CPU of 1,000 svlogd";
  const peer: Row = ["fleet CPU s", "svlogd", 1000, 10];
  assertEquals(verdicts(["fleet CPU s", "denit-script", 1000, 5], peer), [[target, true]]);
  assertEquals(verdicts(["fleet CPU s", "denit-script", 1000, 5.1], peer), [[target, false]]);
});

Deno.test("a target is missed where only the others have samples", () => {
  const target = "1,000 services: at most a third of the memory of 1,000 svlogd";
  assertEquals(verdicts(["fleet memory kB", "svlogd", 1000, 90_000]), [[target, false]]);
});

Deno.test("unmodified loggers cost 30 MB together and 0.35 MB each, in the script form", () => {
  const target = "100 unmodified loggers: at most 30 MB and 0.35 MB for each";
  assertEquals(verdicts(["unmodified memory kB", "denit-script", 100, 65_000]), [[target, true]]);
  assertEquals(verdicts(["unmodified memory kB", "denit-script", 100, 65_001]), [[target, false]]);
  const ledger = new Ledger<Measure, Contender>();
  ledger.add({ measure: "unmodified memory kB", contender: "denit-compiled", scale: 100, values: [99_000] });
  assertEquals(judgeAll(ledger, "denit-compiled"), []);
});

Deno.test("memory is flat when it grows by no more than a twentieth from 1 GB to 10 GB", () => {
  const target = "memory flat over 10 GB: within 5 % of that after 1 GB";
  const early: Row = ["memory kB", "denit-script", 1000, 40_000];
  assertEquals(verdicts(early, ["memory kB", "denit-script", 10_000, 42_000]), [[target, true]]);
  assertEquals(verdicts(early, ["memory kB", "denit-script", 10_000, 42_001]), [[target, false]]);
});
