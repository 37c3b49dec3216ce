/**
 * Names of old logs: a label of 25 characters, a full stop and a letter. The letter `s` means finished. `u` means
 * unfinished: not processed, or left by a process that died. `t` is the output of a processor at work.
 */
import { tai64nLabel } from "../time/tai64n.ts";

const NAME_LENGTH = 27;
/** Characters of a label (`tai64nLabel`). */
export const LABEL_LENGTH = 25;

/** True when runit takes a file of this name for an old log. */
export function isOldLog(name: string): boolean {
  return name.length === NAME_LENGTH && name.startsWith("@");
}

/** The label at the front of an old log's name. */
export function labelOf(name: string): string {
  return name.slice(0, LABEL_LENGTH);
}

/** The label of `wallNs`, or of the first nanosecond after it that no old log has. */
export function chooseLabel(names: readonly string[], wallNs: bigint): string {
  const taken = new Set(names.filter(isOldLog).map(labelOf));
  let at = wallNs;
  while (taken.has(tai64nLabel(at))) at++;
  return tai64nLabel(at);
}

/** The output files of processors that are gone, sorted. A rotation removes all of them. */
export function leftovers(names: readonly string[]): string[] {
  return names.filter((name) => isOldLog(name) && name.endsWith("t")).sort();
}

/**
 * The one old log to remove after a rotation: the oldest when there are more than `keep` (0: keep all). One at a
 * time, so a lowered `n` does not catch up by itself. As in Debian's runit `.u` files neither count nor go.
 */
export function surplus(names: readonly string[], keep: number): string | undefined {
  const counted = names.filter((name) => isOldLog(name) && !name.endsWith("t") && !name.endsWith("u"));
  return keep > 0 && counted.length > keep ? oldest(counted) : undefined;
}

/** The old log to remove for room on a full disk while more than `keep` are left; every letter counts. */
export function removableForRoom(names: readonly string[], keep: number): string | undefined {
  const counted = names.filter(isOldLog);
  return counted.length > keep ? oldest(counted) : undefined;
}

function oldest(names: readonly string[]): string | undefined {
  return names.reduce<string | undefined>(
    (least, name) => least === undefined || name < least ? name : least,
    undefined,
  );
}
