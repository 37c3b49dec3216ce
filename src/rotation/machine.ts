/**
 * The life of one log directory under the rules of svlogd(8): a table of steps, one system call each.
 *
 *   open     directory, lock, the last write of a process that died, config, a look at `current`. A `current` that was
 *            not closed in order becomes `@now.u` (`log_opening.ts`)
 *   rotate   choose a label, fsync, mode 0744, close, rename to `@label.s` (`.u` for a processor), open a new `current`,
 *            remove old logs, tell the processor (`log_current.ts`)
 *   room     the disk is full: remove the oldest log that may go, or wait (`log_room.ts`)
 *   close    fsync, mode 0744, close everything
 *
 * Between two orders the machine is in one of four states of rest. `RESTING` decides every pair of such a state and an
 * order. During the work it hears only the result of its call.
 *
 * A failed step stays, is reported as `pausing` and tried again at `retryAtMs`, while the process stays awake for
 * signals. Only opening gives a directory up. A process may die anywhere; the next one can tell where:
 *
 *   `current`, owner's x clear       the process died while it wrote
 *   `current`, owner's x set         the process died between two steps of a rotation; nothing is missing
 *   no `current`                     the same
 *   `@label.u`, owner's x set        the processor has not finished with this log
 *
 * The file is synced before it gets its final name.
 *
 * While lines are written only the host knows the size of `current`. The machine learns it with the order `rotate`.
 */
import { CURRENT } from "./log_current.ts";
import { OPENING } from "./log_opening.ts";
import { ROOM, writeFailed } from "./log_room.ts";
import {
  closedLog,
  type ClosingStep,
  type LogAnswer,
  type LogState,
  type Rest,
  type Work,
} from "./log_state.ts";
import { type Decisions, type LogOrder, type LogStep, machineOf } from "./orders.ts";
import { at, pausing, type Rows, then } from "./steps.ts";

const CLOSING: Rows<LogState, ClosingStep> = {
  releaseLock: {
    call: () => ({ call: "close", role: "lock" }),
    done: then("closeDirectory"),
    failed: pausing("unable to release lock"),
  },
  closeDirectory: {
    call: () => ({ call: "close", role: "directory" }),
    done: then("closed"),
    failed: pausing("unable to close directory"),
  },
};

const WORK: Rows<LogState, Work> = { ...OPENING, ...CURRENT, ...ROOM, ...CLOSING };

/** Every order in every state of rest. `undefined`: the order changes nothing there. */
const RESTING: { readonly [R in Rest]: Decisions<LogState> } = {
  closed: {
    open: ({ name }, { resumes }) => at({ ...closedLog(name), resumes }, "openDirectory"),
    rotate: undefined,
    processorFree: undefined,
    writeFailed: undefined,
    close: undefined,
    exited: undefined,
  },
  ready: {
    open: undefined,
    rotate: beginRotation,
    processorFree: undefined,
    writeFailed,
    close: beginClosing,
    exited: undefined,
  },
  awaitProcessor: {
    open: undefined,
    rotate: undefined,
    processorFree: (state) => at(state, "list"),
    writeFailed: undefined,
    close: beginClosing,
    exited: undefined,
  },
  noRoom: {
    open: undefined,
    rotate: undefined,
    processorFree: undefined,
    writeFailed: undefined,
    close: beginClosing,
    exited: undefined,
  },
};

/** Answers every event in every state. An event that does not fit changes nothing. */
export const step: LogStep<LogState> = machineOf(RESTING, WORK);

/** Returns the time at which the machine next needs a wake; undefined for never. */
export function wakeAtMs(state: LogState): number | undefined {
  return state.retryAtMs;
}

/** True when the order `close` would begin to close the directory. Also asked of multilog's machine. */
export function canClose({ step }: { readonly step: string }): boolean {
  return step === "ready" || step === "awaitProcessor" || step === "noRoom";
}

/** Begins a rotation. An empty `current` is not rotated. */
function beginRotation(state: LogState, { size, processorBusy }: LogOrder<"rotate">): LogAnswer {
  if (size === 0) return { state, effects: [] };
  return at({ ...state, order: "rotate", size }, processorBusy ? "awaitProcessor" : "list");
}

function beginClosing(state: LogState): LogAnswer {
  return at({ ...state, order: "close", retryAtMs: undefined }, "syncCurrent");
}
