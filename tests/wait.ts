/** Waiting for what must come, and never for a time. */

/** Long enough for a machine that does ten other things; a test that passes never waits for it. */
export const DEADLINE_MS = 20_000;
const POLL_MS = 5;

export class NotInTime extends Error {}

type Answer<T> = Exclude<T, false | undefined>;

/** The first answer of `probe` that is neither false nor undefined. */
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

/** The pace of something that is slow by its nature, as a copy over a slow line. Not for waiting. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
