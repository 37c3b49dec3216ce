import { assertEquals } from "@std/assert";
import { ERRNO } from "../posix/errno.ts";
import { closedLog, type LogState } from "./log_state.ts";
import { step, wakeAtMs } from "./machine.ts";
import type { LogEvent } from "./orders.ts";
import { LABEL, NOW, playing, told, type World } from "./playing_test.ts";

const { ENOENT, EIO, ENOSPC, ENOTDIR, EACCES, EAGAIN } = ERRNO;
const RETENTION = { keep: 2, keepWhenFull: 2, dropsWhenFull: false, processed: false };

const play = playing(step);

function opened(retention = RETENTION): LogState {
  const world = { configure: { retention }, "stat current": ENOENT };
  return play(closedLog("log"), { kind: "open", resumes: true }, world).state;
}

function rotate(size: number, processorBusy = false): LogEvent {
  return { kind: "rotate", size, processorBusy };
}

Deno.test("step() locks, reads config and looks at current before it opens current", () => {
  const world = { configure: { retention: RETENTION }, "stat current": ENOENT };
  const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, world);
  assertEquals(lines, [
    "open directory log directory",
    "open lock lock append",
    "lock lock",
    "recover",
    "configure",
    "stat current",
    "open current current append",
    "mode current 644",
    "info: new: log/current",
  ]);
  assertEquals([state.step, state.size], ["ready", 0]);
});

Deno.test("step() writes on a current that was closed", () => {
  const world = { "stat current": { size: 7, mode: 0o744 } };
  const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, world);
  assertEquals(lines.slice(-3), [
    "open current current append",
    "mode current 644",
    "info: append: log/current",
  ]);
  assertEquals([state.step, state.size], ["ready", 7]);
});

Deno.test("step() appends to an empty current", () => {
  const world = { "stat current": { size: 0, mode: 0o644 } };
  const { lines } = play(closedLog("log"), { kind: "open", resumes: true }, world);
  assertEquals(lines.at(-1), "info: append: log/current");
});

Deno.test("step() names a current .u if a process died while it wrote it", () => {
  const world = { "stat current": { size: 7, mode: 0o644 }, list: { names: [`${LABEL}.t`, "current"] } };
  const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, world);
  assertEquals(lines.slice(6), [
    "list",
    "rename current @400000000000000a00000006.u",
    "open current current append",
    "mode current 644",
    `unlink ${LABEL}.t`,
    "info: new: log/current",
  ]);
  assertEquals([state.step, state.size], ["ready", 0]);
});

for (
  const [fails, errno, complaint, closes] of [
    ["open directory log directory", ENOENT, "unable to open log directory", []],
    ["open lock lock append", ENOTDIR, "unable to change directory", ["close directory"]],
    ["open lock lock append", EACCES, "unable to lock directory", ["close directory"]],
    ["lock lock", EAGAIN, "unable to lock directory", ["close lock", "close directory"]],
    ["stat current", EACCES, "unable to stat current", ["close lock", "close directory"]],
  ] as const
) {
  Deno.test(`step() gives a directory up when '${fails}' fails with errno ${errno}`, () => {
    const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, { [fails]: errno });
    const after = lines.slice(lines.indexOf(fails) + 1);
    assertEquals(after, [`warning: ${complaint}: log: errno ${errno}`, ...closes]);
    assertEquals([state.step, wakeAtMs(state)], ["closed", undefined]);
  });
}

Deno.test("step() recovers the last write of a dead process before anything else, and tries again when that fails", () => {
  const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, { recover: EIO });
  assertEquals(lines.slice(3), [
    "recover",
    `pausing: unable to see to an unfinished write: log: errno ${EIO}`,
  ]);
  assertEquals([state.step, wakeAtMs(state)], ["recover", 4000]);
});

Deno.test("step() keeps the defaults when config cannot be read", () => {
  const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, { configure: EIO });
  assertEquals(lines[5], `warning: unable to read config: log: errno ${EIO}`);
  assertEquals([state.step, state.retention.keep], ["ready", 10]);
});

Deno.test("step() syncs the log before it gets its final name", () => {
  const { state, lines } = play(opened(), rotate(9), { list: { names: ["current"] } });
  assertEquals(lines, [
    "list",
    "sync current",
    "mode current 744",
    "close current",
    `info: rename: log/current ${LABEL}.s 9`,
    `rename current ${LABEL}.s`,
    "open current current append",
    "mode current 644",
  ]);
  assertEquals([state.step, state.size], ["ready", 0]);
});

Deno.test("a rotation removes the leftovers of processors and one log that is too many", () => {
  const old = (digit: string, letter: string) => `@${digit.repeat(24)}.${letter}`;
  const names = [old("1", "s"), old("2", "t"), old("3", "s"), old("0", "u")];
  const { lines } = play(opened(), rotate(9), { list: { names } });
  assertEquals(lines.slice(8), [
    `unlink ${old("2", "t")}`,
    `info: delete: log/${old("1", "s")}`,
    `unlink ${old("1", "s")}`,
  ]);
});

Deno.test("a rotation leaves a log that it cannot remove, and says nothing of one that is gone", () => {
  const names = ["1", "2", "3"].map((digit) => `@${digit.repeat(24)}.t`);
  const world = { list: { names }, [`unlink ${names[0]}`]: EIO, [`unlink ${names[1]}`]: ENOENT };
  const { state, lines } = play(opened(), rotate(9), world);
  assertEquals(lines.slice(8), [
    `unlink ${names[0]}`,
    `warning: unable to unlink processor leftover: ${names[0]}: errno ${EIO}`,
    `unlink ${names[1]}`,
    `unlink ${names[2]}`,
  ]);
  assertEquals(state.step, "ready");
});

Deno.test("a rotation with a processor names the log .u and hands it over", () => {
  const { lines } = play(opened({ ...RETENTION, processed: true }), rotate(9));
  assertEquals(lines.at(-1), `process ${LABEL} false`);
  assertEquals(lines.includes(`rename current ${LABEL}.u`), true);
});

Deno.test("a rotation waits for the processor at work", () => {
  const waiting = play(opened({ ...RETENTION, processed: true }), rotate(9, true));
  assertEquals([waiting.state.step, waiting.lines], ["awaitProcessor", []]);
  const { state, lines } = play(waiting.state, { kind: "processorFree" });
  assertEquals([state.step, lines[0]], ["ready", "list"]);
});

Deno.test("step() does not rotate an empty log", () => {
  assertEquals(play(opened(), rotate(0)).lines, []);
});

for (
  const [call, text] of [
    ["list", "unable to open directory, want rotate"],
    ["sync current", "unable to fsync current logfile"],
    ["mode current 744", "unable to set mode of current"],
    [`rename current ${LABEL}.s`, "unable to rename current"],
    ["open current current append", "unable to create new current"],
    ["mode current 644", "unable to set mode of current"],
  ] as const
) {
  Deno.test(`a rotation whose '${call}' fails keeps the step and tries again after 3 s`, () => {
    const paused = play(opened(), rotate(9), { [call]: EIO });
    assertEquals(paused.lines.slice(-2), [call, `pausing: ${text}: log: errno ${EIO}`]);
    assertEquals(wakeAtMs(paused.state), 4000);

    const early = step(paused.state, { kind: "wake" }, { ...NOW, monotonicMs: 3999 });
    assertEquals([early.state, early.effects], [paused.state, []]);
    const late = step(paused.state, { kind: "wake" }, { ...NOW, monotonicMs: 4000 });
    assertEquals(late.effects.map(told), [call]);
    assertEquals(wakeAtMs(late.state), undefined);
  });
}

Deno.test("a rotation makes current anew when somebody has removed it", () => {
  const { state, lines } = play(opened(), rotate(9), { [`rename current ${LABEL}.s`]: ENOENT });
  assertEquals(lines.slice(-3), [
    `warning: unable to rename current: log: errno ${ENOENT}`,
    "open current current append",
    "mode current 644",
  ]);
  assertEquals([state.step, state.size], ["ready", 0]);
});

Deno.test("a write to a full disk waits when no old log may be removed", () => {
  const { state, lines } = play(opened(), { kind: "writeFailed", errno: ENOSPC });
  assertEquals(lines, [`pausing: unable to write to current: log: errno ${ENOSPC}`]);
  assertEquals([state.step, wakeAtMs(state)], ["noRoom", 4000]);
  const woken = step(state, { kind: "wake" }, { ...NOW, monotonicMs: 4000 });
  assertEquals([woken.state.step, woken.effects], ["ready", []]);
});

Deno.test("a write to a full disk costs the oldest log while more than N are left", () => {
  const names = ["1", "2"].map((digit) => `@${digit.repeat(24)}.s`);
  const retention = { ...RETENTION, keep: 5, keepWhenFull: 1 };
  const full: LogEvent = { kind: "writeFailed", errno: ENOSPC };
  const { state, lines } = play(opened(retention), full, { list: { names } });
  assertEquals(lines, [
    "list",
    `warning: out of disk space, delete: log/${names[0]}`,
    `unlink ${names[0]}`,
  ]);
  assertEquals(state.step, "ready");

  const none = play(opened(retention), full, { list: { names: names.slice(1) } });
  assertEquals(none.state.step, "noRoom");
  const stuck = play(opened(retention), full, { list: { names }, [`unlink ${names[0]}`]: EIO });
  assertEquals(stuck.state.step, "noRoom");
});

Deno.test("a write that fails for another reason waits and removes nothing", () => {
  const retention = { ...RETENTION, keep: 5, keepWhenFull: 1 };
  const { state } = play(opened(retention), { kind: "writeFailed", errno: EIO });
  assertEquals(state.step, "noRoom");
});

Deno.test("closing syncs current, marks it as closed and releases the lock last", () => {
  const { state, lines } = play(opened(), { kind: "close" });
  assertEquals(lines, ["sync current", "mode current 744", "close current", "close lock", "close directory"]);
  assertEquals(state.step, "closed");
});

Deno.test("a directory that waits for room or its processor can be closed", () => {
  const full = play(opened(), { kind: "writeFailed", errno: ENOSPC }).state;
  assertEquals(play(full, { kind: "close" }).state.step, "closed");
  const waiting = play(opened({ ...RETENTION, processed: true }), rotate(9, true)).state;
  assertEquals(play(waiting, { kind: "close" }).state.step, "closed");
});

Deno.test("opening resumes the processor on the latest log that it has not finished", () => {
  const [done, dirty, first] = ["3", "2", "1"].map((digit) => `@${digit.repeat(24)}`);
  const world: World = {
    configure: { retention: { ...RETENTION, processed: true } },
    "stat current": ENOENT,
    list: { names: [`${first}.u`, `${dirty}.u`, `${done}.u`] },
    [`stat ${done}.u`]: { size: 5, mode: 0o644 },
    [`stat ${dirty}.u`]: { size: 5, mode: 0o744 },
  };
  const { state, lines } = play(closedLog("log"), { kind: "open", resumes: true }, world);
  assertEquals(lines.slice(-4), ["list", `stat ${done}.u`, `stat ${dirty}.u`, `process ${dirty} false`]);
  assertEquals(state.step, "ready");

  const both = { ...world, list: { names: [`${dirty}.u`, `${dirty}.s`] } };
  const final = play(closedLog("log"), { kind: "open", resumes: true }, both);
  assertEquals(final.lines.at(-1), `process ${dirty} true`);

  const busy = play(closedLog("log"), { kind: "open", resumes: false }, world);
  assertEquals(busy.lines.at(-1), "info: new: log/current");
});

Deno.test("step() decides every pair, and an order that does not fit changes nothing", () => {
  const states = reachable();
  const orders: readonly LogEvent[] = [
    { kind: "open", resumes: true },
    rotate(9),
    { kind: "processorFree" },
    { kind: "writeFailed", errno: ENOSPC },
    { kind: "close" },
    { kind: "wake" },
  ];
  for (const state of states) {
    for (const order of orders) {
      const answer = step(state, order, NOW);
      const calls = answer.effects.filter((effect) => effect.call !== "say");
      assertEquals(calls.length <= 1, true, `${state.step} ${order.kind} makes one call at most`);
      const moved = answer.state.step !== state.step || answer.effects.length > 0;
      assertEquals(moved, MOVES.has(`${state.step} ${order.kind}`), `${state.step} ${order.kind}`);
    }
  }
});

const MOVES: ReadonlySet<string> = new Set([
  "closed open",
  "ready rotate",
  "ready writeFailed",
  "ready close",
  "awaitProcessor processorFree",
  "awaitProcessor close",
  "noRoom close",
]);

/** Every state of rest, and every step with its call under way. */
function reachable(): LogState[] {
  const ready = opened();
  const resting = [
    closedLog("log"),
    ready,
    play(ready, rotate(9, true)).state,
    play(ready, { kind: "writeFailed", errno: ENOSPC }).state,
  ];
  const working = [
    ...underWay(closedLog("log"), { kind: "open", resumes: true }),
    ...underWay(ready, rotate(9)),
  ];
  return [...resting, ...working];
}

/** The states in which the calls of an order are under way. */
function underWay(start: LogState, order: LogEvent): LogState[] {
  const states: LogState[] = [];
  let answer = step(start, order, NOW);
  while (answer.effects.some((effect) => effect.call !== "say")) {
    states.push(answer.state);
    answer = step(answer.state, { kind: "done", reply: { size: 1, mode: 0o644, names: [] } }, NOW);
  }
  return states;
}
