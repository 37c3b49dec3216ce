/**
 * The rows of `machine.ts` that begin and end the opening of a log directory: directory, lock, the last write of a process
 * that died, `config`, a look at `current`; and at the end a search for logs that a processor has not finished.
 *
 * A directory that cannot be opened or locked is given up. The other failures leave it usable.
 */
import { ERRNO } from "../posix/errno.ts";
import { type Effect, OWNER_EXECUTE, type Reply, warning } from "./effects.ts";
import { type LogAnswer, type LogState, NO_LABELS, type OpeningStep, type Work } from "./log_state.ts";
import { isOldLog, labelOf } from "./names.ts";
import { at, pausing, type Rows, then } from "./steps.ts";

/** The steps of opening. */
export const OPENING: Rows<LogState, OpeningStep> = {
  openDirectory: {
    call: (state) => ({ call: "open", role: "directory", path: state.name, how: "directory" }),
    done: then("openLock"),
    failed: (state, errno) => giveUp(state, "closed", "unable to open log directory", errno),
  },
  openLock: {
    call: () => ({ call: "open", role: "lock", path: "lock", how: "append" }),
    done: then("takeLock"),
    failed: (state, errno) => giveUp(state, "closeDirectory", lockComplaint(errno), errno),
  },
  takeLock: {
    call: () => ({ call: "lock", role: "lock" }),
    done: then("recover"),
    failed: (state, errno) => giveUp(state, "releaseLock", "unable to lock directory", errno),
  },
  recover: {
    call: () => ({ call: "recover" }),
    done: then("configure"),
    failed: pausing("unable to see to an unfinished write"),
  },
  configure: {
    call: () => ({ call: "configure" }),
    done: (state, { retention = state.retention }) => at({ ...state, retention }, "statCurrent"),
    failed: (state, errno) =>
      at(state, "statCurrent", [warning(`unable to read config: ${state.name}`, errno)]),
  },
  statCurrent: {
    call: () => ({ call: "stat", path: "current" }),
    done: lookedAtCurrent,
    failed: (state, errno) =>
      errno === ERRNO.ENOENT
        ? at({ ...state, size: 0 }, "openCurrent")
        : giveUp(state, "releaseLock", "unable to stat current", errno),
  },
  listUnfinished: {
    call: () => ({ call: "list" }),
    done: listedUnfinished,
    failed: pausing("unable to open directory, want processor"),
  },
  statUnfinished: {
    call: (state) => ({ call: "stat", path: state.unfinished[0] ?? "" }),
    done: (state, { mode = 0 }) =>
      (mode & OWNER_EXECUTE) === 0 ? nextUnfinished(state) : resumeProcessor(state),
    failed: nextUnfinished,
  },
};

/** The directory cannot be used. Says so once, and closes what was opened. */
function giveUp(state: LogState, next: "closed" | Work, text: string, errno: number): LogAnswer {
  return at({ ...state, order: "close" }, next, [warning(`${text}: ${state.name}`, errno)]);
}

function lockComplaint(errno: number): string {
  return errno === ERRNO.ENOTDIR ? "unable to change directory" : "unable to lock directory";
}

/** A `current` with bytes in it and without the owner's x was not closed: it becomes an old log. */
function lookedAtCurrent(state: LogState, { size = 0, mode = 0 }: Reply): LogAnswer {
  const unclean = size > 0 && (mode & OWNER_EXECUTE) === 0;
  return at({ ...state, size, appends: !unclean }, unclean ? "list" : "openCurrent");
}

/** Finds the logs to process, and the labels whose output has its final name. */
function listedUnfinished(state: LogState, reply: Reply): LogAnswer {
  const names = (reply.names ?? []).filter(isOldLog);
  const final = new Set(names.filter((name) => name.endsWith("s")).map(labelOf));
  const unfinished = names.filter((name) => name.endsWith("u")).sort().reverse();
  return at({ ...state, final, unfinished }, unfinished.length > 0 ? "statUnfinished" : "ready");
}

/** Takes up only the latest: a process that dies leaves one, because a rotation waits for the one before. */
function resumeProcessor(state: LogState): LogAnswer {
  const label = labelOf(state.unfinished[0] ?? "");
  const process: Effect = { call: "process", label, final: state.final.has(label) };
  return at({ ...state, unfinished: [], final: NO_LABELS }, "ready", [process]);
}

function nextUnfinished(state: LogState): LogAnswer {
  const unfinished = state.unfinished.slice(1);
  return at({ ...state, unfinished }, unfinished.length > 0 ? "statUnfinished" : "ready");
}
