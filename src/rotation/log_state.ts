/** The state of a log directory under the rules of svlogd(8). `machine.ts` tells what happens in it. */
import { DEFAULT_RETENTION, type Effect, type Retention } from "./effects.ts";
import { at, type StepAnswer } from "./steps.ts";

/**
 * Between two orders. `closed`: not in use. `ready`: lines can be written. `awaitProcessor`: a rotation was ordered and
 * waits for the processor of the one before. `noRoom`: a write failed and is tried again at `retryAtMs`.
 */
export type Rest = "closed" | "ready" | "awaitProcessor" | "noRoom";

/** Steps that opening begins with, and those at its end that look for work of a processor that died. */
export type OpeningStep =
  | "openDirectory"
  | "openLock"
  | "takeLock"
  | "recover"
  | "configure"
  | "statCurrent"
  | "listUnfinished"
  | "statUnfinished";

/** Steps that close, rename and open `current`. */
export type CurrentStep =
  | "list"
  | "syncCurrent"
  | "sealCurrent"
  | "closeCurrent"
  | "renameCurrent"
  | "openCurrent"
  | "markCurrent"
  | "removeOld";

/** Steps that make room on a full disk. */
export type RoomStep = "listForRoom" | "removeForRoom";

/** Steps that closing ends with. */
export type ClosingStep = "releaseLock" | "closeDirectory";

/** Every step with a call. */
export type Work = OpeningStep | CurrentStep | RoomStep | ClosingStep;

/** All that the machine knows of one log directory. */
export interface LogState {
  /** The directory as the user named it. */
  readonly name: string;
  readonly step: Rest | Work;
  /** The order that the step belongs to. */
  readonly order: "open" | "rotate" | "close";
  /** The time at which a failed step is tried again. */
  readonly retryAtMs: number | undefined;
  readonly retention: Retention;
  /** Bytes in `current` when it was opened, and when its rotation was ordered. */
  readonly size: number;
  /** True when opening found a `current` that can be written on. */
  readonly appends: boolean;
  /** The final name that was chosen for `current`. */
  readonly target: string;
  /** Old logs still to be removed. */
  readonly doomed: readonly string[];
  /** True when opening looks for a log that a processor has not finished. */
  readonly resumes: boolean;
  /** Old logs that may be such a log, the latest first. */
  readonly unfinished: readonly string[];
  /** Labels of the logs whose processed output has its final name. */
  readonly final: ReadonlySet<string>;
}

/** An answer of this machine. */
export type LogAnswer = StepAnswer<LogState>;

/** No label. */
export const NO_LABELS: ReadonlySet<string> = new Set();

/** The directory called `name` before it is used for the first time. */
export function closedLog(name: string): LogState {
  return {
    name,
    step: "closed",
    order: "open",
    retryAtMs: undefined,
    retention: DEFAULT_RETENTION,
    size: 0,
    appends: false,
    target: "",
    doomed: [],
    resumes: false,
    unfinished: [],
    final: NO_LABELS,
  };
}

/** Ends the opening. If there is a processor, the logs that it has not finished are looked for first. */
export function endOpening(state: LogState, said: readonly Effect[]): LogAnswer {
  const looks = state.resumes && state.retention.processed;
  return at(state, looks ? "listUnfinished" : "ready", said);
}
