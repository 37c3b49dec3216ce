/** Clocks, and doing nothing for a while. */
import type { LocalTime } from "../../sys/facts.ts";

/** The clocks of the machine. */
export interface Clock {
  /** Milliseconds of a clock that never jumps (CLOCK_MONOTONIC). Deadlines only. */
  monotonicMs(): number;
  /** Nanoseconds since 1970 of the clock that people set (CLOCK_REALTIME). Labels and status files only. */
  wallNs(): bigint;
  /** The same time in two numbers, for a caller that needs it for every line: no BigInt is made. */
  readWall(into: { seconds: number; nanoseconds: number }): void;
  /** The local time of a second since 1970, by TZ or /etc/localtime; undefined for one beyond any calendar. */
  localTime(second: bigint): LocalTime | undefined;
  /** Waits for `ms` milliseconds, or until a signal comes (poll(2) of nothing). A loop never calls this. */
  pause(ms: number): void;
}
