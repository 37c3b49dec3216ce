import { assert, assertEquals } from "@std/assert";
import {
  isRemembered,
  mayBeStarted,
  type Memory,
  MEMORY_SIZE,
  packMemory,
  startedOne,
  unpackMemory,
} from "./memory.ts";
import { adopted, finishArguments, step, UNKNOWN_STATUS } from "./service.ts";

const SECOND = 1_000_000_000n;
const MEMORY: Memory = {
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

Deno.test("a record is read as it was written, also with blanks behind it, and has its room", () => {
  for (
    const memory of [MEMORY, { ...MEMORY, starting: true, want: "up", pid: 0, retryAtMs: 17.25 } as const]
  ) {
    const text = packMemory(memory);
    assertEquals([unpackMemory(text), unpackMemory(`${text}   \n`)], [memory, memory]);
  }
  const longest = {
    ...MEMORY,
    lifetime: MEMORY.lifetime.replace(":4:", `:${2 ** 40}:`),
    pid: 4_194_304,
    retryAtMs: 1 / 3 + 1e12,
    startedAtMs: 1 / 7 + 1e12,
    notBeforeNs: 10n ** 19n,
    notAfterNs: 10n ** 19n,
  };
  assert(packMemory(longest).length < MEMORY_SIZE);
});

Deno.test("what is torn or of another version is no record", () => {
  const text = packMemory(MEMORY);
  const foreign = [
    "",
    text.slice(0, -1),
    text.slice(1),
    `${text} end`,
    text.replace("denit 1", "denit 2"),
    "\\0".repeat(MEMORY_SIZE),
  ];
  for (const other of foreign) assertEquals(unpackMemory(other), undefined);
});

Deno.test("a process of that pid that began at another time is another one", () => {
  const starts = [99n * SECOND, 100n * SECOND - 10_000_000n, 100n * SECOND, 101n * SECOND];
  assertEquals(starts.map((startNs) => isRemembered(MEMORY, startNs)), [false, true, true, false]);
});

Deno.test("of what began at the time, the one in its directory is it; its name alone counts where it is new", () => {
  const starting = { ...MEMORY, starting: true, pid: 50 };
  const at = { startNs: 100n * SECOND, parent: 1 };
  const all = [{ ...at, pid: 60 }, { ...at, pid: 49 }, { ...at, pid: 61, parent: 60 }, {
    ...at,
    pid: 7,
    startNs: 5n,
  }];
  const those = mayBeStarted(starting, all);
  assertEquals(those.map(({ pid }) => pid), [49, 60]);
  const having = (belongs: number, isNamed: number, others: readonly Memory[] = []) =>
    startedOne(
      starting,
      those.map((one) => ({ ...one, belongs: one.pid === belongs, isNamed: one.pid === isNamed })),
      () => others,
    )?.pid;
  assertEquals([having(49, 60), having(0, 60), having(0, 49), having(0, 0)], [49, 60, undefined, undefined]);
  const others = [{ ...MEMORY, pid: 60 }];
  assertEquals([having(0, 60, others), having(60, 0, others)], [undefined, 60]);
});

Deno.test("what lives goes on as it was, and what was to be stopped is stopped", () => {
  const { phase, want, pid, paused, gotTerm, sinceNs, agenda, ended } = adopted(
    "main",
    MEMORY,
    { kind: "alive", pid: 4711 },
    NOW,
  );
  assertEquals({ phase, want, pid, paused, gotTerm, sinceNs, ended }, {
    phase: "run",
    want: "exit",
    pid: 4711,
    paused: true,
    gotTerm: true,
    sinceNs: MEMORY.sinceNs,
    ended: undefined,
  });
  assertEquals(agenda[0], { do: "hook", name: "t" });
});

Deno.test("what ended unseen has its end before it; finish is told -1 and 0 where nobody knows how", () => {
  const state = adopted("main", MEMORY, { kind: "ended", status: UNKNOWN_STATUS }, NOW);
  assertEquals([state.phase, state.pid, state.ended], ["run", 4711, UNKNOWN_STATUS]);
  assertEquals(finishArguments(UNKNOWN_STATUS), { code: -1, signal: 0 });
});

Deno.test("a log that ended unseen begins anew without a pause: it may have seen the end of its pipe", () => {
  const memory: Memory = { ...MEMORY, want: "up", startedAtMs: 4900 };
  const found = { kind: "ended", status: 0 } as const;
  const retryOf = (role: "main" | "log") => {
    const { state, effects } = step(adopted(role, memory, found, NOW), { kind: "publish" }, NOW);
    return [effects.some(({ kind }) => kind === "start"), state.phase];
  };
  assertEquals([retryOf("log"), retryOf("main")], [[true, "down"], [false, "run"]]);
});

Deno.test("a start of which nobody knows has ended, and is not tried again at once", () => {
  const memory: Memory = { ...MEMORY, phase: "down", starting: true, want: "up" };
  const state = adopted("main", memory, { kind: "none" }, NOW);
  assertEquals([state.phase, state.pid, state.ended, state.startedAtMs], ["run", 0, UNKNOWN_STATUS, 5000]);
});

Deno.test("a finish that was about to be started is started", () => {
  const memory: Memory = { ...MEMORY, phase: "finish", starting: true, pid: 3 };
  const state = adopted("main", memory, { kind: "none" }, NOW);
  assertEquals([state.phase, state.pid, state.ended, state.runStatus], ["finish", 0, undefined, 0x8b]);
});

Deno.test("a service that was down stays as it was wanted", () => {
  const memory: Memory = { ...MEMORY, phase: "down", want: "down", pid: 0, owesStop: false };
  const state = adopted("main", memory, { kind: "none" }, NOW);
  assertEquals([state.phase, state.want, state.ended], ["down", "down", undefined]);
});
