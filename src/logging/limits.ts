/**
 * Decides when a log is as large or as old as `config` allows (svlogd(8), `s` and `t`).
 *
 * S is the size, L the bytes of a line that count. There are three rules:
 *   1. nothing is written to a file of S bytes or more
 *   2. a write that would pass S is cut there
 *   3. a file is over after a line that ends at S - L or later
 * So files end with a line and have between S - L and S bytes. If S is less than L, only the first two rules hold, and
 * files have S bytes.
 */

/** True when the file must be rotated before anything is written to it. */
export function isFull(sizeBytes: number, size: number): boolean {
  return sizeBytes > 0 && size >= sizeBytes;
}

/** Returns how many of `wanted` bytes go to a file of `size` bytes that is not full. */
export function fitting(sizeBytes: number, size: number, wanted: number): number {
  return sizeBytes > 0 ? Math.min(wanted, sizeBytes - size) : wanted;
}

/** True when a file of `size` bytes, whose last byte ends a line, is over. */
export function endsWithLine(sizeBytes: number, lineBytes: number, size: number): boolean {
  return sizeBytes > 0 && sizeBytes >= lineBytes && size > 0 && size >= sizeBytes - lineBytes;
}

/** The least size at which one of the rules may hold. Lines are put together for one write only up to it. */
export function decisiveSize(sizeBytes: number, lineBytes: number): number {
  if (sizeBytes === 0) return Infinity;
  return sizeBytes >= lineBytes ? sizeBytes - lineBytes : sizeBytes + 1;
}

/** The first time after `nowMs` of those that began at `lastMs` and come every `periodMs`. */
export function nextDeadline(lastMs: number, periodMs: number, nowMs: number): number {
  const periods = Math.floor((nowMs - lastMs) / periodMs) + 1;
  return lastMs + Math.max(periods, 0) * periodMs;
}
