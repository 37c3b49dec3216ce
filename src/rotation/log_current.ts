/**
 * The rows of `machine.ts` that turn `current` into an old log: list the directory, fsync, mode 0744, close, rename, open a
 * new `current`, remove old logs. Opening enters here when it has looked at `current`, and closing leaves from here.
 */
import { ERRNO } from "../posix/errno.ts";
import type { Now } from "../time/now.ts";
import { type Effect, info, MODE_CLOSED, MODE_WRITTEN, type Reply, warning } from "./effects.ts";
import { type CurrentStep, endOpening, type LogAnswer, type LogState } from "./log_state.ts";
import { chooseLabel, labelOf, leftovers, surplus } from "./names.ts";
import { at, pausing, type Rows, then } from "./steps.ts";

/** The steps that close, rename and open `current`. */
export const CURRENT: Rows<LogState, CurrentStep> = {
  list: {
    call: () => ({ call: "list" }),
    done: listed,
    failed: pausing("unable to open directory, want rotate"),
  },
  syncCurrent: {
    call: () => ({ call: "sync", role: "current" }),
    done: then("sealCurrent"),
    failed: pausing("unable to fsync current logfile"),
  },
  sealCurrent: {
    call: () => ({ call: "mode", role: "current", mode: MODE_CLOSED }),
    done: then("closeCurrent"),
    failed: pausing("unable to set mode of current"),
  },
  closeCurrent: {
    call: () => ({ call: "close", role: "current" }),
    done: (state) => state.order === "close" ? at(state, "releaseLock") : beginRenaming(state),
    failed: pausing("unable to close current"),
  },
  renameCurrent: {
    call: (state) => ({ call: "rename", from: "current", to: state.target }),
    done: (state) => at({ ...state, size: 0 }, "openCurrent"),
    failed: renameFailed,
  },
  openCurrent: {
    call: () => ({ call: "open", role: "current", path: "current", how: "append" }),
    done: then("markCurrent"),
    failed: openFailed,
  },
  markCurrent: {
    call: () => ({ call: "mode", role: "current", mode: MODE_WRITTEN }),
    done: (state) => removeNext(state, []),
    failed: pausing("unable to set mode of current"),
  },
  removeOld: {
    call: (state) => ({ call: "unlink", path: state.doomed[0] ?? "" }),
    done: (state) => removeNext({ ...state, doomed: state.doomed.slice(1) }, []),
    failed: removeFailed,
  },
};

/** Chooses a name for `current`, and what has to go when it has that name. */
function listed(state: LogState, { names = [] }: Reply, now: Now): LogAnswer {
  const rotates = state.order === "rotate";
  const target = `${chooseLabel(names, now.wallNs)}.${rotates && !state.retention.processed ? "s" : "u"}`;
  const oldest = surplus([...names, target], state.retention.keep);
  const doomed = [...leftovers(names), ...(oldest === undefined ? [] : [oldest])];
  const known = { ...state, target, doomed };
  return rotates ? at(known, "syncCurrent") : beginRenaming(known);
}

function beginRenaming(state: LogState): LogAnswer {
  const said = state.order === "rotate"
    ? [info(`rename: ${state.name}/current ${state.target} ${state.size}`)]
    : [];
  return at(state, "renameCurrent", said);
}

/**
 * Answers a rename that failed. If `current` was removed there is nothing to rename, and waiting would not bring the
 * file back.
 */
function renameFailed(state: LogState, errno: number, now: Now): LogAnswer {
  const text = "unable to rename current";
  if (errno !== ERRNO.ENOENT) return pausing<LogState>(text)(state, errno, now);
  return at({ ...state, size: 0, target: "" }, "openCurrent", [warning(`${text}: ${state.name}`, errno)]);
}

function openFailed(state: LogState, errno: number, now: Now): LogAnswer {
  const text = state.order === "rotate" ? "unable to create new current" : "unable to open current";
  return pausing<LogState>(text)(state, errno, now);
}

/** Removes the next old log; after the last one, ends the order. */
function removeNext(state: LogState, said: readonly Effect[]): LogAnswer {
  const next = state.doomed[0];
  if (next !== undefined) {
    const deletes = next.endsWith("t") ? [] : [info(`delete: ${state.name}/${next}`)];
    return at(state, "removeOld", [...said, ...deletes]);
  }
  if (state.order === "open") {
    const opened = info(`${state.appends ? "append" : "new"}: ${state.name}/current`);
    return endOpening(state, [...said, opened]);
  }
  const { target } = state;
  const process: Effect[] = target.endsWith("u")
    ? [{ call: "process", label: labelOf(target), final: false }]
    : [];
  return at(state, "ready", [...said, ...process]);
}

/** An old log that cannot be removed stays. One that is gone already is not worth a message. */
function removeFailed(state: LogState, errno: number): LogAnswer {
  const name = state.doomed[0] ?? "";
  const rest = { ...state, doomed: state.doomed.slice(1) };
  if (errno === ERRNO.ENOENT) return removeNext(rest, []);
  const text = name.endsWith("t")
    ? `unable to unlink processor leftover: ${name}`
    : `unable to unlink oldest logfile: ${state.name}`;
  return removeNext(rest, [warning(text, errno)]);
}
