/** Exit codes of sv(8), and of an init script that is a link to sv (LSB 5.0, chapter 22). */
import type { StatusRecord } from "../runit/status.ts";

/** sv(8) counts failures up to here; 100 and above say that sv itself failed. */
const MOST_FAILURES = 99;

/** The exit code of sv after this number of services have failed. */
export function failureCode(failures: number): number {
  return Math.min(failures, MOST_FAILURES);
}

/** Exit codes of an init script. */
export const LSB = {
  /** The service runs. */
  running: 0,
  /** The script was called with invalid arguments. */
  usage: 2,
  /** The service does not run. */
  notRunning: 3,
  /** The state of the service is unknown. */
  unknown: 4,
} as const;

/**
 * The exit code of `status` in an init script. The service alone decides it; the state of its logger does not matter.
 */
export function lsbStatusCode(record: StatusRecord): number {
  return record.pid !== 0 ? LSB.running : LSB.notRunning;
}
