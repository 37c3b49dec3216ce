/**
 * The old logs of a log directory, in the order in which they were written.
 *
 * The name of an old log is the time of its rotation and a letter. A processor reads `.u`, writes `.t` and renames its
 * output to `.s`. The unfinished `.t` holds nothing that the `.u` does not have; and where there is a `.s`, the logger
 * is about to remove the `.u`.
 */
import { isOldLog, labelOf } from "../rotation/names.ts";

/** Picks the old logs out of all `names` in the directory: oldest first, one for each label. */
export function oldLogs(names: readonly string[]): string[] {
  const byLabel = new Map<string, string>();
  for (const name of names) {
    if (!isOldLog(name) || !/[su]$/.test(name)) continue;
    const label = labelOf(name);
    if (name.endsWith("s") || !byLabel.has(label)) byLabel.set(label, name);
  }
  return [...byLabel.values()].sort();
}

/** The other name that an old log may have by now: a processor turns `.u` into `.s`. */
export function otherName(name: string): string {
  return name.slice(0, -1) + (name.endsWith("u") ? "s" : "u");
}

/**
 * The old logs that have appeared since `known` held the labels of all of them, oldest first.
 *
 * One of them is the file that was `current` then, which its reader still has open, so it is left out. It is the one
 * with the label `rotatedTo`. If the reader did not see that rotation, `rotatedTo` is undefined, and the first new log
 * is left out.
 */
export function unreadLogs(
  names: readonly string[],
  known: ReadonlySet<string>,
  rotatedTo: string | undefined,
): string[] {
  const fresh = oldLogs(names).filter((name) => !known.has(labelOf(name)));
  return rotatedTo === undefined ? fresh.slice(1) : fresh.filter((name) => labelOf(name) !== rotatedTo);
}
