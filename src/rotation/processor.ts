/**
 * The processor of one log directory: `/bin/sh -c COMMAND` with a finished log on descriptor 0, its output on 1, what it
 * remembered on 4, and what it will remember on 5. One processor runs at a time.
 *
 *   start   open .u, a new .t, state and a new newstate; spawn; close what only the child needs
 *   ended   fsync .t, mode 0744, rename .t to .s, newstate to state, remove .u
 *   failed  remove .t, start again; from the second time on after a pause
 *
 * The output is final as soon as it is called `.s`. `.u` goes last, so whoever finds both knows how far a process that
 * died had come. The machine has a descriptor of its own for the directory: reopening the log directory does not disturb
 * it. A processor outlives a svlogd that is killed, and goes on writing. So .t and newstate are removed before they are
 * made: the old processor then writes to files without a name.
 *
 * Differs on purpose from runit. A processor that a signal ends has failed; runit looks only at the exit code, takes what
 * was written until then for the whole output, and removes the log. A processor that fails again and again starts after
 * pauses. A HUP does not forget it but tells it the new command. A svlogd that is about to leave waits for a few more
 * tries, then leaves the log for the next start.
 */
import { ERRNO } from "../posix/errno.ts";
import { exitCodeOf, signalOf } from "../posix/wait_status.ts";
import type { Now } from "../time/now.ts";
import { info, MODE_CLOSED, RETRY_MS, type Role, warning } from "./effects.ts";
import type { Result } from "./orders.ts";
import { at, awakened, pausing, proceed, type Rows, type StepAnswer, type StepRow, then } from "./steps.ts";

/** Three tries and their pauses take about as long as a supervisor waits before it kills (runit's sv: 7 s). */
const TRIES_WHILE_LEAVING = 3;

/** The states of rest: there is nothing to do, or the child is at work. */
export type ProcessorRest = "idle" | "running";

/** Every step with a call. */
export type ProcessorWork =
  | "openDirectory"
  | "openInput"
  | "forgetOutput"
  | "openOutput"
  | "openState"
  | "createState"
  | "closeCreated"
  | "forgetNewState"
  | "openNewState"
  | "spawn"
  | "closeInput"
  | "closeState"
  | "closeNewState"
  | "syncOutput"
  | "sealOutput"
  | "closeOutput"
  | "renameOutput"
  | "renameState"
  | "removeInput"
  | "dropOutput"
  | "removeOutput"
  | "closeDirectory";

/** All that the machine knows of the processor of one log directory. */
export interface ProcessorState {
  /** The log directory as the user named it. */
  readonly name: string;
  readonly step: ProcessorRest | ProcessorWork;
  readonly command: string;
  /** The label of the log at hand. */
  readonly label: string;
  /** True when the output has its final name. Only the end of the work is missing. */
  readonly final: boolean;
  /** The number of times that the processor has failed on this log. */
  readonly failures: number;
  /**
   * The number of times that the processor may still fail. Infinity, until the process leaves or `config` no longer
   * names a processor.
   */
  readonly triesLeft: number;
  /** The time at which a failed step is tried again. */
  readonly retryAtMs: number | undefined;
}

/** The events that the machine hears. */
export type ProcessorEvent =
  /** Process the log of this label. */
  | { readonly kind: "start"; readonly label: string; readonly final: boolean; readonly command: string }
  /** `config` was read again; the command is empty when it names no processor. */
  | { readonly kind: "command"; readonly command: string }
  /** The child has ended; `status` as in wait(2). */
  | { readonly kind: "exited"; readonly status: number }
  /** The process is about to leave. */
  | { readonly kind: "leave" }
  | { readonly kind: "wake" }
  | Result;

/** An answer of this machine. */
export type ProcessorAnswer = StepAnswer<ProcessorState>;

/** The processor of the directory called `name` before its first log. */
export function idleProcessor(name: string): ProcessorState {
  return {
    name,
    step: "idle",
    command: "",
    label: "",
    final: false,
    failures: 0,
    triesLeft: Infinity,
    retryAtMs: undefined,
  };
}

/** Answers every event in every state. An event that does not fit changes nothing. */
export function stepProcessor(state: ProcessorState, event: ProcessorEvent, now: Now): ProcessorAnswer {
  const answer = answerTo(state, event, now);
  return answer === undefined ? { state, effects: [] } : answer;
}

function answerTo(state: ProcessorState, event: ProcessorEvent, now: Now): ProcessorAnswer | undefined {
  switch (event.kind) {
    case "start":
      return state.step === "idle" ? goOn(start(state, event)) : undefined;
    case "exited":
      return state.step === "running" ? goOn(ended(state, event.status)) : undefined;
    case "command":
      return event.command === ""
        ? endPause({ ...state, triesLeft: 0 })
        : endPause({ ...state, command: event.command, triesLeft: Infinity });
    case "leave":
      return endPause({ ...state, triesLeft: Math.min(state.triesLeft, TRIES_WHILE_LEAVING) });
    case "wake":
      return wake(state, now);
    case "done":
    case "failed":
      return replied(state, event, now);
  }
}

function goOn(answer: ProcessorAnswer): ProcessorAnswer {
  return proceed<ProcessorState>(WORK, answer);
}

function start(state: ProcessorState, event: ProcessorEvent & { kind: "start" }): ProcessorAnswer {
  const { label, final, command } = event;
  return at({ ...state, label, final, command, failures: 0, triesLeft: Infinity }, "openDirectory");
}

/** Ends a pause early: its reason may be gone, or the process does not wait for its end. */
function endPause(state: ProcessorState): ProcessorAnswer {
  if (state.retryAtMs === undefined) return { state, effects: [] };
  const awake = { ...state, retryAtMs: undefined };
  return goOn(at(awake, state.failures > 0 && state.triesLeft === 0 ? "closeDirectory" : state.step));
}

function wake(state: ProcessorState, now: Now): ProcessorAnswer | undefined {
  const awake = awakened(state, now);
  return awake && goOn({ state: awake, effects: [] });
}

function replied(state: ProcessorState, result: Result, now: Now): ProcessorAnswer | undefined {
  if (state.step === "idle" || state.step === "running" || state.retryAtMs !== undefined) return undefined;
  const row = WORK[state.step];
  return goOn(
    result.kind === "done" ? row.done(state, result.reply, now) : row.failed(state, result.errno, now),
  );
}

const WORK: Rows<ProcessorState, ProcessorWork> = {
  openDirectory: {
    call: () => ({ call: "open", role: "directory", path: ".", how: "directory" }),
    done: (state) => at(state, state.final ? "renameState" : "openInput"),
    failed: pausing("unable to change directory, want processor"),
  },
  openInput: {
    call: (state) => ({ call: "open", role: "input", path: `${state.label}.u`, how: "read" }),
    done: then("forgetOutput"),
    failed: inputFailed,
  },
  forgetOutput: forgetting((state) => `${state.label}.t`, "openOutput"),
  openOutput: {
    call: (state) => ({ call: "open", role: "output", path: `${state.label}.t`, how: "truncate" }),
    done: then("openState"),
    failed: pausing("unable to open output for processor"),
  },
  openState: {
    call: () => ({ call: "open", role: "state", path: "state", how: "read" }),
    done: then("forgetNewState"),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? at(state, "createState")
        : pausing<ProcessorState>("unable to open state for processor")(state, errno, now),
  },
  createState: {
    call: () => ({ call: "open", role: "state", path: "state", how: "truncate" }),
    done: then("closeCreated"),
    failed: pausing("unable to create empty state for processor"),
  },
  closeCreated: closing("state", "openState"),
  forgetNewState: forgetting(() => "newstate", "openNewState"),
  openNewState: {
    call: () => ({ call: "open", role: "newstate", path: "newstate", how: "truncate" }),
    done: then("spawn"),
    failed: pausing("unable to open newstate for processor"),
  },
  spawn: {
    call: (state) => ({ call: "spawn", command: state.command }),
    done: (state) => at(state, "closeInput", [info(`processing: ${state.name}/${state.label}.u`)]),
    failed: pausing("unable to fork for processor"),
  },
  closeInput: closing("input", "closeState"),
  closeState: closing("state", "closeNewState"),
  closeNewState: closing("newstate", "running"),
  syncOutput: {
    call: () => ({ call: "sync", role: "output" }),
    done: then("sealOutput"),
    failed: pausing("unable to fsync processed"),
  },
  sealOutput: {
    call: () => ({ call: "mode", role: "output", mode: MODE_CLOSED }),
    done: then("closeOutput"),
    failed: pausing("unable to set mode of processed"),
  },
  closeOutput: closing("output", "renameOutput"),
  renameOutput: {
    call: (state) => ({ call: "rename", from: `${state.label}.t`, to: `${state.label}.s` }),
    done: (state) => at({ ...state, final: true }, "renameState"),
    failed: pausing("unable to rename processed"),
  },
  renameState: {
    call: () => ({ call: "rename", from: "newstate", to: "state" }),
    done: then("removeInput"),
    // A processor may remove its newstate; and a dead process may have renamed it already.
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? at(state, "removeInput")
        : pausing<ProcessorState>("unable to rename state")(state, errno, now),
  },
  removeInput: {
    call: (state) => ({ call: "unlink", path: `${state.label}.u` }),
    done: (state) => at(state, "closeDirectory", [info(`processed: ${state.name}/${state.label}.s`)]),
    failed: (state, errno) =>
      at(state, "closeDirectory", [warning(`unable to unlink: ${state.name}/${state.label}.u`, errno)]),
  },
  dropOutput: closing("output", "removeOutput"),
  removeOutput: {
    call: (state) => ({ call: "unlink", path: `${state.label}.t` }),
    done: (state, _reply, now) => restart(state, now),
    failed: (state, _errno, now) => restart(state, now),
  },
  closeDirectory: closing("directory", "idle"),
};

function closing(role: Role, next: ProcessorState["step"]): StepRow<ProcessorState> {
  return {
    call: () => ({ call: "close", role }),
    done: then(next),
    failed: pausing(`unable to close ${role}`),
  };
}

/** Removes a file, which as a rule is not there. If it cannot be removed, opening it will tell. */
function forgetting(path: (state: ProcessorState) => string, next: ProcessorWork): StepRow<ProcessorState> {
  return {
    call: (state) => ({ call: "unlink", path: path(state) }),
    done: then(next),
    failed: then(next),
  };
}

/** A log that is gone cannot be processed, however long the machine waits. */
function inputFailed(state: ProcessorState, errno: number, now: Now): ProcessorAnswer {
  const text = "unable to open input for processor";
  if (errno !== ERRNO.ENOENT) return pausing<ProcessorState>(text)(state, errno, now);
  return at(state, "closeDirectory", [warning(`${text}: ${state.name}`, errno)]);
}

/** Takes the output for the whole log only if the processor says so itself: with exit code 0. */
function ended(state: ProcessorState, status: number): ProcessorAnswer {
  const signal = signalOf(status);
  if (exitCodeOf(status) === 0 && signal === 0) return at(state, "syncOutput");
  const how = signal === 0 ? "failed" : `killed by signal ${signal}`;
  const next = state.triesLeft === 0 ? "left as it is" : "restart";
  return at(state, "dropOutput", [warning(`processor ${how}, ${next}: ${state.name}`)]);
}

/** Starts again from the input, if tries are left. The first failure may be chance; later ones cost a pause. */
function restart(state: ProcessorState, now: Now): ProcessorAnswer {
  if (state.triesLeft === 0) return at(state, "closeDirectory");
  const { failures, triesLeft } = state;
  const again: ProcessorState = { ...state, failures: failures + 1, triesLeft: triesLeft - 1 };
  if (failures === 0) return at(again, "openInput");
  return at({ ...again, retryAtMs: now.monotonicMs + RETRY_MS }, "openInput");
}
