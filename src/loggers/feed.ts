/**
 * One life of a log that the tree's logger writes. The fleet treats it as a process, although none exists.
 *
 * The caller takes a feed for a process whose pid is the logger's. So a signal becomes an order to the logger. The feed
 * ends as the logger reports, or as follows from the logger's own end. `standing` says who has the feed:
 * - `waiting`  no logger has it yet, or the last one has left;
 * - `given`    a logger has its pipe and its directory;
 * - `over`     it has ended.
 *
 * The end of a logger means for its feeds:
 * - A logger that makes room for the next one (`planned`) ends no feed: each waits for the next logger.
 * - A logger that dies ends all of its feeds with its own wait status, as if each had been a process that died so.
 * - A feed that drains is carried over one such death: its service has gone, nobody but the fleet has the pipe, and the
 *   lines in it must be written. Draining ends a pause, for a paused feed would never come to its end.
 * - A feed that was told to end is over, whatever became of its logger.
 *
 * A logger hears signals after the first set of feeds was sealed and until it is told to leave (tree_logger.ts). A
 * signal of another time is kept in the state and sent to the next logger that listens.
 */
import { exitedWith } from "../posix/wait_status.ts";
import { SIGNAL } from "../posix/signal.ts";

/** The state of a feed, with what is still to be said to its logger. */
export interface FeedState {
  readonly standing: "waiting" | "given" | "over";
  /** The signal that told the feed to end, SIGNAL.TERM or SIGNAL.KILL; 0 while no signal has. */
  readonly endSignal: number;
  readonly paused: boolean;
  /** True when SIGNAL.ALRM came while no logger listened. */
  readonly owesRotation: boolean;
  /** True when its service has gone: only processes that the service left running still write to the pipe. */
  readonly drains: boolean;
  /** True when the feed has outlived a logger that died. It may do so once. */
  readonly carried: boolean;
}

/** An event in the life of a feed. `heard` is true when its logger listens. */
export type FeedEvent =
  /** A logger takes feeds. */
  | { readonly kind: "logger" }
  /** The logger has got the feeds it starts with, and listens to signals from now on. */
  | { readonly kind: "listens" }
  /** There is no logger, and none can be started. */
  | { readonly kind: "no logger" }
  /** The caller signals what it takes for a process. */
  | { readonly kind: "signal"; readonly signal: number; readonly heard: boolean }
  /** The feed's service has gone for good: the bytes in the pipe are the last. */
  | { readonly kind: "drain"; readonly heard: boolean }
  /** The logger may not write to its directory; another logger may. */
  | { readonly kind: "said uncovered" }
  /** The logger has finished the feed. `code` is the exit code that a svlogd would have. */
  | { readonly kind: "said ended"; readonly code: number }
  /** Its logger has ended with this wait status; `planned`: it was told to leave and left. */
  | { readonly kind: "logger gone"; readonly planned: boolean; readonly status: number };

/** A deed that the host does for a feed. */
export type FeedEffect =
  /** Give the logger its pipe and its directory. */
  | { readonly kind: "give" }
  /** Order the logger to treat it as a svlogd treats this signal. */
  | { readonly kind: "send"; readonly signal: number }
  /** Tell the caller that its process has ended with this wait status. */
  | { readonly kind: "end"; readonly status: number };

/** The answer of the machine to one event. */
export interface FeedStep {
  readonly state: FeedState;
  readonly effects: readonly FeedEffect[];
}

/** The signals that a svlogd acts upon. Any other signal means nothing to a feed. */
export const FEED_SIGNALS: ReadonlySet<number> = new Set([
  SIGNAL.HUP,
  SIGNAL.KILL,
  SIGNAL.ALRM,
  SIGNAL.TERM,
  SIGNAL.CONT,
  SIGNAL.STOP,
]);
const ENDING: ReadonlySet<number> = new Set([SIGNAL.KILL, SIGNAL.TERM]);
const SUCCESS = exitedWith(0);

/** A feed that no logger has yet. */
export function newFeed(): FeedState {
  return {
    standing: "waiting",
    endSignal: 0,
    paused: false,
    owesRotation: false,
    drains: false,
    carried: false,
  };
}

/** The next state of a feed, and what is to be done. Nothing happens to a feed that is over. */
export function step(state: FeedState, event: FeedEvent): FeedStep {
  if (state.standing === "over") return { state, effects: [] };
  switch (event.kind) {
    case "logger":
      if (state.standing !== "waiting") return { state, effects: [] };
      return { state: { ...state, standing: "given" }, effects: [{ kind: "give" }] };
    case "listens":
      return state.standing === "given" ? sayWhatWasKept(state) : { state, effects: [] };
    case "no logger":
      return state.standing === "waiting" ? over(state, SUCCESS) : { state, effects: [] };
    case "signal":
      return FEED_SIGNALS.has(event.signal)
        ? signalled(state, event.signal, event.heard)
        : { state, effects: [] };
    case "drain":
      return drain(state, event.heard);
    case "said uncovered":
      return state.endSignal === 0 ? wait(state) : over(state, statusAs(state, SUCCESS));
    case "said ended":
      return state.standing === "given"
        ? over(state, statusAs(state, exitedWith(event.code)))
        : { state, effects: [] };
    case "logger gone":
      return loggerGone(state, event.planned, event.status);
  }
}

function sayWhatWasKept(state: FeedState): FeedStep {
  const effects: FeedEffect[] = [];
  if (state.endSignal !== 0) effects.push({ kind: "send", signal: state.endSignal });
  if (state.owesRotation) effects.push({ kind: "send", signal: SIGNAL.ALRM });
  if (state.paused) effects.push({ kind: "send", signal: SIGNAL.STOP });
  return { state: { ...state, owesRotation: false }, effects };
}

/** A paused feed would keep the leaving waiting for ever, so it goes on. */
function drain(state: FeedState, heard: boolean): FeedStep {
  const goesOn = state.paused && heard && state.standing === "given";
  return {
    state: { ...state, drains: true, paused: false },
    effects: goesOn ? [{ kind: "send", signal: SIGNAL.CONT }] : [],
  };
}

function signalled(state: FeedState, signal: number, heard: boolean): FeedStep {
  if (ENDING.has(signal) && state.standing === "waiting") {
    return over(state, signal === SIGNAL.KILL ? SIGNAL.KILL : SUCCESS);
  }
  if (signal === SIGNAL.STOP && state.drains) return { state, effects: [] };
  const listens = heard && state.standing === "given";
  const next: FeedState = {
    ...state,
    endSignal: endSignalAfter(state.endSignal, signal),
    paused: signal === SIGNAL.STOP || (signal !== SIGNAL.CONT && state.paused),
    owesRotation: state.owesRotation || (signal === SIGNAL.ALRM && !listens),
  };
  return { state: next, effects: listens ? [{ kind: "send", signal }] : [] };
}

/** A SIGNAL.TERM after a SIGNAL.KILL changes nothing. */
function endSignalAfter(endSignal: number, signal: number): number {
  return endSignal === SIGNAL.KILL || !ENDING.has(signal) ? endSignal : signal;
}

function loggerGone(state: FeedState, planned: boolean, status: number): FeedStep {
  if (state.endSignal !== 0) return over(state, statusAs(state, SUCCESS));
  if (planned) return wait(state);
  if (state.drains && !state.carried) return wait({ ...state, carried: true });
  return over(state, status);
}

function wait(state: FeedState): FeedStep {
  return { state: { ...state, standing: "waiting" }, effects: [] };
}

function over(state: FeedState, status: number): FeedStep {
  return { state: { ...state, standing: "over" }, effects: [{ kind: "end", status }] };
}

/** A feed that was sent SIGNAL.KILL ends as a process does that KILL ended: with the signal as its wait status. */
function statusAs({ endSignal }: FeedState, status: number): number {
  return endSignal === SIGNAL.KILL ? SIGNAL.KILL : status;
}
