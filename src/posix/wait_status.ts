/**
 * How a process ended, in the encoding of wait(2): the signal in bits 0 to 6, the core flag in bit 7, the exit code
 * in bits 8 to 15.
 *
 * Source: wait(2), Linux (bits/waitstatus.h).
 */

const SIGNAL_MASK = 0x7f;
const SIGNAL_AND_CORE_MASK = 0xff;
const CODE_MASK = 0xff;
const CODE_SHIFT = 8;

/** The wait status of a process that exited with `code` (0 to 255). */
export function exitedWith(code: number): number {
  return code << CODE_SHIFT;
}

/** The exit code of a process that was not ended by a signal; 0 for one that was. */
export function exitCodeOf(status: number): number {
  return (status >> CODE_SHIFT) & CODE_MASK;
}

/** The signal that ended the process; 0 when the process exited by itself. */
export function signalOf(status: number): number {
  return status & SIGNAL_MASK;
}

/** The signal that ended the process, with 0x80 added when it left a core file; 0 when it exited by itself. */
export function signalAndCoreOf(status: number): number {
  return status & SIGNAL_AND_CORE_MASK;
}
