/**
 * The rows of `multilog.ts` that run the processor from `previous` to `processed`, and take over its output: fsync, mode
 * 0744, remove `previous`, move newstate to state, name `processed`.
 */
import { ERRNO } from "../posix/errno.ts";
import { signalOf } from "../posix/wait_status.ts";
import type { Now } from "../time/now.ts";
import { MODE_CLOSED, warning } from "./effects.ts";
import { finish } from "./multilog_naming.ts";
import { closing, missing, opening, pausing, waiting } from "./multilog_rows.ts";
import type { MultilogAnswer, MultilogState, ProcessingStep } from "./multilog_state.ts";
import type { LogOrder } from "./orders.ts";
import { at, type Rows, then } from "./steps.ts";

/** The steps of processing. */
export const PROCESSING: Rows<MultilogState, ProcessingStep> = {
  openInput: {
    call: () => ({ call: "open", role: "input", path: "previous", how: "read" }),
    done: then("openOutput"),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? at({ ...state, processes: false }, "ready", [
          warning(`unable to read ${state.name}/previous`, errno),
        ])
        : pausing((name) => `unable to read ${name}/previous`)(state, errno, now),
  },
  openOutput: opening("output", "processed", "truncate", "openState"),
  openState: {
    call: () => ({ call: "open", role: "state", path: "state", how: "read" }),
    done: then("openNewState"),
    failed: missing("emptyState", pausing((name) => `unable to read ${name}/state`)),
  },
  emptyState: opening("state", "state", "truncate", "closeEmptied"),
  closeEmptied: closing("state", "openState"),
  openNewState: opening("newstate", "newstate", "truncate", "spawn"),
  spawn: {
    call: (state) => ({ call: "spawn", command: state.processor }),
    done: then("closeInput"),
    failed: pausing((name) => `unable to fork for processor in ${name}`),
  },
  closeInput: closing("input", "closeOutput"),
  closeOutput: closing("output", "closeState"),
  closeState: closing("state", "closeNewState"),
  closeNewState: closing("newstate", "running"),
  // By name, as daemontools does: a processor may have replaced the file that it was given.
  openProcessed: opening("output", "processed", "append", "syncProcessed"),
  syncProcessed: {
    call: () => ({ call: "sync", role: "output" }),
    done: then("sealProcessed"),
    failed: pausing((name) => `unable to write ${name}/processed to disk`),
  },
  sealProcessed: {
    call: () => ({ call: "mode", role: "output", mode: MODE_CLOSED }),
    done: then("closeProcessed"),
    failed: pausing((name) => `unable to set mode of ${name}/processed`),
  },
  closeProcessed: closing("output", "openRemembered"),
  openRemembered: opening("newstate", "newstate", "append", "syncRemembered"),
  syncRemembered: {
    call: () => ({ call: "sync", role: "newstate" }),
    done: then("closeRemembered"),
    failed: pausing((name) => `unable to write ${name}/newstate to disk`),
  },
  closeRemembered: closing("newstate", "removePrevious"),
  removePrevious: {
    call: () => ({ call: "unlink", path: "previous" }),
    done: then("moveState"),
    failed: missing("moveState", pausing((name) => `unable to remove ${name}/previous`)),
  },
  moveState: {
    call: () => ({ call: "rename", from: "newstate", to: "state" }),
    done: (state) => finish({ ...state, processes: false }, "ready", { file: "processed", letter: "s" }),
    failed: pausing((name) => `unable to rename newstate to state in directory ${name}`),
  },
};

/** The processor has ended. If it has failed it starts again from `previous`, after a pause. */
export function processorEnded(
  state: MultilogState,
  { status }: LogOrder<"exited">,
  now: Now,
): MultilogAnswer {
  if (status === 0) return at(state, "openProcessed");
  const how = signalOf(status) === 0 ? "failed" : "crashed";
  return {
    state: waiting({ ...state, step: "openInput" }, now),
    effects: [warning(`processor ${how} in ${state.name}, pausing`)],
  };
}
