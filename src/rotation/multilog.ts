/**
 * The life of one log directory under the rules of multilog(8) of daemontools: a table of steps, one system call each.
 *
 *   open     make and lock the directory. A `current` that was closed is written on. Otherwise what a process that died
 *            has left is finished: `processed` with the owner's x is complete (`.s`), without it is removed; `previous`
 *            and `current` become `.u`; what the processor remembered is forgotten (`multilog_opening.ts`)
 *   rotate   fsync, mode 0744, close; then name `current` `@label.s`, or with a processor move it to `previous`
 *   process  run the processor from `previous` to `processed` and from state to newstate until it succeeds; fsync both,
 *            remove `previous`, move newstate to state, name `processed` `@label.s` (`multilog_processing.ts`)
 *   name     choose a label, rename, remove the oldest while there are as many as `keep` (`multilog_naming.ts`)
 *   close    fsync, mode 0744, close everything
 *
 * This table stands beside svlogd's (`machine.ts`) and shares its orders and calls, so that one host drives both. Nothing
 * else is the same. Names and their order on disk are a protocol: at every step the other program must be able to take
 * over. Opening fails for good. The processor is part of the rotation. Each message is daemontools' own.
 *
 * A failed step is reported as `pausing` and tried again at `retryAtMs`; the process stays awake for signals.
 *
 * Differs on purpose: without a processor `current` gets its final name at once, so lines never lie in `previous`. A
 * `current` that is gone, an old log that cannot be removed and a `state` that is missing stop nothing; daemontools
 * tries for ever.
 */
import { ERRNO } from "../posix/errno.ts";
import { MODE_CLOSED, MODE_WRITTEN } from "./effects.ts";
import { currentIsGone, finish, NAMING } from "./multilog_naming.ts";
import { fatal, MULTILOG_OPENING } from "./multilog_opening.ts";
import { PROCESSING, processorEnded } from "./multilog_processing.ts";
import { closing, pausing } from "./multilog_rows.ts";
import {
  closedMultilog,
  type MultilogAnswer,
  type MultilogCurrentStep,
  type MultilogRest,
  type MultilogState,
  type MultilogWork,
} from "./multilog_state.ts";
import { type Decisions, type LogOrder, type LogStep, machineOf } from "./orders.ts";
import { at, type Rows, then } from "./steps.ts";

const CURRENT: Rows<MultilogState, MultilogCurrentStep> = {
  openCurrent: {
    call: () => ({ call: "open", role: "current", path: "current", how: "append" }),
    done: then("markCurrent"),
    failed: (state, errno, now) =>
      state.order === "rotate"
        ? pausing((name) => `unable to create ${name}/current`)(state, errno, now)
        : fatal("releaseLock", (name) => `unable to append to ${name}/current`)(state, errno, now),
  },
  markCurrent: {
    call: () => ({ call: "mode", role: "current", mode: MODE_WRITTEN }),
    done: (state) => at(state, state.processes ? "openInput" : "ready"),
    failed: pausing((name) => `unable to set mode of ${name}/current`),
  },
  syncCurrent: {
    call: () => ({ call: "sync", role: "current" }),
    done: then("sealCurrent"),
    failed: pausing((name) => `unable to write ${name}/current to disk`),
  },
  sealCurrent: {
    call: () => ({ call: "mode", role: "current", mode: MODE_CLOSED }),
    done: then("closeCurrent"),
    failed: pausing((name) => `unable to set mode of ${name}/current`),
  },
  closeCurrent: {
    call: () => ({ call: "close", role: "current" }),
    done: closedCurrent,
    failed: pausing((name) => `unable to close ${name}/current`),
  },
  movePrevious: {
    call: () => ({ call: "rename", from: "current", to: "previous" }),
    done: then("openCurrent"),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? currentIsGone({ ...state, processes: false }, errno)
        : pausing((name) => `unable to rename current to previous in directory ${name}`)(state, errno, now),
  },
  releaseLock: closing("lock", "closeDirectory"),
  closeDirectory: closing("directory", "closed"),
};

const WORK: Rows<MultilogState, MultilogWork> = {
  ...MULTILOG_OPENING,
  ...NAMING,
  ...CURRENT,
  ...PROCESSING,
};

/** Every order in every state of rest. `undefined`: the order changes nothing there. */
const RESTING: { readonly [R in MultilogRest]: Decisions<MultilogState> } = {
  closed: {
    open: ({ name }) => at(closedMultilog(name), "makeDirectory"),
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
    writeFailed: (state, { errno }, now) =>
      pausing((name) => `unable to write to ${name}/current`)({ ...state, step: "noRoom" }, errno, now),
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
  running: {
    open: undefined,
    rotate: undefined,
    processorFree: undefined,
    writeFailed: undefined,
    close: undefined,
    exited: processorEnded,
  },
};

/** Answers every event in every state. An event that does not fit changes nothing. */
export const stepMultilog: LogStep<MultilogState> = machineOf(RESTING, WORK);

/** Begins a rotation. An empty `current` is not rotated. */
function beginRotation(state: MultilogState, { size }: LogOrder<"rotate">): MultilogAnswer {
  if (size === 0) return { state, effects: [] };
  return at({ ...state, order: "rotate", processes: state.retention.processed }, "syncCurrent");
}

function beginClosing(state: MultilogState): MultilogAnswer {
  return at({ ...state, order: "close", retryAtMs: undefined }, "syncCurrent");
}

function closedCurrent(state: MultilogState): MultilogAnswer {
  if (state.order === "close") return at(state, "releaseLock");
  if (state.processes) return at(state, "movePrevious");
  return finish(state, "openCurrent", { file: "current", letter: "s" });
}
