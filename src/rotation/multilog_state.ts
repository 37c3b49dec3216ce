/** The state of a log directory under the rules of multilog(8). `multilog.ts` tells what happens in it. */
import { DEFAULT_RETENTION, type Retention } from "./effects.ts";
import type { StepAnswer } from "./steps.ts";

/**
 * Between two orders, or while the processor is `running`. `closed`: not in use. `ready`: lines can be written.
 * `noRoom`: a write failed and is tried again at `retryAtMs`.
 */
export type MultilogRest = "closed" | "ready" | "noRoom" | "running";

/** Steps of opening. */
export type MultilogOpeningStep =
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
  | "createState"
  | "closeCreated";

/** Steps that give finished files their final names and remove old logs. */
export type NamingStep = "statFile" | "dropLinked" | "listNames" | "nameFile" | "removeOld";

/** Steps that close `current` and open a new one, and those that closing ends with. */
export type MultilogCurrentStep =
  | "openCurrent"
  | "markCurrent"
  | "syncCurrent"
  | "sealCurrent"
  | "closeCurrent"
  | "movePrevious"
  | "releaseLock"
  | "closeDirectory";

/** Steps that run the processor and take over its output. */
export type ProcessingStep =
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
  | "moveState";

/** Every step with a call. */
export type MultilogWork = MultilogOpeningStep | NamingStep | MultilogCurrentStep | ProcessingStep;

/** A state of rest or a step of work. */
export type MultilogStep = MultilogRest | MultilogWork;

/** A file that gets its final name, and the letter behind the label. */
export interface Finished {
  readonly file: "current" | "previous" | "processed";
  readonly letter: "s" | "u";
}

/** All that the machine knows of one log directory. */
export interface MultilogState {
  /** The directory as the user named it. */
  readonly name: string;
  readonly step: MultilogStep;
  /** The order that the step belongs to. */
  readonly order: "open" | "rotate" | "close";
  /** The time at which a failed step is tried again. */
  readonly retryAtMs: number | undefined;
  readonly retention: Retention;
  /** The processor's command; empty when there is none. */
  readonly processor: string;
  /** True when `previous` is to be processed once there is a new `current`. */
  readonly processes: boolean;
  /** Files still to be named. */
  readonly agenda: readonly Finished[];
  /** The step behind the last of them. */
  readonly after: MultilogStep;
  /** The final name that was chosen for the first of them. */
  readonly target: string;
  /** Old logs still to be removed. */
  readonly doomed: readonly string[];
}

/** An answer of this machine. */
export type MultilogAnswer = StepAnswer<MultilogState>;

/** The directory called `name` before it is used for the first time. */
export function closedMultilog(name: string): MultilogState {
  return {
    name,
    step: "closed",
    order: "open",
    retryAtMs: undefined,
    retention: DEFAULT_RETENTION,
    processor: "",
    processes: false,
    agenda: [],
    after: "ready",
    target: "",
    doomed: [],
  };
}
