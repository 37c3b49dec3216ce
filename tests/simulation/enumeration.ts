/** The spaces that are explored completely, with their bounds. */
import { explore, type Explored, type Space } from "./explore.ts";
import { checkLeaving, type ModelledPair, pairSpace } from "./pair_space.ts";
import {
  ALL_ENDS,
  ALL_LETTERS,
  type Bounds,
  checkEnds,
  checkSignalLetters,
  type Modelled,
  serviceSpace,
  type Violate,
} from "./service_space.ts";

const ALL: Bounds = { inboxMost: 1, letters: ALL_LETTERS, ends: ALL_ENDS, publishFails: true };
/** Two commands behind one hook: only those that change what is wanted, and `t`. */
const TWO: Bounds = { inboxMost: 2, letters: "udxt", ends: [0], publishFails: false };
const PAIR_MAIN: Bounds = { inboxMost: 1, letters: "udxok", ends: [0], publishFails: false };
const PAIR_LOG: Bounds = { inboxMost: 1, letters: "udokx", ends: [0], publishFails: false };

/** Explores, then looks from every state where it leads. */
function complete<S>(
  space: Space<S>,
  checks: readonly ((state: S, violate: Violate) => void)[],
): Explored<S> {
  const explored = explore(space);
  const broken = [...explored.broken];
  for (const state of explored.states) {
    for (const check of checks) check(state, (text) => broken.push(`${text}\n  from ${space.key(state)}`));
    if (broken.length > 0) break;
  }
  return { ...explored, broken };
}

export type Enumeration = Explored<Modelled> | Explored<ModelledPair>;

/** The spaces that are explored, by name. */
export const ENUMERATIONS: Readonly<Record<string, () => Enumeration>> = {
  "a service, with every command and every failure": () =>
    complete(serviceSpace("main", ALL), [checkEnds, checkSignalLetters]),
  "a service, with two commands behind a hook": () => complete(serviceSpace("main", TWO), [checkEnds]),
  "a logger, with every command and every failure": () =>
    complete(serviceSpace("log", { ...ALL, inboxMost: 2 }), [checkEnds, checkSignalLetters]),
  "a service and its logger": () => complete(pairSpace(PAIR_MAIN, PAIR_LOG), [checkLeaving]),
};
