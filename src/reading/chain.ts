/**
 * The files of a log directory in the order they were written. Old logs are named by the time of their rotation. A
 * processor's output in progress (`.t`) holds nothing that its input (`.u`) does not; and where the output is final
 * (`.s`), the input is about to be removed.
 */
import { isOldLog, labelOf } from "../rotation/names.ts";

/** Names of the old logs, oldest first, one a label. `names`: all names in the directory. */
export function oldLogs(names: readonly string[]): string[] {
  const byLabel = new Map<string, string>();
  for (const name of names) {
    if (!isOldLog(name) || !/[su]$/.test(name)) continue;
    const label = labelOf(name);
    if (name.endsWith("s") || !byLabel.has(label)) byLabel.set(label, name);
  }
  return [...byLabel.values()].sort();
}

/** The other name that the same log may have by now: a processor turns `.u` into `.s`. */
export function otherName(name: string): string {
  return name.slice(0, -1) + (name.endsWith("u") ? "s" : "u");
}

/**
 * The old logs that have come up since `known` labels were all there were, without the one that is `current` as it was
 * open then: that is the one called `rotatedTo`, or where nobody saw that, the first.
 */
export function unreadLogs(
  names: readonly string[],
  known: ReadonlySet<string>,
  rotatedTo: string | undefined,
): string[] {
  const fresh = oldLogs(names).filter((name) => !known.has(labelOf(name)));
  return rotatedTo === undefined ? fresh.slice(1) : fresh.filter((name) => labelOf(name) !== rotatedTo);
}
