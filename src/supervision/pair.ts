/**
 * A service (`main`) and its log: one pipe between them, and one way to leave.
 *
 * The log starts first. It is a service like any other, without hooks, finish and `x`.
 *
 * How the pair leaves (runsv(8)): main wants to exit and is down. A log that does not run needs no waiting. A log that runs
 * gets the end of the pipe, and no signal, and the pair waits for it. From then on neither starts again, and no command
 * takes it back.
 *
 * Differs from runsv on purpose: if the log is between two lives and the pipe still holds lines, the log gets one more life,
 * so that what main said last is written. runsv leaves, and the lines are gone.
 */
import type { Now } from "../time/now.ts";
import { type ServiceEffect, type ServiceEvent, step as stepService } from "./service.ts";
import { isIdle, type ServiceState, wakeAtMs as serviceWakeAtMs } from "./service_state.ts";

/** A name for one service of the pair. */
export type Who = "main" | "log";

/** Both services, and how far the pair has come in leaving. */
export interface PairState {
  readonly main: ServiceState;
  readonly log: ServiceState | undefined;
  /**
   * `asking`: the host looks whether the pipe holds lines. `last life`: the log is to be started once more. `draining`: the
   * pipe is closed, and the log reads it to its end.
   */
  readonly leaving: "no" | "asking" | "last life" | "draining" | "gone";
  /** The monotonic time at which the previous life of the log began, for `last life`. */
  readonly previousLifeMs: number;
}

/** An event of one of the two, or the answer to `look at pipe`. */
export type PairEvent =
  | { readonly kind: "to"; readonly who: Who; readonly event: ServiceEvent }
  | { readonly kind: "pipe looked at"; readonly holdsLines: boolean };

/** An effect of one of the two, or one of the pair. `leave`: nothing is left to do, and the files can be removed. */
export type PairEffect =
  | (ServiceEffect & { readonly who: Who })
  | { readonly kind: "look at pipe" }
  | { readonly kind: "close pipe" }
  | { readonly kind: "leave" };

/** The result of an event: the new state, and effects to perform in this order. */
export interface PairStep {
  readonly state: PairState;
  readonly effects: readonly PairEffect[];
}

/** A pair that does not leave; `log` is undefined for a service without one. */
export function newPair(main: ServiceState, log: ServiceState | undefined): PairState {
  return { main, log, leaving: "no", previousLifeMs: -Infinity };
}

/** Monotonic time at which one of the two next needs a `wake`; Infinity for never. */
export function wakeAtMs(state: PairState): number {
  const log = state.log === undefined ? Infinity : serviceWakeAtMs(state.log);
  return Math.min(serviceWakeAtMs(state.main), log);
}

/** The pair after the event, and what the host is to do about it. Never throws. */
export function step(state: PairState, event: PairEvent, now: Now): PairStep {
  if (event.kind === "pipe looked at") return answered(state, event.holdsLines);
  const served = serve(state, event.who, event.event, now);
  return followedBy(served, leave(served.state, now));
}

function serve(state: PairState, who: Who, event: ServiceEvent, now: Now): PairStep {
  const service = who === "main" ? state.main : state.log;
  if (service === undefined) return { state, effects: [] };
  const next = stepService(service, event, now);
  return {
    state: who === "main" ? { ...state, main: next.state } : { ...state, log: next.state },
    effects: next.effects.map((effect) => ({ ...effect, who })),
  };
}

function followedBy(first: PairStep, then: PairStep): PairStep {
  if (then.effects.length === 0) return { state: then.state, effects: first.effects };
  return { state: then.state, effects: [...first.effects, ...then.effects] };
}

function leave(state: PairState, now: Now): PairStep {
  const { main, log, leaving } = state;
  if (leaving === "gone" || leaving === "asking") return { state, effects: [] };
  if (main.want !== "exit" || !isIdle(main)) return { state: takenBack(state), effects: [] };
  if (log === undefined) return gone(state);
  if (leaving === "draining") return log.pid === 0 ? gone(state) : { state, effects: [] };
  if (log.pid !== 0) return drain(state, log, now);
  if (log.want !== "up" && !log.once) return gone(state);
  if (leaving === "last life") {
    return log.startedAtMs > state.previousLifeMs ? gone(state) : { state, effects: [] };
  }
  return { state: { ...state, leaving: "asking" }, effects: [{ kind: "look at pipe" }] };
}

/** `u` came after `x`: a last life of the log is then an ordinary one. */
function takenBack(state: PairState): PairState {
  return state.leaving === "last life" ? { ...state, leaving: "no" } : state;
}

/** The pair does not wait for a log that cannot be started any more: its `startedAtMs` moves then, and its `pid` does not. */
function answered(state: PairState, holdsLines: boolean): PairStep {
  if (state.leaving !== "asking") return { state, effects: [] };
  if (!holdsLines) return gone(state);
  const previousLifeMs = state.log?.startedAtMs ?? -Infinity;
  return { state: { ...state, leaving: "last life", previousLifeMs }, effects: [] };
}

function drain(state: PairState, log: ServiceState, now: Now): PairStep {
  const closing = {
    ...state,
    main: { ...state.main, closed: true },
    log: { ...log, want: "exit", once: false, closed: true },
    leaving: "draining",
  } as const;
  const published = serve(closing, "log", { kind: "publish" }, now);
  return { state: published.state, effects: [...published.effects, { kind: "close pipe" }] };
}

function gone(state: PairState): PairStep {
  return { state: { ...state, leaving: "gone" }, effects: [{ kind: "leave" }] };
}
