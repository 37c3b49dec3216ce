/** Many seeds in a row, each twice: counts, faults by kind, and what broke. */
import type { Result, Simulate } from "./simulation.ts";

export interface Summary {
  readonly first: number;
  readonly count: number;
  readonly happenings: number;
  readonly calls: number;
  readonly faults: ReadonlyMap<string, number>;
  /** Seeds in which an invariant broke, or whose two transcripts differ. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly reason: string;
  readonly tail: readonly string[];
}

/** Lines of a transcript that are shown with a failure. */
const TAIL = 60;

/** Runs `count` seeds from `first` on. Stops early after `most` failures. */
export function runSeeds(simulate: Simulate, first: number, count: number, most = 5): Summary {
  const faults = new Map<string, number>();
  const failures: Failure[] = [];
  let [happenings, calls] = [0, 0];
  for (let seed = first; seed < first + count && failures.length < most; seed++) {
    const result = simulate(seed);
    happenings += result.happenings;
    calls += result.calls;
    for (const [kind, times] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + times);
    const reason = result.broken?.message ?? difference(result, simulate(seed));
    if (reason !== undefined) failures.push({ seed, reason, tail: result.tail.slice(-TAIL) });
  }
  return { first, count, happenings, calls, faults, failures };
}

function difference(one: Result, other: Result): string | undefined {
  return one.hash === other.hash ? undefined : `two transcripts of one seed: ${one.hash} and ${other.hash}`;
}

export function summaryLines({ first, count, happenings, calls, faults, failures }: Summary): string[] {
  const kinds = [...faults].sort(([a], [b]) => a < b ? -1 : 1);
  const total = kinds.reduce((sum, [, times]) => sum + times, 0);
  return [
    `seeds ${first} to ${
      first + count - 1
    }, each twice: ${happenings} happenings, ${calls} calls, ${total} faults`,
    ...kinds.map(([kind, times]) => `  ${String(times).padStart(7)} ${kind}`),
    ...failures.flatMap(({ seed, reason, tail }) => [
      ...tail,
      `seed ${seed} failed: ${reason}`,
      `  again: deno task simulate --seed ${seed} --seeds 1 --verbose`,
    ]),
  ];
}
