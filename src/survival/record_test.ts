import { assertEquals } from "@std/assert";
import { SIGNAL } from "../posix/signal.ts";
import {
  after,
  before,
  NEW_RECORD,
  type RecordedEffect,
  type RecordedReply,
  recordOf,
  type RecordStep,
  takenUp,
} from "./record.ts";

const START = { kind: "start", atNs: 100n } as const;
const STARTED = { kind: "started", atNs: 200n } as const;
const PUBLISH = { kind: "publish" } as const;
const NOTICED = { kind: "noticed" } as const;
const SETTLED = { kind: "settled" } as const;
const TERM = { kind: "signal", signal: SIGNAL.TERM } as const;
const KILL = { kind: "signal", signal: SIGNAL.KILL } as const;
const SERVICE = {
  phase: "run",
  want: "up",
  pid: 7,
  paused: false,
  gotTerm: false,
  once: false,
  sinceNs: 1n,
  startedAtMs: 2,
  retryAtMs: -Infinity,
  runStatus: 0,
} as const;

function isReply(word: RecordedEffect | RecordedReply): word is RecordedReply {
  return ["started", "not started", "handed over", "settled"].includes(word.kind);
}

/** Plays effects and replies; returns what is written at each of them, and the last step. */
function play(...words: readonly (RecordedEffect | RecordedReply)[]): RecordStep & { writes: string[] } {
  let last: RecordStep = { state: NEW_RECORD, write: "nothing" };
  const writes: string[] = [];
  for (const word of words) {
    last = isReply(word) ? after(last.state, word) : before(last.state, word);
    writes.push(last.write);
  }
  return { ...last, writes };
}

Deno.test("a change is written before the next effect that others notice, and once", () => {
  assertEquals(play(PUBLISH, PUBLISH, NOTICED, NOTICED, SETTLED).writes, [
    "nothing",
    "nothing",
    "all",
    "nothing",
    "nothing",
  ]);
});

Deno.test("a change that nobody is told of is written at the end of the event", () => {
  assertEquals(play(PUBLISH, SETTLED, SETTLED).writes, ["nothing", "all", "nothing"]);
});

Deno.test("a start is written down before it is made, and its pid at the end of the event", () => {
  const begun = play(START);
  assertEquals([begun.write, begun.state.starting, begun.state.notBeforeNs, begun.state.notAfterNs], [
    "record",
    true,
    100n,
    0n,
  ]);
  const { writes, state } = play(START, STARTED, PUBLISH, SETTLED);
  assertEquals(writes, ["record", "nothing", "nothing", "all"]);
  assertEquals([state.starting, state.notBeforeNs, state.notAfterNs], [false, 100n, 200n]);
});

Deno.test("a start that failed is taken back from the record", () => {
  const { writes, state } = play(START, { kind: "not started" }, SETTLED);
  assertEquals([writes, state.starting], [["record", "nothing", "record"], false]);
});

Deno.test("a TERM is written down before it is sent, and taken back at the end of the event", () => {
  assertEquals(play(TERM).state.owesStop, true);
  const { writes, state } = play(PUBLISH, TERM, NOTICED, SETTLED);
  assertEquals([writes, state.owesStop], [["nothing", "all", "nothing", "record"], false]);
});

Deno.test("no other signal needs a record", () => {
  assertEquals(play(KILL, SETTLED).writes, ["nothing", "nothing"]);
});

Deno.test("a log that is handed over is recorded at once, and its status files still follow", () => {
  const over = { kind: "handed over" } as const;
  assertEquals(play(over, SETTLED).writes, ["record", "nothing"]);
  assertEquals(play(PUBLISH, over, SETTLED).writes, ["nothing", "record", "all"]);
});

Deno.test("the record names the process; while that starts, the last pid; and the logger that holds a log", () => {
  const around = { lifetime: "life", lastPid: 5, holders: [], owesStop: false };
  const alive = takenUp({ notBeforeNs: 10n, notAfterNs: 20n });
  const holder = { pid: 9, notBeforeNs: 1n, notAfterNs: 2n };
  const nextHolder = { pid: 11, notBeforeNs: 3n, notAfterNs: 4n };
  const records = [
    recordOf(alive, SERVICE, around),
    recordOf(play(START).state, SERVICE, around),
    recordOf(alive, SERVICE, { ...around, holders: [holder] }),
    recordOf(alive, SERVICE, { ...around, holders: [holder, nextHolder] }),
  ];
  assertEquals(
    records.map(({ kind, pid, notBeforeNs, notAfterNs, nextHolder }) => [
      kind,
      pid,
      notBeforeNs,
      notAfterNs,
      nextHolder?.pid,
    ]),
    [
      ["process", 7, 10n, 20n, undefined],
      ["process", 5, 100n, 0n, undefined],
      ["feed", 9, 1n, 2n, undefined],
      ["feed", 9, 1n, 2n, 11],
    ],
  );
});
