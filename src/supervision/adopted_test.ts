import { assertEquals } from "@std/assert";
import { UNKNOWN_STATUS } from "../survival/adoption.ts";
import { RECORD } from "../survival/example_test.ts";
import type { ServiceRecord } from "../survival/service_record.ts";
import { adopted, inherited } from "./adopted.ts";
import { finishArguments, step } from "./service.ts";

const NOW = { monotonicMs: 5000, wallNs: 7n };

Deno.test("a process that lives goes on as it was, and is stopped if it was to be stopped", () => {
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

Deno.test("an unseen end is replayed, and finish is told -1 and 0 when its status is unknown", () => {
  const state = adopted("main", RECORD, { kind: "ended", status: UNKNOWN_STATUS }, NOW);
  assertEquals([state.phase, state.pid, state.ended], ["run", 4711, UNKNOWN_STATUS]);
  assertEquals(finishArguments(UNKNOWN_STATUS), { code: -1, signal: 0 });
});

Deno.test("a log that ended unseen begins anew without a pause, because it may have seen the end of its pipe", () => {
  const record: ServiceRecord = { ...RECORD, want: "up", startedAtMs: 4900 };
  const found = { kind: "ended", status: 0 } as const;
  const retryOf = (role: "main" | "log") => {
    const { state, effects } = step(adopted(role, record, found, NOW), { kind: "publish" }, NOW);
    return [effects.some(({ kind }) => kind === "start"), state.phase];
  };
  assertEquals([retryOf("log"), retryOf("main")], [[true, "down"], [false, "run"]]);
});

Deno.test("an unknown start counts as ended, and is not tried again at once", () => {
  const record: ServiceRecord = { ...RECORD, phase: "down", starting: true, want: "up" };
  const state = adopted("main", record, { kind: "none" }, NOW);
  assertEquals([state.phase, state.pid, state.ended, state.startedAtMs], ["run", 0, UNKNOWN_STATUS, 5000]);
});

Deno.test("a finish that was about to be started is started again", () => {
  const record: ServiceRecord = { ...RECORD, phase: "finish", starting: true, pid: 3 };
  const state = adopted("main", record, { kind: "none" }, NOW);
  assertEquals([state.phase, state.pid, state.ended, state.runStatus], ["finish", 0, undefined, 0x8b]);
});

Deno.test("a service that was down stays as it was wanted", () => {
  const record: ServiceRecord = { ...RECORD, phase: "down", want: "down", pid: 0, owesStop: false };
  const state = adopted("main", record, { kind: "none" }, NOW);
  assertEquals([state.phase, state.want, state.ended], ["down", "down", undefined]);
});

Deno.test("nothing is taken up of a service that was about to leave", () => {
  const leaving: ServiceRecord = { ...RECORD, phase: "down", want: "exit" };
  assertEquals(inherited("main", leaving, "up"), undefined);
  assertEquals(inherited("main", { ...leaving, starting: true }, "up")?.want, "exit");
});

Deno.test("a log that was told to leave is wanted as from the start", () => {
  assertEquals([inherited("log", RECORD, "down")?.want, inherited("main", RECORD, "down")?.want], [
    "down",
    "exit",
  ]);
});
