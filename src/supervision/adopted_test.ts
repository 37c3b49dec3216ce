import { assertEquals } from "@std/assert";
import { UNKNOWN_STATUS } from "../survival/adoption.ts";
import type { ServiceRecord } from "../survival/service_record.ts";
import { adopted } from "./adopted.ts";
import { finishArguments, step } from "./service.ts";

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
const NOW = { monotonicMs: 5000, wallNs: 7n };

Deno.test("what lives goes on as it was, and what was to be stopped is stopped", () => {
  const { phase, want, pid, paused, gotTerm, sinceNs, agenda, ended } = adopted(
    "main",
    RECORD,
    { kind: "alive", pid: 4711 },
    NOW,
  );
  assertEquals({ phase, want, pid, paused, gotTerm, sinceNs, ended }, {
    phase: "run",
    want: "exit",
    pid: 4711,
    paused: true,
    gotTerm: true,
    sinceNs: RECORD.sinceNs,
    ended: undefined,
  });
  assertEquals(agenda[0], { do: "hook", name: "t" });
});

Deno.test("what ended unseen has its end before it; finish is told -1 and 0 where nobody knows how", () => {
  const state = adopted("main", RECORD, { kind: "ended", status: UNKNOWN_STATUS }, NOW);
  assertEquals([state.phase, state.pid, state.ended], ["run", 4711, UNKNOWN_STATUS]);
  assertEquals(finishArguments(UNKNOWN_STATUS), { code: -1, signal: 0 });
});

Deno.test("a log that ended unseen begins anew without a pause: it may have seen the end of its pipe", () => {
  const record: ServiceRecord = { ...RECORD, want: "up", startedAtMs: 4900 };
  const found = { kind: "ended", status: 0 } as const;
  const retryOf = (role: "main" | "log") => {
    const { state, effects } = step(adopted(role, record, found, NOW), { kind: "publish" }, NOW);
    return [effects.some(({ kind }) => kind === "start"), state.phase];
  };
  assertEquals([retryOf("log"), retryOf("main")], [[true, "down"], [false, "run"]]);
});

Deno.test("a start of which nobody knows has ended, and is not tried again at once", () => {
  const record: ServiceRecord = { ...RECORD, phase: "down", starting: true, want: "up" };
  const state = adopted("main", record, { kind: "none" }, NOW);
  assertEquals([state.phase, state.pid, state.ended, state.startedAtMs], ["run", 0, UNKNOWN_STATUS, 5000]);
});

Deno.test("a finish that was about to be started is started", () => {
  const record: ServiceRecord = { ...RECORD, phase: "finish", starting: true, pid: 3 };
  const state = adopted("main", record, { kind: "none" }, NOW);
  assertEquals([state.phase, state.pid, state.ended, state.runStatus], ["finish", 0, undefined, 0x8b]);
});

Deno.test("a service that was down stays as it was wanted", () => {
  const record: ServiceRecord = { ...RECORD, phase: "down", want: "down", pid: 0, owesStop: false };
  const state = adopted("main", record, { kind: "none" }, NOW);
  assertEquals([state.phase, state.want, state.ended], ["down", "down", undefined]);
});
