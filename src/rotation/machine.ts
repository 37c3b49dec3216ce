/**
 * The life of one log directory, as a table of steps of one system call each.
 *
 *   open     directory, lock, a write that a dead process did not finish, config, look at `current`; one that was not
 *            closed cleanly becomes `@now.u`
 *   rotate   choose a label, fsync, mode 0744, close, rename to `@label.s` (`.u` for a processor), new `current`,
 *            remove what is too much, tell the processor
 *   room     the disk is full: remove the oldest that may go, or wait
 *   close    fsync, mode 0744, close all
 *
 * A failed step is kept, said as `pausing` and tried again at `retryAtMs`, while the process stays awake for
 * signals; only opening gives a directory up. A process that dies anywhere leaves one of these, and the next one can
 * tell: `current` with the owner's x clear (it died while writing), `current` with x set or none (it died between two
 * steps of a rotation, nothing is missing), `@label.u` with x set (the processor has not finished with it). The file is
 * synced before it gets its final name.
 *
 * `size` is the host's affair while lines are written; the machine learns it when it matters.
 */
import type { Now } from "../time/now.ts";
import {
  type Call,
  DEFAULT_LIMITS,
  type Effect,
  ERRNO,
  type Limits,
  MODE_CLOSED,
  MODE_WRITTEN,
  OWNER_EXECUTE,
  type Reply,
  RETRY_MS,
  type Say,
} from "./effects.ts";
import { chooseLabel, isOldLog, labelOf, leftovers, removableForRoom, surplus } from "./names.ts";

/** Between two orders. `noRoom`: a write failed and is tried again at `retryAtMs`. */
export type Rest = "closed" | "ready" | "awaitProcessor" | "noRoom";

export type Work =
  | "openDirectory"
  | "openLock"
  | "takeLock"
  | "recover"
  | "configure"
  | "statCurrent"
  | "list"
  | "syncCurrent"
  | "sealCurrent"
  | "closeCurrent"
  | "renameCurrent"
  | "openCurrent"
  | "markCurrent"
  | "removeOld"
  | "listForRoom"
  | "removeForRoom"
  | "listUnfinished"
  | "statUnfinished"
  | "releaseLock"
  | "closeDirectory";

export interface LogState {
  /** The directory as the user named it. */
  readonly name: string;
  readonly step: Rest | Work;
  /** Which order the step is part of. */
  readonly order: "open" | "rotate" | "close";
  /** When a failed step is tried again. */
  readonly retryAtMs: number | undefined;
  readonly limits: Limits;
  /** Size of `current` when it was opened, and when its rotation was ordered. */
  readonly size: number;
  /** Whether opening found a `current` that is written on. */
  readonly appends: boolean;
  /** Final name chosen for `current`. */
  readonly target: string;
  /** Old logs still to be removed. */
  readonly doomed: readonly string[];
  /** Whether opening looks for a file that a processor has not finished with. */
  readonly resumes: boolean;
  /** Old logs that may be such a file, the latest first; and the labels that are final. */
  readonly unfinished: readonly string[];
  readonly final: ReadonlySet<string>;
}

export type LogEvent =
  /** `resumes`: no processor of the directory is at work. */
  | { readonly kind: "open"; readonly resumes: boolean }
  | { readonly kind: "rotate"; readonly size: number; readonly processorBusy: boolean }
  | { readonly kind: "processorFree" }
  | { readonly kind: "writeFailed"; readonly errno: number }
  | { readonly kind: "close" }
  /** Of a processor that the machine itself has started (multilog.ts). */
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "done"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly errno: number }
  | { readonly kind: "wake" };

export interface LogAnswer {
  readonly state: LogState;
  readonly effects: readonly Effect[];
}

const NONE: ReadonlySet<string> = new Set();

export function closedLog(name: string): LogState {
  return {
    name,
    step: "closed",
    order: "open",
    retryAtMs: undefined,
    limits: DEFAULT_LIMITS,
    size: 0,
    appends: false,
    target: "",
    doomed: [],
    resumes: false,
    unfinished: [],
    final: NONE,
  };
}

/** When the machine needs to hear of time again. */
export function wakeAtMs(state: LogState): number | undefined {
  return state.retryAtMs;
}

export function isResting(state: { readonly step: string }): boolean {
  return REST.has(state.step);
}

export function step(state: LogState, event: LogEvent, now: Now): LogAnswer {
  if (event.kind === "wake") return wake(state, now);
  const work = workOf(state);
  if (work === undefined) return order(state, event, now);
  // A step under way hears only what became of its call; the host gives orders to a directory at rest.
  if (state.retryAtMs !== undefined) return { state, effects: [] };
  if (event.kind === "done") return WORK[work].done(state, event.reply, now);
  if (event.kind === "failed") return WORK[work].failed(state, event.errno, now);
  return { state, effects: [] };
}

const REST: ReadonlySet<string> = new Set<Rest>(["closed", "ready", "awaitProcessor", "noRoom"]);

function workOf(state: LogState): Work | undefined {
  return REST.has(state.step) ? undefined : state.step as Work;
}

function wake(state: LogState, now: Now): LogAnswer {
  if (state.retryAtMs === undefined || now.monotonicMs < state.retryAtMs) return { state, effects: [] };
  const awake = { ...state, retryAtMs: undefined };
  return enter(awake.step === "noRoom" ? { ...awake, step: "ready" } : awake);
}

/** Orders in the states of rest; the pairs not named change nothing. */
function order(state: LogState, event: LogEvent, now: Now): LogAnswer {
  switch (`${state.step} ${event.kind}`) {
    case "closed open":
      return enter({
        ...closedLog(state.name),
        resumes: event.kind === "open" && event.resumes,
        step: "openDirectory",
      });
    case "ready rotate":
      return rotate(state, event);
    case "awaitProcessor processorFree":
      return enter({ ...state, step: "list" });
    case "ready writeFailed":
      return writeFailed(state, event, now);
    case "ready close":
    case "awaitProcessor close":
    case "noRoom close":
      return enter({ ...state, order: "close", step: "syncCurrent", retryAtMs: undefined });
    default:
      return { state, effects: [] };
  }
}

function rotate(state: LogState, event: LogEvent): LogAnswer {
  if (event.kind !== "rotate" || event.size === 0) return { state, effects: [] };
  const ordered: LogState = { ...state, order: "rotate", size: event.size };
  return enter({ ...ordered, step: event.processorBusy ? "awaitProcessor" : "list" });
}

function writeFailed(state: LogState, event: LogEvent, now: Now): LogAnswer {
  if (event.kind !== "writeFailed") return { state, effects: [] };
  if (isNoRoom(event.errno, state.limits) && keptForRoom(state.limits) !== undefined) {
    return enter({ ...state, step: "listForRoom" });
  }
  return pauseWriting(state, event.errno, now, []);
}

/** Whether there would be room if old logs were gone. runit's svlogd knows no quota. */
export function isNoRoom(errno: number, { dropsWhenFull }: Limits): boolean {
  return errno === ERRNO.ENOSPC || (dropsWhenFull && errno === ERRNO.EDQUOT);
}

/** How many old logs stay when room is needed; undefined: all. */
function keptForRoom({ keep, keepWhenFull, dropsWhenFull }: Limits): number | undefined {
  if (keepWhenFull < keep) return keepWhenFull;
  return dropsWhenFull ? 0 : undefined;
}

interface Row {
  call(state: LogState): Call;
  done(state: LogState, reply: Reply, now: Now): LogAnswer;
  failed(state: LogState, errno: number, now: Now): LogAnswer;
}

const WORK: { readonly [W in Work]: Row } = {
  openDirectory: {
    call: (state) => ({ call: "open", role: "directory", path: state.name, how: "directory" }),
    done: then("openLock"),
    failed: (state, errno) => giveUp(state, "closed", "unable to open log directory", errno),
  },
  openLock: {
    call: () => ({ call: "open", role: "lock", path: "lock", how: "append" }),
    done: then("takeLock"),
    failed: (state, errno) =>
      giveUp(
        state,
        "closeDirectory",
        errno === ERRNO.ENOTDIR ? "unable to change directory" : "unable to lock directory",
        errno,
      ),
  },
  takeLock: {
    call: () => ({ call: "lock", role: "lock" }),
    done: then("recover"),
    failed: (state, errno) => giveUp(state, "releaseLock", "unable to lock directory", errno),
  },
  recover: {
    call: () => ({ call: "recover" }),
    done: then("configure"),
    failed: (state, errno, now) => pausing("unable to see to an unfinished write")(state, errno, now),
  },
  configure: {
    call: () => ({ call: "configure" }),
    done: (state, reply) => enter({ ...state, limits: reply.limits ?? state.limits, step: "statCurrent" }),
    failed: (state, errno) =>
      enter({ ...state, step: "statCurrent" }, [warning(`unable to read config: ${state.name}`, errno)]),
  },
  statCurrent: {
    call: () => ({ call: "stat", path: "current" }),
    done: lookedAtCurrent,
    failed: (state, errno) =>
      errno === ERRNO.ENOENT
        ? enter({ ...state, size: 0, step: "openCurrent" })
        : giveUp(state, "releaseLock", "unable to stat current", errno),
  },
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
    done: (state) => state.order === "close" ? enter({ ...state, step: "releaseLock" }) : renaming(state),
    failed: pausing("unable to close current"),
  },
  renameCurrent: {
    call: (state) => ({ call: "rename", from: "current", to: state.target }),
    done: (state) => enter({ ...state, size: 0, step: "openCurrent" }),
    failed: renameFailed,
  },
  openCurrent: {
    call: () => ({ call: "open", role: "current", path: "current", how: "append" }),
    done: then("markCurrent"),
    failed: (state, errno, now) =>
      pausing(state.order === "rotate" ? "unable to create new current" : "unable to open current")(
        state,
        errno,
        now,
      ),
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
  listForRoom: {
    call: () => ({ call: "list" }),
    done: listedForRoom,
    failed: pausing("unable to open directory, want remove old logfile"),
  },
  removeForRoom: {
    call: (state) => ({ call: "unlink", path: state.doomed[0] ?? "" }),
    done: (state) => enter({ ...state, doomed: [], step: "ready" }),
    failed: (state, errno, now) =>
      pauseWriting({ ...state, doomed: [] }, ERRNO.ENOSPC, now, [
        warning(`unable to unlink oldest logfile: ${state.name}`, errno),
      ]),
  },
  listUnfinished: {
    call: () => ({ call: "list" }),
    done: listedUnfinished,
    failed: pausing("unable to open directory, want processor"),
  },
  statUnfinished: {
    call: (state) => ({ call: "stat", path: state.unfinished[0] ?? "" }),
    done: (state, reply) =>
      ((reply.mode ?? 0) & OWNER_EXECUTE) === 0 ? nextUnfinished(state) : resumeProcessor(state),
    failed: (state) => nextUnfinished(state),
  },
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

/** Goes on with `state`: whatever is said first, then the call of its step. */
function enter(state: LogState, said: readonly Effect[] = []): LogAnswer {
  const work = workOf(state);
  return { state, effects: work === undefined ? said : [...said, WORK[work].call(state)] };
}

function then(next: Rest | Work): (state: LogState) => LogAnswer {
  return (state) => enter({ ...state, step: next });
}

function pausing(text: string): (state: LogState, errno: number, now: Now) => LogAnswer {
  return (state, errno, now) => ({
    state: { ...state, retryAtMs: now.monotonicMs + RETRY_MS },
    effects: [{ call: "say", kind: "pausing", text: `${text}: ${state.name}`, errno }],
  });
}

function warning(text: string, errno: number): Say {
  return { call: "say", kind: "warning", text, errno };
}

function info(text: string): Say {
  return { call: "say", kind: "info", text };
}

/** The directory cannot be used: said once, and what was opened is closed again. */
function giveUp(state: LogState, next: "closed" | Work, text: string, errno: number): LogAnswer {
  return enter({ ...state, order: "close", step: next }, [warning(`${text}: ${state.name}`, errno)]);
}

function lookedAtCurrent(state: LogState, reply: Reply): LogAnswer {
  const size = reply.size ?? 0;
  const unclean = size > 0 && ((reply.mode ?? 0) & OWNER_EXECUTE) === 0;
  return enter({ ...state, size, appends: !unclean, step: unclean ? "list" : "openCurrent" });
}

/** The directory is known: a name for `current`, and what has to go when it has that name. */
function listed(state: LogState, reply: Reply, now: Now): LogAnswer {
  const names = reply.names ?? [];
  const rotates = state.order === "rotate";
  const target = `${chooseLabel(names, now.wallNs)}.${rotates && !state.limits.processed ? "s" : "u"}`;
  const oldest = surplus([...names, target], state.limits.keep);
  const doomed = [...leftovers(names), ...(oldest === undefined ? [] : [oldest])];
  const known = { ...state, target, doomed };
  return rotates ? enter({ ...known, step: "syncCurrent" }) : renaming(known);
}

function renaming(state: LogState): LogAnswer {
  const said = state.order === "rotate"
    ? [info(`rename: ${state.name}/current ${state.target} ${state.size}`)]
    : [];
  return enter({ ...state, step: "renameCurrent" }, said);
}

/** Somebody removed `current`: there is nothing to rename, and waiting would not bring it back. */
function renameFailed(state: LogState, errno: number, now: Now): LogAnswer {
  const text = "unable to rename current";
  if (errno !== ERRNO.ENOENT) return pausing(text)(state, errno, now);
  return enter({ ...state, size: 0, target: "", step: "openCurrent" }, [
    warning(`${text}: ${state.name}`, errno),
  ]);
}

function opened(state: LogState): Say {
  return info(`${state.appends ? "append" : "new"}: ${state.name}/current`);
}

function removeNext(state: LogState, said: readonly Effect[]): LogAnswer {
  const next = state.doomed[0];
  if (next !== undefined) {
    const deletes = next.endsWith("t") ? [] : [info(`delete: ${state.name}/${next}`)];
    return enter({ ...state, step: "removeOld" }, [...said, ...deletes]);
  }
  if (state.order === "open") return endOpening(state, [...said, opened(state)]);
  const ready: LogState = { ...state, step: "ready" };
  if (!state.target.endsWith("u")) return { state: ready, effects: said };
  return {
    state: ready,
    effects: [...said, { call: "process", label: labelOf(state.target), final: false }],
  };
}

/** A file that a processor has not finished with is looked for, where there is a processor. */
function endOpening(state: LogState, said: readonly Effect[]): LogAnswer {
  const looks = state.resumes && state.limits.processed;
  return enter({ ...state, step: looks ? "listUnfinished" : "ready" }, said);
}

/** Files to process, and labels whose output has its final name: there only the end of the work is missing. */
function listedUnfinished(state: LogState, reply: Reply): LogAnswer {
  const names = (reply.names ?? []).filter(isOldLog);
  const final = new Set(names.filter((name) => name.endsWith("s")).map(labelOf));
  const unfinished = names.filter((name) => name.endsWith("u")).sort().reverse();
  return enter({ ...state, final, unfinished, step: unfinished.length > 0 ? "statUnfinished" : "ready" });
}

/** Only the latest is taken up: a process that dies leaves one, because a rotation waits for the one before. */
function resumeProcessor(state: LogState): LogAnswer {
  const label = labelOf(state.unfinished[0] ?? "");
  const process: Effect = { call: "process", label, final: state.final.has(label) };
  return enter({ ...state, unfinished: [], final: NONE, step: "ready" }, [process]);
}

function nextUnfinished(state: LogState): LogAnswer {
  const unfinished = state.unfinished.slice(1);
  return enter({ ...state, unfinished, step: unfinished.length > 0 ? "statUnfinished" : "ready" });
}

/** An old log that cannot be removed is left where it is; one that is gone already needs no word. */
function removeFailed(state: LogState, errno: number): LogAnswer {
  const name = state.doomed[0] ?? "";
  const rest = { ...state, doomed: state.doomed.slice(1) };
  if (errno === ERRNO.ENOENT) return removeNext(rest, []);
  const text = name.endsWith("t")
    ? `unable to unlink processor leftover: ${name}`
    : `unable to unlink oldest logfile: ${state.name}`;
  return removeNext(rest, [warning(text, errno)]);
}

function listedForRoom(state: LogState, reply: Reply, now: Now): LogAnswer {
  const oldest = removableForRoom(reply.names ?? [], keptForRoom(state.limits) ?? Infinity);
  if (oldest === undefined) return pauseWriting(state, ERRNO.ENOSPC, now, []);
  const text = `out of disk space, delete: ${state.name}/${oldest}`;
  return enter({ ...state, doomed: [oldest], step: "removeForRoom" }, [{
    call: "say",
    kind: "warning",
    text,
  }]);
}

function pauseWriting(state: LogState, errno: number, now: Now, said: readonly Effect[]): LogAnswer {
  const paused = pausing("unable to write to current")({ ...state, step: "noRoom" }, errno, now);
  return { state: paused.state, effects: [...said, ...paused.effects] };
}
