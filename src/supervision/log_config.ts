/**
 * What the fleet must know of a `log/config`, which svlogd(8) understands in full: whether the tree's logger may have
 * it, and how lines are stamped where a svlogd of its own gets it.
 */

export interface LogConfig {
  /** It has a processor, or sends lines away: what the tree's logger is not allowed to. */
  readonly needsOwn: boolean;
  /** svlogd's option for the stamp: `-tt` where nothing is said (`:stamp none|tai64n|utc|iso`). */
  readonly stampOption: string | undefined;
}

const NEEDS_OWN: ReadonlySet<string> = new Set(["!", "u", "U"]);
const STAMP_OPTIONS: ReadonlyMap<string, string | undefined> = new Map([
  ["none", undefined],
  ["tai64n", "-t"],
  ["utc", "-tt"],
  ["iso", "-ttt"],
]);

/** `text` is a byte string. */
export function logConfigOf(text: string): LogConfig {
  let needsOwn = false;
  let stampOption: string | undefined = "-tt";
  for (const line of text.split("\n")) {
    if (line.length > 1 && NEEDS_OWN.has(line.charAt(0))) needsOwn = true;
    const stamp = /^:stamp ([a-z0-9]+)$/.exec(line)?.[1];
    if (stamp !== undefined && STAMP_OPTIONS.has(stamp)) stampOption = STAMP_OPTIONS.get(stamp);
  }
  return { needsOwn, stampOption };
}
