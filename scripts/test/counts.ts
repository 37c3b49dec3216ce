/** The numbers of tests that passed, failed and were skipped, and the line that says so. */

/** Numbers of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** No test. */
export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };
/** The counts of one test that failed. */
export const ONE_FAILURE: Counts = { passed: 0, failed: 1, skipped: 0 };

/** The sum of two counts. */
export function sum(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The line that says the counts: `N passed, N failed, N skipped`. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Reads the last line of `output` that `formatCounts` could have written; undefined if there is none. */
export function lastCounts(output: string): Counts | undefined {
  const [, passed, failed, skipped] =
    [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1) ?? [];
  return passed === undefined
    ? undefined
    : { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

/** The exit code: 0 if a test passed and none failed. In CI everything that a test may need is installed, so a skip fails. */
export function exitCodeOf({ passed, failed, skipped }: Counts, ci: boolean): number {
  return failed > 0 || passed === 0 || (ci && skipped > 0) ? 1 : 0;
}
