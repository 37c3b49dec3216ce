import { assertEquals } from "@std/assert";
import { ERRNO } from "../posix/errno.ts";
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { exitedWith } from "../posix/wait_status.ts";
import { NOW, told } from "./playing_test.ts";
import { idleProcessor, type ProcessorEvent, type ProcessorState, stepProcessor } from "./processor.ts";

const START: ProcessorEvent = { kind: "start", label: "@L", final: false, command: "work" };
const REPLY: ProcessorEvent = { kind: "done", reply: {} };
const { ENOENT, EIO } = ERRNO;

interface Played {
  readonly state: ProcessorState;
  readonly lines: readonly string[];
}

/** Gives one event; calls named in `errors` fail, all others succeed. */
function play(start: ProcessorState, event: ProcessorEvent, errors: Record<string, number> = {}): Played {
  const lines: string[] = [];
  let state = start;
  for (let next: ProcessorEvent | undefined = event; next !== undefined;) {
    const answer = stepProcessor(state, next, NOW);
    state = answer.state;
    next = undefined;
    for (const effect of answer.effects) {
      lines.push(told(effect));
      if (effect.call === "say" || effect.call === "process") continue;
      const errno = errors[told(effect)];
      next = errno === undefined ? { kind: "done", reply: {} } : { kind: "failed", errno };
    }
  }
  return { state, lines };
}

function running(): ProcessorState {
  return play(idleProcessor("log"), START).state;
}

function exited(code: number, signal = 0): ProcessorEvent {
  return { kind: "exited", status: exitedWith(code) | signal };
}

Deno.test("stepProcessor() starts a processor on the log, its output and both states", () => {
  const { state, lines } = play(idleProcessor("log"), START);
  assertEquals(lines, [
    "open directory . directory",
    "open input @L.u read",
    "unlink @L.t",
    "open output @L.t truncate",
    "open state state read",
    "unlink newstate",
    "open newstate newstate truncate",
    "spawn work",
    "info: processing: log/@L.u",
    "close input",
    "close state",
    "close newstate",
  ]);
  assertEquals(state.step, "running");
});

Deno.test("stepProcessor() makes a state that is missing", () => {
  let missing = true;
  const lines: string[] = [];
  let state = idleProcessor("log");
  for (let next: ProcessorEvent | undefined = START; next !== undefined;) {
    const answer = stepProcessor(state, next, NOW);
    state = answer.state;
    next = undefined;
    for (const effect of answer.effects) {
      if (effect.call === "say" || effect.call === "process") continue;
      lines.push(told(effect));
      const fails = missing && told(effect) === "open state state read";
      if (fails) missing = false;
      next = fails ? { kind: "failed", errno: ENOENT } : { kind: "done", reply: {} };
    }
  }
  assertEquals(lines.slice(4, 8), [
    "open state state read",
    "open state state truncate",
    "close state",
    "open state state read",
  ]);
  assertEquals(state.step, "running");
});

Deno.test("the output is synced and named first, then the state; the input goes last", () => {
  const { state, lines } = play(running(), exited(0));
  assertEquals(lines, [
    "sync output",
    "mode output 744",
    "close output",
    "rename @L.t @L.s",
    "rename newstate state",
    "unlink @L.u",
    "info: processed: log/@L.s",
    "close directory",
  ]);
  assertEquals(state.step, "idle");
});

Deno.test("a processor that a signal ends starts again from the input", () => {
  const { state, lines } = play(running(), exited(0, SIGNAL.KILL));
  assertEquals(lines.slice(0, 4), [
    "warning: processor killed by signal 9, restart: log",
    "close output",
    "unlink @L.t",
    "open input @L.u read",
  ]);
  assertEquals(state.step, "running");
});

Deno.test("removing an output and a newstate of an earlier try may fail", () => {
  const gone = { "unlink @L.t": ENOENT, "unlink newstate": ENOENT };
  const { state, lines } = play(idleProcessor("log"), START, gone);
  assertEquals(lines, play(idleProcessor("log"), START).lines);
  assertEquals(state.step, "running");
});

/** A processor that has failed `times` times, and is at work again or waits. */
function failed(times: number): ProcessorState {
  let state = running();
  for (let time = 0; time < times; time++) {
    state = play(state, exited(EXIT.fatal)).state;
    if (state.retryAtMs !== undefined && time + 1 < times) {
      state = play(state, { kind: "command", command: "work" }).state;
    }
  }
  return state;
}

Deno.test("a processor that fails starts again from the input at once", () => {
  const { state, lines } = play(running(), exited(EXIT.fatal));
  assertEquals(lines.slice(0, 5), [
    "warning: processor failed, restart: log",
    "close output",
    "unlink @L.t",
    "open input @L.u read",
    "unlink @L.t",
  ]);
  assertEquals(state.step, "running");
});

Deno.test("a processor that fails a second time starts again after 3 s", () => {
  const { state, lines } = play(failed(1), exited(1));
  assertEquals(lines, ["warning: processor failed, restart: log", "close output", "unlink @L.t"]);
  assertEquals([state.step, state.retryAtMs], ["openInput", 4000]);
  assertEquals(stepProcessor(state, { kind: "wake" }, { ...NOW, monotonicMs: 3999 }).effects, []);
  const woken = stepProcessor(state, { kind: "wake" }, { ...NOW, monotonicMs: 4000 });
  assertEquals(woken.effects.map(told), ["open input @L.u read"]);
});

Deno.test("a new command ends the pause, and no command ends the work", () => {
  const again = play(failed(2), { kind: "command", command: "better" });
  assertEquals([again.state.step, again.lines.includes("spawn better")], ["running", true]);
  const none = play(failed(2), { kind: "command", command: "" });
  assertEquals([none.state.step, none.lines], ["idle", ["close directory"]]);
});

Deno.test("a command that is taken away does not stop a processor that succeeds", () => {
  const told = play(running(), { kind: "command", command: "" });
  assertEquals([told.state.step, told.lines], ["running", []]);
  assertEquals(play(told.state, exited(0)).lines.includes("rename @L.t @L.s"), true);
  const ended = play(told.state, exited(1));
  assertEquals(ended.lines, [
    "warning: processor failed, left as it is: log",
    "close output",
    "unlink @L.t",
    "close directory",
  ]);
  assertEquals(ended.state.step, "idle");
});

Deno.test("a process that leaves waits for the processor at work, and for three more tries", () => {
  let state = play(running(), { kind: "leave" }).state;
  assertEquals(state.step, "running");
  for (let tries = 0; tries < 3; tries++) {
    state = play(state, exited(1)).state;
    const late = { ...NOW, monotonicMs: 1e6 };
    if (state.step === "openInput") {
      state = play(stepProcessor(state, { kind: "wake" }, late).state, REPLY).state;
    }
    assertEquals(state.step, "running");
  }
  assertEquals(play(state, exited(1)).state.step, "idle");
});

Deno.test("a process that leaves does not wait for the end of a pause", () => {
  const { state, lines } = play(failed(2), { kind: "leave" });
  assertEquals([state.step, lines[0]], ["running", "open input @L.u read"]);
});

Deno.test("stepProcessor() does not wait for a log that is gone", () => {
  const { state, lines } = play(idleProcessor("log"), START, { "open input @L.u read": ENOENT });
  assertEquals(lines.slice(2), [
    `warning: unable to open input for processor: log: errno ${ENOENT}`,
    "close directory",
  ]);
  assertEquals(state.step, "idle");
});

Deno.test("for an output with its final name only the end of the work is done", () => {
  const { state, lines } = play(idleProcessor("log"), { ...START, final: true }, {
    "rename newstate state": ENOENT,
  });
  assertEquals(lines, [
    "open directory . directory",
    "rename newstate state",
    "unlink @L.u",
    "info: processed: log/@L.s",
    "close directory",
  ]);
  assertEquals(state.step, "idle");
});

for (
  const [call, text, event] of [
    ["open directory . directory", "unable to change directory, want processor", START],
    ["open input @L.u read", "unable to open input for processor", START],
    ["open output @L.t truncate", "unable to open output for processor", START],
    ["open state state read", "unable to open state for processor", START],
    ["open newstate newstate truncate", "unable to open newstate for processor", START],
    ["spawn work", "unable to fork for processor", START],
    ["sync output", "unable to fsync processed", exited(0)],
    ["mode output 744", "unable to set mode of processed", exited(0)],
    ["rename @L.t @L.s", "unable to rename processed", exited(0)],
    ["rename newstate state", "unable to rename state", exited(0)],
  ] as const
) {
  Deno.test(`'${call}' is tried again 3 s after it has failed`, () => {
    const start = event.kind === "start" ? idleProcessor("log") : running();
    const paused = play(start, event, { [call]: EIO });
    assertEquals(paused.lines.slice(-2), [call, `pausing: ${text}: log: errno ${EIO}`]);
    assertEquals(paused.state.retryAtMs, 4000);
    const woken = stepProcessor(paused.state, { kind: "wake" }, { ...NOW, monotonicMs: 4000 });
    assertEquals(woken.effects.map(told), [call]);
  });
}

Deno.test("stepProcessor() ignores an event that does not fit", () => {
  const idle = idleProcessor("log");
  for (const event of [exited(0), { kind: "wake" }, { kind: "leave" }] as const) {
    assertEquals(stepProcessor(idle, event, NOW).effects, []);
  }
  const busy = running();
  for (const event of [START, { kind: "done", reply: {} }, { kind: "failed", errno: EIO }] as const) {
    const answer = stepProcessor(busy, event, NOW);
    assertEquals([answer.state, answer.effects], [busy, []]);
  }
});
