/** Exit codes: how many services were trouble, and what init scripts are asked for (LSB 5.0, chapter 22). */
import type { StatusRecord } from "../runit/status.ts";

/** sv(8): the number of failures, 99 at most; 100 and above say that sv itself failed. */
export function failureCode(failures: number): number {
  return Math.min(failures, 99);
}

export const USAGE_CODE = 100;
/** LSB: invalid arguments. */
export const LSB_USAGE_CODE = 2;
/** LSB: program or service status is unknown. */
export const LSB_UNKNOWN_CODE = 4;

/** LSB: 0 running, 3 not running; by the service itself, whatever its logger does. */
export function lsbStatusCode(record: StatusRecord): number {
  return record.pid !== 0 ? 0 : 3;
}
