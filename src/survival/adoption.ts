/**
 * Recognizes, from a record, the process that the supervisor before this one had.
 *
 * If the record has a pid, the process of that pid is the recorded one when it began between the record's two times; one
 * that began at another time has got the number after it. If the record says `starting`, its supervisor died around a
 * fork: the process may or may not be there, and its pid is not known. Then every process that began at that moment is a
 * candidate. What decides is evidence: the candidate works in the service's directory or has its log pipe, or at least
 * has the name of the program that was started.
 */
import type { ServiceRecord } from "./service_record.ts";

/** The status of a process whose end no supervisor saw. No real wait status is negative. */
export const UNKNOWN_STATUS = -1;

/** The recorded process as a supervisor finds it when it begins. */
export type FoundProcess =
  /** The process lives. */
  | { readonly kind: "alive"; readonly pid: number }
  /** The process has ended. `status` is its wait status, or UNKNOWN_STATUS. */
  | { readonly kind: "ended"; readonly status: number }
  /** No process: there was none, or one was about to be started and is not there. */
  | { readonly kind: "none" };

/** The two times of a record between which its process was started. */
export type StartTimes = Pick<ServiceRecord, "notBeforeNs" | "notAfterNs">;

/** /proc tells start times in hundredths of a second, rounded down. */
const TICK_NS = 10_000_000n;
/** A start that was under way took place no more than this after it was written down. */
const START_MOST_NS = 2_000_000_000n;
/** The same for a candidate that has nothing but the name: its start must have been closer. */
const NAMED_MOST_NS = 100_000_000n;
/**
 * The number of pids before the last known one that belong to processes started just before. Pids are given out in
 * turn.
 */
const RECENT_PIDS = 128;

/** True when a process that began at `startNs` (rounded down to TICK_NS) can be the recorded one. */
export function beganInTime({ notBeforeNs, notAfterNs }: StartTimes, startNs: bigint): boolean {
  return startNs >= notBeforeNs - TICK_NS && startNs <= notAfterNs;
}

/** A process that may be the one that was being started. */
export interface Candidate {
  readonly pid: number;
  readonly parent: number;
  /** Nanoseconds of CLOCK_BOOTTIME, rounded down to TICK_NS. */
  readonly startNs: bigint;
}

/** Reasons to believe that a candidate is the process. */
export interface Evidence {
  /** True when the candidate works in the directory of the service, or has an end of its log pipe. */
  readonly belongs: boolean;
  /** True when the candidate is called by the name of the program that was started. */
  readonly isNamed: boolean;
}

/** The candidates among all processes: those that began around the recorded start, and whose parent did not. By pid. */
export function mayBeStarted({ notBeforeNs }: StartTimes, all: readonly Candidate[]): Candidate[] {
  const then = all.filter(({ startNs }) =>
    startNs >= notBeforeNs - TICK_NS && startNs <= notBeforeNs + START_MOST_NS
  );
  const pids = new Set(then.map(({ pid }) => pid));
  return then.filter(({ parent }) => !pids.has(parent)).sort((a, b) => a.pid - b.pid);
}

/**
 * The candidate that is the process, if one is.
 *
 * A candidate that has only the name may be the process of another service, started a moment before by the same
 * supervisor (`record.pid`, while `starting`, is the last pid it was given) or a moment after by the next one. So
 * `others` is asked for the records of other services, and none of their processes is taken.
 */
export function startedOne(
  record: ServiceRecord,
  candidates: readonly (Candidate & Evidence)[],
  others: () => readonly ServiceRecord[],
): Candidate | undefined {
  const isLater = ({ pid, startNs }: Candidate) =>
    startNs <= record.notBeforeNs + NAMED_MOST_NS && (pid > record.pid || pid <= record.pid - RECENT_PIDS);
  return candidates.find(({ belongs, isNamed }) => belongs && isNamed) ??
    candidates.find(({ belongs }) => belongs) ??
    firstOfNoOther(candidates.filter((one) => one.isNamed && isLater(one)), others);
}

function firstOfNoOther(
  named: readonly Candidate[],
  others: () => readonly ServiceRecord[],
): Candidate | undefined {
  if (named.length === 0) return undefined;
  const known = others().filter(({ kind, starting }) => kind === "process" && !starting);
  return named.find(({ pid, startNs }) =>
    !known.some((other) => other.pid === pid && beganInTime(other, startNs))
  );
}
