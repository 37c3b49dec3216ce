/**
 * When a log is as large or as old as `config` allows (svlogd(8), `s` and `t`).
 *
 * With S the size and L the bytes of a line that count: nothing is written to a file of S bytes or more, a
 * write that would pass S is cut there, and a file is over after a line that ends at S - L or later. So files
 * end with a line, between S - L and S; when S is less than L only the first two hold and files have S bytes.
 */

/** Whether the file must be rotated before anything is written to it. */
export function isFull(sizeBytes: number, size: number): boolean {
  return sizeBytes > 0 && size >= sizeBytes;
}

/** How much of `wanted` bytes goes to a file that is not full. */
export function fitting(sizeBytes: number, size: number, wanted: number): number {
  return sizeBytes > 0 ? Math.min(wanted, sizeBytes - size) : wanted;
}

/** Whether a file of `size` bytes is over when a line has just ended. */
export function endsWithLine(sizeBytes: number, lineBytes: number, size: number): boolean {
  return sizeBytes > 0 && sizeBytes >= lineBytes && size > 0 && size >= sizeBytes - lineBytes;
}

/** The size at which one of these rules may hold for the first time: lines are put together only up to it. */
export function decisiveSize(sizeBytes: number, lineBytes: number): number {
  if (sizeBytes === 0) return Infinity;
  return sizeBytes >= lineBytes ? sizeBytes - lineBytes : sizeBytes + 1;
}

/** The first deadline after `nowMs` of those that began at `lastMs` and come every `periodMs`. */
export function nextDeadline(lastMs: number, periodMs: number, nowMs: number): number {
  const periods = Math.floor((nowMs - lastMs) / periodMs) + 1;
  return lastMs + Math.max(periods, 0) * periodMs;
}
