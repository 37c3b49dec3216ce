/**
 * The rows of `multilog.ts` that open a log directory. If `current` was closed in order, it is written on. Otherwise the
 * steps finish what a process that died has left: the output of its processor, the input of its processor, and
 * `current`.
 */
import { ERRNO } from "../posix/errno.ts";
import { OWNER_EXECUTE, type Reply } from "./effects.ts";
import { finish } from "./multilog_naming.ts";
import { closing, missing, type MultilogFailed, type MultilogRow, pausing } from "./multilog_rows.ts";
import type { MultilogAnswer, MultilogOpeningStep, MultilogState, MultilogStep } from "./multilog_state.ts";
import { at, type Rows, then } from "./steps.ts";

/** The steps of opening. */
export const MULTILOG_OPENING: Rows<MultilogState, MultilogOpeningStep> = {
  makeDirectory: {
    call: (state) => ({ call: "make", path: state.name }),
    done: then("openDirectory"),
    // The directory is there already; or opening it tells what is wrong.
    failed: then("openDirectory"),
  },
  openDirectory: {
    call: (state) => ({ call: "open", role: "directory", path: state.name, how: "directory" }),
    done: then("openLock"),
    failed: fatal("closed", (name) => `unable to open directory ${name}`),
  },
  openLock: {
    call: () => ({ call: "open", role: "lock", path: "lock", how: "append" }),
    done: then("takeLock"),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOTDIR
        ? fatal("closeDirectory", (name) => `unable to open directory ${name}`)(state, errno, now)
        : fatal("closeDirectory", (name) => `unable to lock directory ${name}`)(state, errno, now),
  },
  takeLock: {
    call: () => ({ call: "lock", role: "lock" }),
    done: then("recover"),
    failed: fatal("releaseLock", (name) => `unable to lock directory ${name}`),
  },
  recover: {
    call: () => ({ call: "recover" }),
    done: then("configure"),
    failed: pausing((name) => `unable to see to an unfinished write in ${name}`),
  },
  configure: {
    call: () => ({ call: "configure" }),
    done: (state, { retention = state.retention, processor = "" }) =>
      at({ ...state, retention, processor }, "statCurrent"),
    failed: then("statCurrent"),
  },
  statCurrent: {
    call: () => ({ call: "stat", path: "current" }),
    done: (state, reply) => at(state, isClosed(reply) ? "openCurrent" : "forgetState"),
    failed: missing("forgetState", fatal("releaseLock", (name) => `unable to stat ${name}/current`)),
  },
  // What the processor remembered may belong to a log that is not processed.
  forgetState: removing("state", then("forgetNewState")),
  forgetNewState: removing("newstate", then("statProcessed")),
  statProcessed: {
    call: () => ({ call: "stat", path: "processed" }),
    done: (state, reply) => at(state, isClosed(reply) ? "dropPrevious" : "dropProcessed"),
    failed: missing("dropProcessed", fatal("releaseLock", (name) => `unable to stat ${name}/processed`)),
  },
  dropPrevious: removing(
    "previous",
    (state) =>
      finish(state, "createState", { file: "processed", letter: "s" }, { file: "current", letter: "u" }),
  ),
  dropProcessed: removing(
    "processed",
    (state) =>
      finish(state, "createState", { file: "previous", letter: "u" }, { file: "current", letter: "u" }),
  ),
  createState: {
    call: () => ({ call: "open", role: "state", path: "state", how: "truncate" }),
    done: then("closeCreated"),
    failed: fatal("releaseLock", (name) => `unable to write to ${name}/state`),
  },
  closeCreated: closing("state", "openCurrent"),
};

/** The directory cannot be used, which ends the process. Closes first what was opened. */
export function fatal(next: MultilogStep, text: (name: string) => string): MultilogFailed {
  return (state, errno) =>
    at({ ...state, order: "close" }, next, [{ call: "say", kind: "fatal", text: text(state.name), errno }]);
}

/** A step that removes a file, and goes on even if it could not. */
function removing(path: string, goOn: (state: MultilogState) => MultilogAnswer): MultilogRow {
  return { call: () => ({ call: "unlink", path }), done: goOn, failed: goOn };
}

function isClosed({ mode = 0 }: Reply): boolean {
  return (mode & OWNER_EXECUTE) !== 0;
}
