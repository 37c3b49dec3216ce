/**
 * Every state that can be reached, breadth first. Small spaces are proven this way, not sampled: an invariant that
 * holds here holds after every sequence of events, however long.
 */

export interface Space<S> {
  readonly start: readonly S[];
  /** Equal for states that behave alike for ever. */
  key(state: S): string;
  /** Returns everything that may happen next, with the name of the event; broken invariants are told to `violate`. */
  next(state: S, violate: (text: string) => void): readonly { readonly event: string; readonly state: S }[];
  /** Checks what must be true of a state by itself. */
  check(state: S, violate: (text: string) => void): void;
}

export interface Explored<S> {
  readonly states: readonly S[];
  readonly transitions: number;
  /** The first few broken invariants, each with the shortest way to it. */
  readonly broken: readonly string[];
}

interface Reached<S> {
  readonly state: S;
  readonly from: Reached<S> | undefined;
  readonly event: string;
}

const MOST_BROKEN = 5;

export function explore<S>(space: Space<S>): Explored<S> {
  const known = new Set<string>();
  const queue: Reached<S>[] = [];
  const broken: string[] = [];
  let transitions = 0;

  function reach(state: S, from: Reached<S> | undefined, event: string): void {
    const key = space.key(state);
    if (known.has(key)) return;
    known.add(key);
    const reached = { state, from, event };
    queue.push(reached);
    space.check(state, (text) => broken.push(`${text}\n  after ${wayTo(reached)}\n  in ${key}`));
  }

  for (const state of space.start) reach(state, undefined, "begin");
  for (let i = 0; i < queue.length && broken.length < MOST_BROKEN; i++) {
    const reached = queue[i];
    if (reached === undefined) break;
    const violate = (text: string) => broken.push(`${text}\n  after ${wayTo(reached)}`);
    for (const { event, state } of space.next(reached.state, violate)) {
      transitions++;
      reach(state, reached, event);
    }
  }
  return { states: queue.map(({ state }) => state), transitions, broken };
}

function wayTo<S>(reached: Reached<S>): string {
  const way: string[] = [];
  for (let at: Reached<S> | undefined = reached; at !== undefined; at = at.from) way.push(at.event);
  return way.reverse().join(", ");
}
