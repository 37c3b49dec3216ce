/**
 * Decides when a service's record and status files are written. The supervisor may die at any moment: the record must
 * always be one from which the next supervisor acts rightly.
 *
 * `before` is asked before every effect and `after` after every reply. Both return the new state and what to write now:
 * the record alone, or `all` (the record first, then the status files). The host writes that, then performs the effect.
 * The rules:
 *
 * - A change of the service's state (`publish`) is not written at once: it is written before the next effect that
 *   another process can notice, and at the latest when the event is done with (`settled`). So whoever is started or
 *   signalled finds the state that led to it, and several changes cost one write.
 * - A start is written down before it is made (`starting`, with the time). After the reply the pid and the second
 *   time follow, with the next write. If the supervisor dies in between, the next one looks for the process.
 * - A TERM is written down before it is sent (`owesStop`), and stays so until the event is done with. If the supervisor
 *   dies in between, the next one sends TERM again: twice does no harm, never would.
 * - An effect of a service is one of its log, too, and the other way round: the host asks `before` for both of a pair,
 *   for the other with `noticed`.
 *
 * The writes themselves are taken for done. If one fails, the host tells the service's machine, which publishes again
 * later. tests/simulation/record_space.ts kills the supervisor at every point of every event.
 */
import { SIGNAL } from "../posix/signal.ts";
import type { StartTimes } from "./adoption.ts";
import type { Holder, ServiceRecord } from "./service_record.ts";

/** The files to write. `all`: the record, then the status files. */
export type Writing = "nothing" | "record" | "all";

/** The state of one record: how far the files are behind the service, and which effect is under way. */
export interface RecordState {
  /** The files that do not tell the state of the service yet. */
  readonly behind: Writing;
  /** True when a process is about to be started. */
  readonly starting: boolean;
  /** True when TERM is about to be sent. */
  readonly owesStop: boolean;
  /** The process was started no earlier than this: nanoseconds of CLOCK_BOOTTIME. */
  readonly notBeforeNs: bigint;
  /** The process was started no later than this; 0 while its pid is not known. */
  readonly notAfterNs: bigint;
}

/** An effect of the service's machine, as far as it matters here. */
export type RecordedEffect =
  /** The state of the service has changed. */
  | { readonly kind: "publish" }
  /** A process is started now; `atNs` is the time, by CLOCK_BOOTTIME. */
  | { readonly kind: "start"; readonly atNs: bigint }
  | { readonly kind: "signal"; readonly signal: number }
  /** Anything else that another process can notice. */
  | { readonly kind: "noticed" };

/** The outcome of an effect. */
export type RecordedReply =
  /** The pid is known; `atNs` is the time after the start, by CLOCK_BOOTTIME. */
  | { readonly kind: "started"; readonly atNs: bigint }
  | { readonly kind: "not started" }
  /** Another logger has the log: the record must name it before anything else happens. */
  | { readonly kind: "handed over" }
  /** The event and everything that followed from it have been done. */
  | { readonly kind: "settled" };

/** The state that follows, and what to write before going on. */
export interface RecordStep {
  readonly state: RecordState;
  readonly write: Writing;
}

/** The machine as a value, so that a test can put a broken one in its place. */
export interface RecordMachine {
  readonly before: typeof before;
  readonly after: typeof after;
}

/** A service of which nothing is known yet. */
export const NEW_RECORD: RecordState = {
  behind: "nothing",
  starting: false,
  owesStop: false,
  notBeforeNs: 0n,
  notAfterNs: 0n,
};

/** A process goes on that was started between these times, by the record of the last supervisor. */
export function takenUp({ notBeforeNs, notAfterNs }: StartTimes): RecordState {
  return { ...NEW_RECORD, notBeforeNs, notAfterNs };
}

/** Returns what to write before an effect. To be asked before the effect is performed. */
export function before(state: RecordState, effect: RecordedEffect): RecordStep {
  switch (effect.kind) {
    case "publish":
      return { state: { ...state, behind: "all" }, write: "nothing" };
    case "start":
      return written({ ...record(state), starting: true, notBeforeNs: effect.atNs, notAfterNs: 0n });
    case "signal":
      return written(effect.signal === SIGNAL.TERM ? { ...record(state), owesStop: true } : state);
    case "noticed":
      return written(state);
  }
}

/** Takes in the reply to an effect. To be told what came of the effect. */
export function after(state: RecordState, reply: RecordedReply): RecordStep {
  switch (reply.kind) {
    case "started":
      return { state: { ...record(state), starting: false, notAfterNs: reply.atNs }, write: "nothing" };
    case "not started":
      return { state: { ...record(state), starting: false }, write: "nothing" };
    case "handed over":
      return { state: state.behind === "record" ? { ...state, behind: "nothing" } : state, write: "record" };
    case "settled":
      return written(state.owesStop ? { ...record(state), owesStop: false } : state);
  }
}

/** The machine that supervisors use. */
export const RECORD_MACHINE: RecordMachine = { before, after };

/** The record, at least, is behind. */
function record(state: RecordState): RecordState {
  return state.behind === "nothing" ? { ...state, behind: "record" } : state;
}

/** Returns the step that writes everything that is behind. */
function written(state: RecordState): RecordStep {
  if (state.behind === "nothing") return { state, write: "nothing" };
  return { state: { ...state, behind: "nothing" }, write: state.behind };
}

/** The part of the service's state that is recorded. */
export type RecordedService = Pick<
  ServiceRecord,
  | "phase"
  | "want"
  | "pid"
  | "paused"
  | "gotTerm"
  | "once"
  | "sinceNs"
  | "startedAtMs"
  | "retryAtMs"
  | "runStatus"
>;

/** The other facts that the record depends on. */
export interface RecordedAround {
  /** True when the service's machine has been told to stop the process, and has not sent TERM yet. */
  readonly owesStop: boolean;
  readonly lifetime: string;
  /** The pid of the process that the supervisor started last, for any service. */
  readonly lastPid: number;
  /** The loggers of a tree that have the log. If there are two, the first is to leave it to the second. */
  readonly holders: readonly Holder[];
}

/** The record of a service in this state. */
export function recordOf(
  { starting, owesStop, notBeforeNs, notAfterNs }: RecordState,
  service: RecordedService,
  around: RecordedAround,
): ServiceRecord {
  const { lifetime, lastPid, holders: [holder, nextHolder] } = around;
  return {
    ...service,
    lifetime,
    kind: holder === undefined ? "process" : "feed",
    starting,
    pid: holder?.pid ?? (starting ? lastPid : service.pid),
    owesStop: owesStop || around.owesStop,
    notBeforeNs: holder?.notBeforeNs ?? notBeforeNs,
    notAfterNs: holder?.notAfterNs ?? notAfterNs,
    nextHolder,
  };
}
