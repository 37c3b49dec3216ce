/**
 * The state a process was started in: its environment, and the words in the variable DENIT_HEAD for denit alone.
 *
 * The sh head of the script form starts deno with variables of its own and a raised descriptor limit. It names them in
 * DENIT_HEAD (`scripts/build/head.sh`), because a service must see neither. A process that executes itself again puts
 * its word for the next life there, too.
 */

const HEAD = "DENIT_HEAD=";
/** The word in DENIT_HEAD that one life of a process tells the next. */
const LIFE = "life=";
/** The word in DENIT_HEAD that is the soft limit of descriptors from before the head raised it. */
const LIMIT = "nofile=";

/** The state a process was started in, or that the launcher before it in the same process leaves. */
export interface StartState {
  /** `NAME=value` of every variable that a service may see. */
  readonly environment: readonly string[];
  /** The soft limit of descriptors before it was raised; undefined where it was not. */
  readonly softLimit: number | undefined;
  /** The word that the life before this one left; absent or empty for the first. */
  readonly word?: string;
}

/** The start state that the entries of an environment tell. */
export function startStateOf(entries: readonly string[]): StartState {
  const head = entries.find((entry) => entry.startsWith(HEAD));
  if (head === undefined) return { environment: entries, softLimit: undefined, word: "" };
  const words = head.slice(HEAD.length).split(" ");
  const behind = (start: string) => words.find((word) => word.startsWith(start))?.slice(start.length);
  const limit = behind(LIMIT);
  const added = new Set([...words, HEAD.slice(0, -1)]);
  return {
    environment: entries.filter((entry) => !added.has(entry.slice(0, entry.indexOf("=")))),
    softLimit: limit !== undefined && /^[0-9]+$/.test(limit) ? Number(limit) : undefined,
    word: behind(LIFE) ?? "",
  };
}

/** The same environment with `word` for the next life. */
export function withWord(entries: readonly string[], word: string): readonly string[] {
  const head = entries.find((entry) => entry.startsWith(HEAD)) ?? HEAD;
  const words = head.slice(HEAD.length).split(" ").filter((each) => each !== "" && !each.startsWith(LIFE));
  return [...entries.filter((entry) => entry !== head), `${HEAD}${[...words, LIFE + word].join(" ")}`];
}
