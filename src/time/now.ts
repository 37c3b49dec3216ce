/** The two clocks that a machine is told with every event. */

/**
 * The time of an event. Deadlines are computed from `monotonicMs`, labels and status files from `wallNs`. They are
 * never mixed, so setting the clock of the machine moves no deadline.
 */
export interface Now {
  /** Milliseconds of a clock that never jumps (CLOCK_MONOTONIC). */
  readonly monotonicMs: number;
  /** Nanoseconds since 1970 of the clock that people set (CLOCK_REALTIME). */
  readonly wallNs: bigint;
}
