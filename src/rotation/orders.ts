/**
 * Events of the two machines that keep a log directory, svlogd(8)'s (`machine.ts`) and multilog(8)'s (`multilog.ts`).
 *
 * An *order* comes from outside and is heard between two pieces of work. A *result* ends the call under way. `wake`
 * says that time has passed.
 */
import type { Now } from "../time/now.ts";
import type { Reply } from "./effects.ts";
import { at, awakened, proceed, type StepAnswer, type Stepping, type StepRow } from "./steps.ts";

/** The facts that each order tells the machine. */
interface OrderFacts {
  /** Use the directory. `resumes`: no processor of this directory is at work. */
  readonly open: { readonly resumes: boolean };
  /** `current` has `size` bytes and is to become an old log. `processorBusy`: a processor is still at work. */
  readonly rotate: { readonly size: number; readonly processorBusy: boolean };
  /** The processor has ended, or there was none. */
  readonly processorFree: unknown;
  /** A write to `current` has failed. */
  readonly writeFailed: { readonly errno: number };
  /** Stop using the directory. */
  readonly close: unknown;
  /** A processor that the machine itself started has ended; `status` as in wait(2). */
  readonly exited: { readonly status: number };
}

/** Names of all orders. */
export type OrderKind = keyof OrderFacts;

/** An order of kind `K`. */
export type LogOrder<K extends OrderKind = OrderKind> = {
  readonly [P in K]: { readonly kind: P } & OrderFacts[P];
}[K];

/** Ends the call under way. */
export type Result =
  | { readonly kind: "done"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly errno: number };

/** The events that such a machine hears. */
export type LogEvent = LogOrder | Result | { readonly kind: "wake" };

/**
 * The decision about every order in one state of rest; undefined: the order changes nothing. An order that has no
 * entry is a compile error.
 */
export type Decisions<S> = {
  readonly [K in OrderKind]: ((state: S, order: LogOrder<K>, now: Now) => StepAnswer<S>) | undefined;
};

/** Answers an event of a machine. */
export type LogStep<S> = (state: S, event: LogEvent, now: Now) => StepAnswer<S>;

/**
 * The machine of two tables: `resting` has the decisions of every state of rest, `work` a row for every other step. It
 * answers every event in every state. An event that does not fit changes nothing: the host gives orders only between two
 * pieces of work.
 */
export function machineOf<S extends Stepping>(
  resting: { readonly [rest: string]: Decisions<S> },
  work: { readonly [step: string]: StepRow<S> },
): LogStep<S> {
  return (state, event, now) => {
    const answer = event.kind === "wake"
      ? wake(state, now)
      : event.kind === "done" || event.kind === "failed"
      ? follow(work[state.step], state, event, now)
      : decide(resting[state.step], state, event, now);
    return answer === undefined ? { state, effects: [] } : proceed(work, answer);
  };
}

/** Makes the call of a failed step again. If a write failed, lines can be written again. */
function wake<S extends Stepping>(state: S, now: Now): StepAnswer<S> | undefined {
  const awake = awakened(state, now);
  return awake && at(awake, awake.step === "noRoom" ? "ready" : awake.step);
}

function follow<S extends Stepping>(
  row: StepRow<S> | undefined,
  state: S,
  result: Result,
  now: Now,
): StepAnswer<S> | undefined {
  if (state.retryAtMs !== undefined) return undefined;
  return result.kind === "done" ? row?.done(state, result.reply, now) : row?.failed(state, result.errno, now);
}

function decide<S, K extends OrderKind>(
  decisions: Decisions<S> | undefined,
  state: S,
  order: LogOrder<K>,
  now: Now,
): StepAnswer<S> | undefined {
  const kind: K = order.kind;
  return decisions?.[kind]?.(state, order, now);
}
