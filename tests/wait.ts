/** Waits for a condition. Tests never wait for a time. */

/**
 * The time that a condition may take: enough for two processors with twenty other things to do. A test that passes never waits
 * so long.
 */
export const DEADLINE_MS = 60_000;
const POLL_MS = 5;

/** The condition did not come true before the deadline. */
export class NotInTime extends Error {}

type Answer<T> = Exclude<T, false | undefined>;

/**
 * Calls `probe` until it answers neither false nor undefined, and returns the answer. Throws NotInTime after the
 * deadline.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Answer<T>> {
  const begunMs = performance.now();
  for (;;) {
    const answer = await probe();
    if (answer !== false && answer !== undefined) return answer as Answer<T>;
    if (performance.now() - begunMs > deadlineMs) throw new NotInTime(`Not in ${deadlineMs} ms: ${what}`);
    await pause(POLL_MS);
  }
}

/** Sets the pace of something slow by nature, such as a copy over a slow line. Not for waiting for a condition. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
