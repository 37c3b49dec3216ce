/**
 * One log on its way through the tree's logger: what a process would be, without one.
 *
 * A feed is `waiting` for a logger, `given` to one, or `over`. Each life of a log that has no `run` of its own is a
 * feed; the log's machine (service.ts) takes it for a process, under the logger's pid. So a signal is a message here,
 * and an end is what the logger says of it, or what became of the logger:
 * - a logger that makes room for another one (`planned`) ends no feed: each waits for the next;
 * - a logger that died ends all of its feeds, as a process would end, with its own wait status;
 * - but a feed that drains, whose service has gone and whose pipe nobody else holds any more, is carried over once,
 *   so that what is in the pipe is written. A pause is over then.
 * What was told to end ends, whatever becomes of its logger. A logger that is about to leave is told nothing.
 */
import { SIGNAL } from "../posix/signal.ts";

export interface FeedState {
  readonly place: "waiting" | "given" | "over";
  /** SIGNAL.TERM or SIGNAL.KILL, once that was sent; else 0. */
  readonly told: number;
  readonly paused: boolean;
  /** SIGNAL.ALRM came while there was nobody to hear it. */
  readonly rotates: boolean;
  /** The pipe has no writer any more but what the service left behind. */
  readonly drains: boolean;
  /** It has outlived a logger that died, which it may once. */
  readonly carried: boolean;
}

export type FeedEvent =
  /** A logger takes feeds; signals come after the set of the first ones is sealed (`listens`). */
  | { readonly kind: "logger" }
  | { readonly kind: "listens" }
  /** There is no logger, and none can be started. */
  | { readonly kind: "no logger" }
  /** `heard`: its logger is there, and is not about to leave. */
  | { readonly kind: "signal"; readonly signal: number; readonly heard: boolean }
  /** Its service has gone for good: what is in the pipe is the last. */
  | { readonly kind: "drain"; readonly heard: boolean }
  | { readonly kind: "said uncovered" }
  | { readonly kind: "said ended"; readonly code: number }
  | { readonly kind: "logger gone"; readonly planned: boolean; readonly status: number };

export type FeedEffect =
  | { readonly kind: "give" }
  | { readonly kind: "send"; readonly signal: number }
  /** With a wait status. */
  | { readonly kind: "end"; readonly status: number };

export interface FeedStep {
  readonly state: FeedState;
  readonly effects: readonly FeedEffect[];
}

/** Whatever else a process may be sent means nothing to a feed. */
const HEARD: ReadonlySet<number> = new Set([
  SIGNAL.HUP,
  SIGNAL.KILL,
  SIGNAL.ALRM,
  SIGNAL.TERM,
  SIGNAL.CONT,
  SIGNAL.STOP,
]);
const ENDING: ReadonlySet<number> = new Set([SIGNAL.KILL, SIGNAL.TERM]);

export function newFeed(): FeedState {
  return { place: "waiting", told: 0, paused: false, rotates: false, drains: false, carried: false };
}

export function step(state: FeedState, event: FeedEvent): FeedStep {
  if (state.place === "over") return { state, effects: [] };
  switch (event.kind) {
    case "logger":
      if (state.place !== "waiting") return { state, effects: [] };
      return { state: { ...state, place: "given" }, effects: [{ kind: "give" }] };
    case "listens":
      return state.place === "given" ? told(state) : { state, effects: [] };
    case "no logger":
      return state.place === "waiting" ? over(state, 0) : { state, effects: [] };
    case "signal":
      return HEARD.has(event.signal) ? signalled(state, event.signal, event.heard) : { state, effects: [] };
    case "drain":
      return drain(state, event.heard);
    case "said uncovered":
      return state.told === 0 ? wait(state) : over(state, statusOf(state, 0));
    case "said ended":
      return state.place === "given" ? over(state, statusOf(state, event.code << 8)) : { state, effects: [] };
    case "logger gone":
      return gone(state, event.planned, event.status);
  }
}

/** What was said while nobody heard is said now. */
function told(state: FeedState): FeedStep {
  const effects: FeedEffect[] = [];
  if (state.told !== 0) effects.push({ kind: "send", signal: state.told });
  if (state.rotates) effects.push({ kind: "send", signal: SIGNAL.ALRM });
  if (state.paused) effects.push({ kind: "send", signal: SIGNAL.STOP });
  return { state: { ...state, rotates: false }, effects };
}

/** A pause would hold up the leaving for ever. */
function drain(state: FeedState, heard: boolean): FeedStep {
  const goesOn = state.paused && heard && state.place === "given";
  return {
    state: { ...state, drains: true, paused: false },
    effects: goesOn ? [{ kind: "send", signal: SIGNAL.CONT }] : [],
  };
}

function signalled(state: FeedState, signal: number, heard: boolean): FeedStep {
  if (ENDING.has(signal) && state.place === "waiting") {
    return over(state, signal === SIGNAL.KILL ? SIGNAL.KILL : 0);
  }
  if (signal === SIGNAL.STOP && state.drains) return { state, effects: [] };
  const listens = heard && state.place === "given";
  const next: FeedState = {
    ...state,
    told: toldNow(state.told, signal),
    paused: signal === SIGNAL.STOP || (signal !== SIGNAL.CONT && state.paused),
    rotates: state.rotates || (signal === SIGNAL.ALRM && !listens),
  };
  return { state: next, effects: listens ? [{ kind: "send", signal }] : [] };
}

/** After SIGNAL.KILL a SIGNAL.TERM changes nothing. */
function toldNow(told: number, signal: number): number {
  return told === SIGNAL.KILL || !ENDING.has(signal) ? told : signal;
}

function gone(state: FeedState, planned: boolean, status: number): FeedStep {
  if (state.told !== 0) return over(state, statusOf(state, 0));
  if (planned) return wait(state);
  if (state.drains && !state.carried) return wait({ ...state, carried: true });
  return over(state, status);
}

function wait(state: FeedState): FeedStep {
  return { state: { ...state, place: "waiting" }, effects: [] };
}

function over(state: FeedState, status: number): FeedStep {
  return { state: { ...state, place: "over" }, effects: [{ kind: "end", status }] };
}

/** What SIGNAL.KILL ended was ended by it, as far as anybody can see. */
function statusOf({ told }: FeedState, status: number): number {
  return told === SIGNAL.KILL ? SIGNAL.KILL : status;
}
