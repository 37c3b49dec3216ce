import { assertEquals } from "@std/assert";
import { Ledger } from "./ledger.ts";
import type { Contender, Measure } from "./measurement.ts";
import { judgeAll } from "./targets.ts";

type Row = [measure: Measure, contender: Contender, services: number, ...values: number[]];

function ledgerOf(...rows: Row[]): Ledger<Measure, Contender> {
  const ledger = new Ledger<Measure, Contender>();
  for (const [measure, contender, scale, ...values] of rows) {
    ledger.add({ measure, contender, scale, values });
  }
  return ledger;
}

function verdicts(...rows: Row[]): [target: string, met: boolean][] {
  return judgeAll(ledgerOf(...rows), "denit-script").map(({ target, met }) => [target, met]);
}

Deno.test("a target without samples is not judged", () => {
  assertEquals(verdicts(), []);
  assertEquals(verdicts(["up ms", "denit-script", 1000, 5]), []);
});

Deno.test("a share of runit's median is met up to that share and not above", () => {
  const target = "memory for 1,000 at most half of runit's";
  assertEquals(verdicts(["memory kB", "denit-script", 1000, 9, 50, 99], ["memory kB", "runit", 1000, 100]), [
    [target, true],
  ]);
  assertEquals(verdicts(["memory kB", "denit-script", 1000, 51], ["memory kB", "runit", 1000, 100]), [
    [target, false],
  ]);
});

Deno.test("a target is missed where only the others have samples", () => {
  assertEquals(verdicts(["stop ms", "runit", 100, 30]), [[
    "orderly stop of 100 in at most a third of runit's time, grown up",
    false,
  ]]);
});

Deno.test("growth is the slope over all numbers of services, in kB of 1,000 bytes", () => {
  const target = "at most 15 kB for every added service";
  assertEquals(
    verdicts(["memory kB", "denit-script", 1, 40_000], ["memory kB", "denit-script", 5000, 114_985]),
    [
      [target, true],
    ],
  );
  assertEquals(
    verdicts(["memory kB", "denit-script", 1, 40_000], ["memory kB", "denit-script", 5000, 114_986]),
    [
      [target, false],
    ],
  );
});

Deno.test("one system call while idle is one too many", () => {
  assertEquals(verdicts(["idle system calls", "denit-script", 100, 0]), [[
    "no system call while idle",
    true,
  ]]);
  assertEquals(verdicts(["idle system calls", "denit-script", 100, 1]), [[
    "no system call while idle",
    false,
  ]]);
});

Deno.test("status is compared with the empty program timed beside it, pair by pair", () => {
  const target = "`sv status` within 5 ms of an empty program";
  const empty: Row = ["status ms", "empty-script", 0, 20, 60, 21];
  assertEquals(verdicts(empty, ["status ms", "denit-script", 1, 24, 66, 25]), [[target, true]]);
  assertEquals(verdicts(empty, ["status ms", "denit-script", 1, 26, 66, 25]), [[target, false]]);
});
