/**
 * The form that the three machines of a log directory share: work is a table of steps, and a step is one system call.
 *
 * A row of the table says which call the step makes, and what follows from its success and its failure. The row only
 * names the next step. `proceed` then adds the call of that step. A step that failed may stay and set `retryAtMs`: then
 * nothing happens until `wake` comes at that time, which makes the same call again.
 */
import type { Now } from "../time/now.ts";
import { type Effect, type LogCall, type Reply, RETRY_MS } from "./effects.ts";

/** The state after an event, and what the host has to do. */
export interface StepAnswer<S> {
  readonly state: S;
  readonly effects: readonly Effect[];
}

/** The fields that every state of such a machine has. */
export interface Stepping {
  /** The log directory as the user named it. */
  readonly name: string;
  /** The step whose call is under way or is tried again, or a state of rest. */
  readonly step: string;
  /** The time at which a failed step is tried again, in milliseconds of the monotonic clock. */
  readonly retryAtMs: number | undefined;
}

/** Answers a call that failed. */
export type Failed<S> = (state: S, errno: number, now: Now) => StepAnswer<S>;

/** One step of the work. The answers hold the next step and messages, but not yet the next call. */
export interface StepRow<S> {
  call(state: S): LogCall;
  done(state: S, reply: Reply, now: Now): StepAnswer<S>;
  failed(state: S, errno: number, now: Now): StepAnswer<S>;
}

/** A row for each step of work; every other step is a state of rest. */
export type Rows<S, W extends string> = { readonly [P in W]: StepRow<S> };

/** Adds the call of the step that the machine has come to. A state of rest has none, nor has a step that waits. */
export function proceed<S extends Stepping>(
  rows: { readonly [step: string]: StepRow<S> | undefined },
  { state, effects }: StepAnswer<S>,
): StepAnswer<S> {
  const row = rows[state.step];
  if (row === undefined || state.retryAtMs !== undefined) return { state, effects };
  return { state, effects: [...effects, row.call(state)] };
}

/** The state whose failed step is tried again now; undefined when its time has not come. */
export function awakened<S extends Stepping>(state: S, now: Now): S | undefined {
  if (state.retryAtMs === undefined || now.monotonicMs < state.retryAtMs) return undefined;
  return { ...state, retryAtMs: undefined };
}

/** `state` at another step, after these messages. */
export function at<S extends Stepping>(
  state: S,
  step: S["step"],
  effects: readonly Effect[] = [],
): StepAnswer<S> {
  return { state: { ...state, step }, effects };
}

/** Goes on with the step `next` after any reply of the call. */
export function then<S extends Stepping>(next: S["step"]): (state: S) => StepAnswer<S> {
  return (state) => at(state, next);
}

/** Says `TEXT: NAME`, keeps the step, and tries it again after RETRY_MS. */
export function pausing<S extends Stepping>(text: string): Failed<S> {
  return (state, errno, now) => ({
    state: { ...state, retryAtMs: now.monotonicMs + RETRY_MS },
    effects: [{ call: "say", kind: "pausing", text: `${text}: ${state.name}`, errno }],
  });
}
