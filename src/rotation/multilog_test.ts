import { assertEquals } from "@std/assert";
import { ERRNO } from "../posix/errno.ts";
import { SIGNAL } from "../posix/signal.ts";
import { exitedWith } from "../posix/wait_status.ts";
import { stepMultilog } from "./multilog.ts";
import { closedMultilog, type MultilogState } from "./multilog_state.ts";
import type { LogEvent } from "./orders.ts";
import { LABEL, NOW, playing, type World } from "./playing_test.ts";

const { ENOENT, EEXIST, EIO, EAGAIN } = ERRNO;
const RETENTION = { keep: 3, keepWhenFull: 3, dropsWhenFull: false, processed: false };

const play = playing(stepMultilog);

const OPEN: LogEvent = { kind: "open", resumes: true };
const NOTHING: World = {
  "stat current": ENOENT,
  "stat previous": ENOENT,
  "stat processed": ENOENT,
  "unlink state": ENOENT,
  "unlink newstate": ENOENT,
  "unlink processed": ENOENT,
};

function opened(processor = ""): MultilogState {
  const retention = { ...RETENTION, processed: processor !== "" };
  return play(closedMultilog("./log"), OPEN, {
    configure: { retention, processor },
    "stat current": { mode: 0o744 },
  })
    .state;
}

function rotate(size = 7): LogEvent {
  return { kind: "rotate", size, processorBusy: false };
}

Deno.test("stepMultilog() makes a new directory, locks it, and makes state and current in it", () => {
  const { state, lines } = play(closedMultilog("./log"), OPEN, NOTHING);
  assertEquals(lines, [
    "make ./log",
    "open directory ./log directory",
    "open lock lock append",
    "lock lock",
    "recover",
    "configure",
    "stat current",
    "unlink state",
    "unlink newstate",
    "stat processed",
    "unlink processed",
    "stat previous",
    "stat current",
    "open state state truncate",
    "close state",
    "open current current append",
    "mode current 644",
  ]);
  assertEquals(state.step, "ready");
});

Deno.test("stepMultilog() writes on a current that was closed, whatever lies beside it", () => {
  const { state, lines } = play(closedMultilog("./log"), OPEN, {
    "make ./log": EEXIST,
    "stat current": { mode: 0o744 },
  });
  assertEquals(lines.slice(6), ["stat current", "open current current append", "mode current 644"]);
  assertEquals(state.step, "ready");
});

Deno.test("opening keeps the output of a processor that was closed before the process died", () => {
  const world = { "stat current": { mode: 0o644 }, "stat processed": { mode: 0o744 }, list: { names: [] } };
  assertEquals(play(closedMultilog("./log"), OPEN, world).lines.slice(9), [
    "stat processed",
    "unlink previous",
    "stat processed",
    "list",
    `rename processed ${LABEL}.s`,
    "stat current",
    "list",
    `rename current ${LABEL}.u`,
    "open state state truncate",
    "close state",
    "open current current append",
    "mode current 644",
  ]);
});

Deno.test("opening keeps the input of a processor that did not finish, and removes the first name of a file with two", () => {
  const world = {
    "stat current": { mode: 0o644 },
    "stat processed": { mode: 0o644 },
    "stat previous": { links: 2 },
    list: { names: [`${LABEL}.s`] },
  };
  assertEquals(play(closedMultilog("./log"), OPEN, world).lines.slice(9, 15), [
    "stat processed",
    "unlink processed",
    "stat previous",
    "unlink previous",
    "stat current",
    "list",
  ]);
});

for (
  const [call, text, closes] of [
    ["open directory ./log directory", "unable to open directory ./log", []],
    ["open lock lock append", "unable to lock directory ./log", ["close directory"]],
    ["lock lock", "unable to lock directory ./log", ["close lock", "close directory"]],
    ["stat current", "unable to stat ./log/current", ["close lock", "close directory"]],
    ["open current current append", "unable to append to ./log/current", ["close lock", "close directory"]],
  ] as const
) {
  Deno.test(`opening fails for good when '${call}' does`, () => {
    const { state, lines } = play(closedMultilog("./log"), OPEN, {
      "stat current": { mode: 0o744 },
      [call]: EAGAIN,
    });
    assertEquals(lines.slice(lines.indexOf(call) + 1), [`fatal: ${text}: errno ${EAGAIN}`, ...closes]);
    assertEquals(state.step, "closed");
  });
}

Deno.test("a rotation syncs, closes and names current, and removes the oldest logs until fewer than n are left", () => {
  const names = [3, 1, 2].map((digit) => `@40000000000000000000000${digit}.s`);
  const { state, lines } = play(opened(), rotate(), { list: { names: [...names, "@short", "state"] } });
  assertEquals(lines, [
    "sync current",
    "mode current 744",
    "close current",
    "stat current",
    "list",
    `rename current ${LABEL}.s`,
    "unlink @400000000000000000000001.s",
    "unlink @400000000000000000000002.s",
    "open current current append",
    "mode current 644",
  ]);
  assertEquals(state.step, "ready");
});

Deno.test("stepMultilog() does not rotate an empty log", () => {
  assertEquals(play(opened(), rotate(0)).lines, []);
});

Deno.test("a processor reads previous, and its output is synced before previous goes", () => {
  const running = play(opened("cat"), rotate());
  assertEquals(running.lines, [
    "sync current",
    "mode current 744",
    "close current",
    "rename current previous",
    "open current current append",
    "mode current 644",
    "open input previous read",
    "open output processed truncate",
    "open state state read",
    "open newstate newstate truncate",
    "spawn cat",
    "close input",
    "close output",
    "close state",
    "close newstate",
  ]);
  assertEquals(running.state.step, "running");
  const { state, lines } = play(running.state, { kind: "exited", status: 0 }, { list: { names: [] } });
  assertEquals(lines, [
    "open output processed append",
    "sync output",
    "mode output 744",
    "close output",
    "open newstate newstate append",
    "sync newstate",
    "close newstate",
    "unlink previous",
    "rename newstate state",
    "stat processed",
    "list",
    `rename processed ${LABEL}.s`,
  ]);
  assertEquals(state.step, "ready");
});

for (const [status, how] of [[exitedWith(3), "failed"], [SIGNAL.KILL, "crashed"]] as const) {
  Deno.test(`a processor that ${how} runs again after five seconds`, () => {
    const { state } = play(opened("cat"), rotate());
    const failed = play(state, { kind: "exited", status });
    assertEquals(failed.lines, [`warning: processor ${how} in ./log, pausing`]);
    assertEquals(failed.state.retryAtMs, 6000);
    assertEquals(play(failed.state, { kind: "wake" }).lines, []);
    const again = play(failed.state, { kind: "wake" }, {}, { ...NOW, monotonicMs: 6000 });
    assertEquals([again.lines[0], again.lines[4], again.state.step], [
      "open input previous read",
      "spawn cat",
      "running",
    ]);
  });
}

Deno.test("every step of a rotation that fails is reported and tried again", () => {
  const whole = play(opened("cat"), rotate());
  const calls = whole.lines.filter((line) => !line.startsWith("stat"));
  for (const call of calls) {
    const failed = play(opened("cat"), rotate(), { [call]: EIO });
    const [last] = failed.lines.slice(-1);
    assertEquals(/^warning: .*, pausing: errno 5$/.test(last ?? ""), true, `${call}: ${last}`);
    const again = play(failed.state, { kind: "wake" }, {}, { ...NOW, monotonicMs: 6000 });
    assertEquals([again.lines[0], again.state.step], [call, "running"]);
  }
});

Deno.test("a write that fails waits and is tried again", () => {
  const { state, lines } = play(opened(), { kind: "writeFailed", errno: EIO });
  assertEquals(lines, [`warning: unable to write to ./log/current, pausing: errno ${EIO}`]);
  assertEquals([state.step, state.retryAtMs], ["noRoom", 6000]);
  assertEquals(play(state, { kind: "wake" }, {}, { ...NOW, monotonicMs: 6000 }).state.step, "ready");
});

Deno.test("a rotation goes on without a current that is gone and with an old log that stays", () => {
  const gone = play(opened("cat"), rotate(), { "rename current previous": ENOENT });
  assertEquals(gone.state.step, "ready");
  const names = ["1", "2", "3"].map((digit) => `@40000000000000000000000${digit}.s`);
  const stays = play(opened(), rotate(), { list: { names }, "unlink @400000000000000000000001.s": EIO });
  assertEquals([stays.state.step, stays.lines.filter((line) => line.startsWith("warning"))], ["ready", [
    `warning: unable to remove ./log/@400000000000000000000001.s: errno ${EIO}`,
  ]]);
});

Deno.test("closing syncs current and marks it as closed", () => {
  const { state, lines } = play(opened(), { kind: "close" });
  assertEquals(lines, ["sync current", "mode current 744", "close current", "close lock", "close directory"]);
  assertEquals(state.step, "closed");
});

Deno.test("stepMultilog() decides every pair, and an order that does not fit changes nothing", () => {
  const ready = opened("cat");
  const resting = [
    closedMultilog("./log"),
    ready,
    play(ready, { kind: "writeFailed", errno: EIO }).state,
    play(ready, rotate()).state,
  ];
  const working = [...underWay(closedMultilog("./log"), OPEN), ...underWay(ready, rotate())];
  for (const state of [...resting, ...working]) {
    for (const order of ORDERS) {
      const answer = stepMultilog(state, order, NOW);
      const pair = `${state.step} ${order.kind}`;
      const calls = answer.effects.filter((effect) => effect.call !== "say");
      assertEquals(calls.length <= 1, true, `${pair} makes one call at most`);
      const moved = answer.state.step !== state.step || answer.effects.length > 0;
      assertEquals(moved, MOVES.has(pair), pair);
    }
  }
});

const ORDERS: readonly LogEvent[] = [
  OPEN,
  rotate(),
  { kind: "processorFree" },
  { kind: "writeFailed", errno: EIO },
  { kind: "close" },
  { kind: "exited", status: 0 },
  { kind: "wake" },
];

const MOVES: ReadonlySet<string> = new Set([
  "closed open",
  "ready rotate",
  "ready writeFailed",
  "ready close",
  "noRoom close",
  "running exited",
]);

/** The states in which the calls of an order are under way. */
function underWay(start: MultilogState, order: LogEvent): MultilogState[] {
  const states: MultilogState[] = [];
  let answer = stepMultilog(start, order, NOW);
  while (answer.effects.some((effect) => effect.call !== "say")) {
    states.push(answer.state);
    answer = stepMultilog(answer.state, { kind: "done", reply: { mode: 0o644, names: [] } }, NOW);
  }
  return states;
}
