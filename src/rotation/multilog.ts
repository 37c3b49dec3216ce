/**
 * The life of one log directory as multilog(8) of daemontools tells it, as a table of steps of one system call each.
 *
 *   open     make and lock the directory; a `current` that was closed is gone on with. Else what a dead process left is
 *            finished: `processed` with the owner's x is done (`.s`), without it goes; `previous` and `current`
 *            become `.u`; what a processor remembered is forgotten
 *   rotate   fsync, mode 0744, close, then name `current` `@label.s`, or with a processor move it to `previous`
 *   process  run the processor from `previous` to `processed`, state to newstate, until it succeeds; fsync both, remove
 *            `previous`, move newstate to state, name `processed` `@label.s`
 *   name     choose a label, rename, remove the oldest while there are as many as `keep`
 *   close    fsync, mode 0744, close all
 *
 * A table beside that of svlogd(8) (`machine.ts`), with its records, because nothing but the calls is the same: names and
 * order on disk are a protocol that the other program must be able to go on with at every step; opening fails for good;
 * the processor is part of the rotation; and each message is daemontools' own. So the host drives either.
 *
 * A failed step is said as `pausing` and tried again at `retryAtMs`; the process stays awake for signals.
 *
 * Differs on purpose: without a processor `current` gets its final name at once, so there is no moment at which
 * lines are in `previous`. A `current` that is gone, an old log that cannot be removed and a `state` that is missing
 * hold nothing up, where daemontools tries for ever.
 */
import type { Now } from "../time/now.ts";
import {
  type Call,
  DEFAULT_LIMITS,
  type Effect,
  ERRNO,
  type How,
  type Limits,
  MODE_CLOSED,
  MODE_WRITTEN,
  OWNER_EXECUTE,
  type Reply,
  type Role,
  type Say,
} from "./effects.ts";
import type { LogEvent, Rest } from "./machine.ts";
import { chooseLabel } from "./names.ts";

/** A failed step is tried again after this time (daemontools, multilog.c: sleep(5)). */
const PAUSE_MS = 5000;
const LABEL_LENGTH = 25;

export type MultilogRest = Exclude<Rest, "awaitProcessor"> | "running";

export type MultilogWork =
  | "makeDirectory"
  | "openDirectory"
  | "openLock"
  | "takeLock"
  | "recover"
  | "configure"
  | "statCurrent"
  | "forgetState"
  | "forgetNewState"
  | "statProcessed"
  | "dropPrevious"
  | "dropProcessed"
  | "statFile"
  | "dropLinked"
  | "listNames"
  | "nameFile"
  | "removeOld"
  | "createState"
  | "closeCreated"
  | "openCurrent"
  | "markCurrent"
  | "syncCurrent"
  | "sealCurrent"
  | "closeCurrent"
  | "movePrevious"
  | "openInput"
  | "openOutput"
  | "openState"
  | "emptyState"
  | "closeEmptied"
  | "openNewState"
  | "spawn"
  | "closeInput"
  | "closeOutput"
  | "closeState"
  | "closeNewState"
  | "openProcessed"
  | "syncProcessed"
  | "sealProcessed"
  | "closeProcessed"
  | "openRemembered"
  | "syncRemembered"
  | "closeRemembered"
  | "removePrevious"
  | "moveState"
  | "releaseLock"
  | "closeDirectory";

type Step = MultilogRest | MultilogWork;

/** A file that gets its final name, and the letter behind it. */
interface Finished {
  readonly file: "current" | "previous" | "processed";
  readonly letter: "s" | "u";
}

export interface MultilogState {
  /** The directory as the user named it. */
  readonly name: string;
  readonly step: Step;
  readonly order: "open" | "rotate" | "close";
  /** When a failed step is tried again. */
  readonly retryAtMs: number | undefined;
  readonly limits: Limits;
  readonly processor: string;
  /** Whether `previous` is to be processed once there is a new `current`. */
  readonly processes: boolean;
  /** Files still to be named, and the step after them. */
  readonly agenda: readonly Finished[];
  readonly after: Step;
  /** Final name chosen for the first of them. */
  readonly target: string;
  /** Old logs still to be removed. */
  readonly doomed: readonly string[];
}

export interface MultilogAnswer {
  readonly state: MultilogState;
  readonly effects: readonly Effect[];
}

export function closedMultilog(name: string): MultilogState {
  return {
    name,
    step: "closed",
    order: "open",
    retryAtMs: undefined,
    limits: DEFAULT_LIMITS,
    processor: "",
    processes: false,
    agenda: [],
    after: "ready",
    target: "",
    doomed: [],
  };
}

export function stepMultilog(state: MultilogState, event: LogEvent, now: Now): MultilogAnswer {
  if (event.kind === "wake") return wake(state, now);
  if (!isWork(state.step)) return order(state, event, now);
  // A step under way hears only what became of its call; the host gives orders to a directory at rest.
  if (state.retryAtMs !== undefined) return { state, effects: [] };
  if (event.kind === "done") return WORK[state.step].done(state, event.reply, now);
  if (event.kind === "failed") return WORK[state.step].failed(state, event.errno, now);
  return { state, effects: [] };
}

const REST: ReadonlySet<Step> = new Set<MultilogRest>(["closed", "ready", "noRoom", "running"]);

function isWork(step: Step): step is MultilogWork {
  return !REST.has(step);
}

function wake(state: MultilogState, now: Now): MultilogAnswer {
  if (state.retryAtMs === undefined || now.monotonicMs < state.retryAtMs) return { state, effects: [] };
  const awake = { ...state, retryAtMs: undefined };
  return enter(awake.step === "noRoom" ? { ...awake, step: "ready" } : awake);
}

/** Orders in the states of rest; the pairs not named change nothing. */
function order(state: MultilogState, event: LogEvent, now: Now): MultilogAnswer {
  switch (`${state.step} ${event.kind}`) {
    case "closed open":
      return enter({ ...closedMultilog(state.name), step: "makeDirectory" });
    case "ready rotate":
      return event.kind === "rotate" && event.size > 0
        ? enter({ ...state, order: "rotate", processes: state.limits.processed, step: "syncCurrent" })
        : { state, effects: [] };
    case "running exited":
      return event.kind === "exited" ? ended(state, event.status, now) : { state, effects: [] };
    case "ready writeFailed":
      return event.kind === "writeFailed"
        ? pausing((name) => `unable to write to ${name}/current`)(
          { ...state, step: "noRoom" },
          event.errno,
          now,
        )
        : { state, effects: [] };
    case "ready close":
    case "noRoom close":
      return enter({ ...state, order: "close", step: "syncCurrent", retryAtMs: undefined });
    default:
      return { state, effects: [] };
  }
}

type Done = (state: MultilogState, reply: Reply, now: Now) => MultilogAnswer;
type Failed = (state: MultilogState, errno: number, now: Now) => MultilogAnswer;
interface Row {
  call(state: MultilogState): Call;
  readonly done: Done;
  readonly failed: Failed;
}

const WORK: { readonly [W in MultilogWork]: Row } = {
  makeDirectory: {
    call: (state) => ({ call: "make" as const, path: state.name }),
    done: then("openDirectory"),
    // It is there already; or opening it says what is wrong.
    failed: whatever("openDirectory"),
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
    done: (state, { limits, processor }) =>
      enter({
        ...state,
        limits: limits ?? state.limits,
        processor: processor ?? "",
        step: "statCurrent",
      }),
    failed: whatever("statCurrent"),
  },
  statCurrent: {
    call: () => ({ call: "stat", path: "current" }),
    done: (state, reply) => enter({ ...state, step: isClosed(reply) ? "openCurrent" : "forgetState" }),
    failed: missing("forgetState", fatal("releaseLock", (name) => `unable to stat ${name}/current`)),
  },
  // What was remembered may belong to a log that is not processed.
  forgetState: removing("state", "forgetNewState"),
  forgetNewState: removing("newstate", "statProcessed"),
  statProcessed: {
    call: () => ({ call: "stat", path: "processed" }),
    done: (state, reply) => enter({ ...state, step: isClosed(reply) ? "dropPrevious" : "dropProcessed" }),
    failed: missing("dropProcessed", fatal("releaseLock", (name) => `unable to stat ${name}/processed`)),
  },
  dropPrevious: removing("previous", (state) => finish(state, "createState", "processed s", "current u")),
  dropProcessed: removing("processed", (state) => finish(state, "createState", "previous u", "current u")),
  statFile: {
    call: (state) => ({ call: "stat", path: fileOf(state) }),
    // A second name is its final one: a process died before it removed the first.
    done: (state, reply) => enter({ ...state, step: (reply.links ?? 1) > 1 ? "dropLinked" : "listNames" }),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? nextFinished(state)
        : pausing((name) => `unable to stat ${name}/${fileOf(state)}`)(state, errno, now),
  },
  dropLinked: {
    call: (state) => ({ call: "unlink", path: fileOf(state) }),
    done: nextFinished,
    failed: (state, errno, now) =>
      pausing((name) => `unable to remove ${name}/${fileOf(state)}`)(state, errno, now),
  },
  listNames: {
    call: () => ({ call: "list" }),
    done: listed,
    failed: pausing((name) => `unable to read ${name}`),
  },
  nameFile: {
    call: (state) => ({ call: "rename", from: fileOf(state), to: state.target }),
    done: (state) => removeNext(state),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? gone(state, errno)
        : pausing((name) => `unable to link to ${name}/${state.target}`)(state, errno, now),
  },
  removeOld: {
    call: (state) => ({ call: "unlink", path: state.doomed[0] ?? "" }),
    done: (state) => removeNext({ ...state, doomed: state.doomed.slice(1) }),
    failed: (state, errno) =>
      removeNext(
        { ...state, doomed: state.doomed.slice(1) },
        errno === ERRNO.ENOENT ? [] : [warning(`unable to remove ${state.name}/${state.doomed[0]}`, errno)],
      ),
  },
  createState: {
    ...opening("state", "state", "truncate", "closeCreated", () => ""),
    failed: fatal("releaseLock", (name) => `unable to write to ${name}/state`),
  },
  closeCreated: closing("state", "openCurrent"),
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
    done: (state) => enter({ ...state, step: state.processes ? "openInput" : "ready" }),
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
        ? gone({ ...state, processes: false }, errno)
        : pausing((name) => `unable to rename current to previous in directory ${name}`)(state, errno, now),
  },
  openInput: {
    call: () => ({ call: "open", role: "input", path: "previous", how: "read" }),
    done: then("openOutput"),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? enter({ ...state, processes: false, step: "ready" }, [
          warning(`unable to read ${state.name}/previous`, errno),
        ])
        : pausing((name) => `unable to read ${name}/previous`)(state, errno, now),
  },
  openOutput: opening("output", "processed", "truncate", "openState", (name) => `${name}/processed`),
  openState: {
    call: () => ({ call: "open", role: "state", path: "state", how: "read" }),
    done: then("openNewState"),
    failed: missing("emptyState", pausing((name) => `unable to read ${name}/state`)),
  },
  emptyState: opening("state", "state", "truncate", "closeEmptied", (name) => `${name}/state`),
  closeEmptied: closing("state", "openState"),
  openNewState: opening("newstate", "newstate", "truncate", "spawn", (name) => `${name}/newstate`),
  spawn: {
    call: (state) => ({ call: "spawn", command: state.processor }),
    done: then("closeInput"),
    failed: pausing((name) => `unable to fork for processor in ${name}`),
  },
  closeInput: closing("input", "closeOutput"),
  closeOutput: closing("output", "closeState"),
  closeState: closing("state", "closeNewState"),
  closeNewState: closing("newstate", "running"),
  // By name, as daemontools does: a processor may put another file in the place of the one it was given.
  openProcessed: opening("output", "processed", "append", "syncProcessed", (name) => `${name}/processed`),
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
  openRemembered: opening("newstate", "newstate", "append", "syncRemembered", (name) => `${name}/newstate`),
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
    done: (state) => finish({ ...state, processes: false }, "ready", "processed s"),
    failed: pausing((name) => `unable to rename newstate to state in directory ${name}`),
  },
  releaseLock: closing("lock", "closeDirectory"),
  closeDirectory: closing("directory", "closed"),
};

/** Goes on with `state`: whatever is said first, then the call of its step. */
function enter(state: MultilogState, said: readonly Effect[] = []): MultilogAnswer {
  return { state, effects: isWork(state.step) ? [...said, WORK[state.step].call(state)] : said };
}

function then(next: Step): (state: MultilogState) => MultilogAnswer {
  return (state) => enter({ ...state, step: next });
}

/** It failed, and the next step is the same. */
function whatever(next: Step): Failed {
  return (state) => enter({ ...state, step: next });
}

function missing(next: Step, otherwise: Failed): Failed {
  return (state, errno, now) =>
    errno === ERRNO.ENOENT ? enter({ ...state, step: next }) : otherwise(state, errno, now);
}

function removing(path: string, next: Step | ((state: MultilogState) => MultilogAnswer)): Row {
  const go = typeof next === "string" ? then(next) : next;
  return { call: () => ({ call: "unlink", path }), done: go, failed: go };
}

function opening(role: Role, path: string, how: How, next: Step, what: (name: string) => string): Row {
  return {
    call: () => ({ call: "open", role, path, how }),
    done: then(next),
    failed: pausing((name) => `unable to create ${what(name)}`),
  };
}

function closing(role: Role, next: Step): Row {
  return {
    call: () => ({ call: "close", role }),
    done: then(next),
    failed: pausing((name) => `unable to close ${role} in directory ${name}`),
  };
}

function pausing(text: (name: string) => string): Failed {
  return (state, errno, now) => ({
    state: { ...state, retryAtMs: now.monotonicMs + PAUSE_MS },
    effects: [warning(`${text(state.name)}, pausing`, errno)],
  });
}

function fatal(next: Step, text: (name: string) => string): Failed {
  return (state, errno) =>
    enter({ ...state, order: "close", step: next }, [
      { call: "say", kind: "fatal", text: text(state.name), errno },
    ]);
}

function warning(text: string, errno?: number): Say {
  return errno === undefined
    ? { call: "say", kind: "warning", text }
    : { call: "say", kind: "warning", text, errno };
}

function isClosed({ mode }: Reply): boolean {
  return ((mode ?? 0) & OWNER_EXECUTE) !== 0;
}

function fileOf({ agenda }: MultilogState): string {
  return agenda[0]?.file ?? "";
}

type FinishedText = `${Finished["file"]} ${Finished["letter"]}`;

/** Gives these files their final names, as far as they are there, and goes on with `after`. */
function finish(state: MultilogState, after: Step, ...files: readonly FinishedText[]): MultilogAnswer {
  const agenda = files.map((text) => {
    const [file, letter] = text.split(" ") as [Finished["file"], Finished["letter"]];
    return { file, letter };
  });
  return enter({ ...state, agenda, after, step: "statFile" });
}

function nextFinished(state: MultilogState): MultilogAnswer {
  const agenda = state.agenda.slice(1);
  return enter({ ...state, agenda, target: "", step: agenda.length > 0 ? "statFile" : state.after });
}

function listed(state: MultilogState, reply: Reply, now: Now): MultilogAnswer {
  const names = reply.names ?? [];
  const target = `${chooseLabel(names, now.wallNs)}.${state.agenda[0]?.letter ?? "s"}`;
  return enter({
    ...state,
    target,
    doomed: surplus([...names, target], state.limits.keep),
    step: "nameFile",
  });
}

/** The oldest, until fewer than `keep` are left: `current` is one of them. Whatever follows a label counts. */
function surplus(names: readonly string[], keep: number): string[] {
  const old = names.filter((name) => name.startsWith("@") && name.length >= LABEL_LENGTH).sort();
  return old.slice(0, Math.max(0, old.length - (keep - 1)));
}

function removeNext(state: MultilogState, said: readonly Effect[] = []): MultilogAnswer {
  if (state.doomed.length > 0) return enter({ ...state, step: "removeOld" }, said);
  const next = nextFinished(state);
  return { state: next.state, effects: [...said, ...next.effects] };
}

function closedCurrent(state: MultilogState): MultilogAnswer {
  if (state.order === "close") return enter({ ...state, step: "releaseLock" });
  if (state.processes) return enter({ ...state, step: "movePrevious" });
  return finish(state, "openCurrent", "current s");
}

/** Somebody removed `current`: there is nothing to rename, and waiting would not bring it back. */
function gone(state: MultilogState, errno: number): MultilogAnswer {
  return enter({ ...state, agenda: [], target: "", doomed: [], step: "openCurrent" }, [
    warning(`unable to rename current to previous in directory ${state.name}`, errno),
  ]);
}

/** The processor has ended, in the encoding of wait(2). */
function ended(state: MultilogState, status: number, now: Now): MultilogAnswer {
  if (status === 0) return enter({ ...state, step: "openProcessed" });
  const how = (status & 0x7f) === 0 ? "failed" : "crashed";
  return {
    state: { ...state, step: "openInput", retryAtMs: now.monotonicMs + PAUSE_MS },
    effects: [warning(`processor ${how} in ${state.name}, pausing`)],
  };
}
