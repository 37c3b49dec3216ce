/**
 * The processor of one log directory: `/bin/sh -c COMMAND` with a finished log on 0, its output on 1, what it
 * remembered on 4 and what it will remember on 5, one at a time.
 *
 *   start   open .u, a new .t, state and a new newstate; spawn; close what only the child needs
 *   ended   fsync .t, mode 0744, rename .t to .s, newstate to state, remove .u
 *   failed  remove .t, start again; from the second time on after a pause
 *
 * The output is final as soon as it is called `.s`; .u goes last, so whoever finds both knows how far a dead
 * process came. Its directory is a descriptor of its own: reopening the log directory does not disturb it.
 * A processor outlives a svlogd that is killed, and goes on writing: .t and newstate are removed before they are made, so
 * that it writes to files that nobody sees.
 *
 * Differs on purpose: a processor that a signal ends has failed (runit looks at the exit code alone, takes what was
 * written until then for all, and removes the log); one that fails again and again starts after pauses, and a HUP does
 * not forget it but tells it the new command. Who is about to leave waits for a few more tries, then leaves the log
 * for the next start.
 */
import type { Now } from "../time/now.ts";
import {
  type Call,
  type Effect,
  ERRNO,
  MODE_CLOSED,
  type Reply,
  RETRY_MS,
  type Role,
  type Say,
} from "./effects.ts";

/** With the pauses between them about as long as a supervisor waits before it kills (runit's sv: 7 s). */
const TRIES_WHILE_LEAVING = 3;

export type ProcessorRest = "idle" | "running";

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

export interface ProcessorState {
  /** The log directory as the user named it. */
  readonly name: string;
  readonly step: ProcessorRest | ProcessorWork;
  readonly command: string;
  readonly label: string;
  /** The output has its final name, and only the end of the work is missing. */
  readonly final: boolean;
  /** How often it has failed on this log. */
  readonly failures: number;
  /** How often it may still fail: without end, until the process leaves or `config` names no processor any more. */
  readonly triesLeft: number;
  readonly retryAtMs: number | undefined;
}

export type ProcessorEvent =
  | { readonly kind: "start"; readonly label: string; readonly final: boolean; readonly command: string }
  /** `config` was read again. */
  | { readonly kind: "command"; readonly command: string }
  /** The child ended, in the encoding of wait(2). */
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "leave" }
  | { readonly kind: "done"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly errno: number }
  | { readonly kind: "wake" };

export interface ProcessorAnswer {
  readonly state: ProcessorState;
  readonly effects: readonly Effect[];
}

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

export function stepProcessor(state: ProcessorState, event: ProcessorEvent, now: Now): ProcessorAnswer {
  switch (event.kind) {
    case "start":
      return state.step === "idle" ? start(state, event) : { state, effects: [] };
    case "exited":
      return state.step === "running" ? ended(state, event.status) : { state, effects: [] };
    case "command":
      return event.command === ""
        ? again({ ...state, triesLeft: 0 })
        : again({ ...state, command: event.command, triesLeft: Infinity });
    case "leave":
      return again({ ...state, triesLeft: Math.min(state.triesLeft, TRIES_WHILE_LEAVING) });
    case "wake":
      return wake(state, now);
    case "done":
    case "failed":
      return replied(state, event, now);
  }
}

function start(state: ProcessorState, event: ProcessorEvent & { kind: "start" }): ProcessorAnswer {
  const { label, final, command } = event;
  return enter({ ...state, label, final, command, failures: 0, triesLeft: Infinity, step: "openDirectory" });
}

/** A pause is over early when the reason for it may be gone, or nobody is left to wait for its end. */
function again(state: ProcessorState): ProcessorAnswer {
  if (state.retryAtMs === undefined) return { state, effects: [] };
  const awake = { ...state, retryAtMs: undefined };
  return enter(state.failures > 0 && state.triesLeft === 0 ? { ...awake, step: "closeDirectory" } : awake);
}

function wake(state: ProcessorState, now: Now): ProcessorAnswer {
  if (state.retryAtMs === undefined || now.monotonicMs < state.retryAtMs) return { state, effects: [] };
  return enter({ ...state, retryAtMs: undefined });
}

function replied(
  state: ProcessorState,
  event: ProcessorEvent & { kind: "done" | "failed" },
  now: Now,
): ProcessorAnswer {
  if (state.step === "idle" || state.step === "running" || state.retryAtMs !== undefined) {
    return { state, effects: [] };
  }
  const row = WORK[state.step];
  return event.kind === "done" ? row.done(state, now) : row.failed(state, event.errno, now);
}

interface Row {
  call(state: ProcessorState): Call;
  done(state: ProcessorState, now: Now): ProcessorAnswer;
  failed(state: ProcessorState, errno: number, now: Now): ProcessorAnswer;
}

const WORK: { readonly [W in ProcessorWork]: Row } = {
  openDirectory: {
    call: () => ({ call: "open", role: "directory", path: ".", how: "directory" }),
    done: (state) => enter({ ...state, step: state.final ? "renameState" : "openInput" }),
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
        ? enter({ ...state, step: "createState" })
        : pausing("unable to open state for processor")(state, errno, now),
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
    done: (state) =>
      enter({ ...state, step: "closeInput" }, [info(`processing: ${state.name}/${state.label}.u`)]),
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
    done: (state) => enter({ ...state, final: true, step: "renameState" }),
    failed: pausing("unable to rename processed"),
  },
  renameState: {
    call: () => ({ call: "rename", from: "newstate", to: "state" }),
    done: then("removeInput"),
    // A processor may remove its newstate; and a dead process may have renamed it already.
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? enter({ ...state, step: "removeInput" })
        : pausing("unable to rename state")(state, errno, now),
  },
  removeInput: {
    call: (state) => ({ call: "unlink", path: `${state.label}.u` }),
    done: (state) =>
      enter({ ...state, step: "closeDirectory" }, [info(`processed: ${state.name}/${state.label}.s`)]),
    failed: (state, errno) =>
      enter({ ...state, step: "closeDirectory" }, [
        warning(`unable to unlink: ${state.name}/${state.label}.u`, errno),
      ]),
  },
  dropOutput: closing("output", "removeOutput"),
  removeOutput: {
    call: (state) => ({ call: "unlink", path: `${state.label}.t` }),
    done: restart,
    failed: (state, _errno, now) => restart(state, now),
  },
  closeDirectory: closing("directory", "idle"),
};

function enter(state: ProcessorState, said: readonly Effect[] = []): ProcessorAnswer {
  if (state.step === "idle" || state.step === "running") return { state, effects: said };
  return { state, effects: [...said, WORK[state.step].call(state)] };
}

function then(next: ProcessorRest | ProcessorWork): (state: ProcessorState) => ProcessorAnswer {
  return (state) => enter({ ...state, step: next });
}

function closing(role: Role, next: ProcessorRest | ProcessorWork): Row {
  return {
    call: () => ({ call: "close", role }),
    done: then(next),
    failed: pausing(`unable to close ${role}`),
  };
}

/** As a rule there is none; what cannot be removed, opening will tell. */
function forgetting(path: (state: ProcessorState) => string, next: ProcessorWork): Row {
  return {
    call: (state) => ({ call: "unlink", path: path(state) }),
    done: then(next),
    failed: then(next),
  };
}

function pausing(text: string): (state: ProcessorState, errno: number, now: Now) => ProcessorAnswer {
  return (state, errno, now) => ({
    state: { ...state, retryAtMs: now.monotonicMs + RETRY_MS },
    effects: [{ call: "say", kind: "pausing", text: `${text}: ${state.name}`, errno }],
  });
}

function info(text: string): Say {
  return { call: "say", kind: "info", text };
}

function warning(text: string, errno?: number): Say {
  return errno === undefined
    ? { call: "say", kind: "warning", text }
    : { call: "say", kind: "warning", text, errno };
}

/** A file that is gone cannot be processed, however long one waits. */
function inputFailed(state: ProcessorState, errno: number, now: Now): ProcessorAnswer {
  const text = "unable to open input for processor";
  if (errno !== ERRNO.ENOENT) return pausing(text)(state, errno, now);
  return enter({ ...state, step: "closeDirectory" }, [warning(`${text}: ${state.name}`, errno)]);
}

/** What it wrote is all there is of the log only if it says so itself: with exit code 0. */
function ended(state: ProcessorState, status: number): ProcessorAnswer {
  const signal = status & 0x7f;
  const code = (status >> 8) & 0xff;
  if (code === 0 && signal === 0) return enter({ ...state, step: "syncOutput" });
  const how = signal === 0 ? "failed" : `killed by signal ${signal}`;
  const then = state.triesLeft === 0 ? "left as it is" : "restart";
  return enter({ ...state, step: "dropOutput" }, [warning(`processor ${how}, ${then}: ${state.name}`)]);
}

/** Starts again from the input, if that is still wanted. One failure may be chance; from then on it pauses. */
function restart(state: ProcessorState, now: Now): ProcessorAnswer {
  if (state.triesLeft === 0) return enter({ ...state, step: "closeDirectory" });
  const { failures } = state;
  const again: ProcessorState = {
    ...state,
    failures: failures + 1,
    triesLeft: state.triesLeft - 1,
    step: "openInput",
  };
  if (failures === 0) return enter(again);
  return { state: { ...again, retryAtMs: now.monotonicMs + RETRY_MS }, effects: [] };
}
