/**
 * Where a line goes: to the file and not to stderr at first; every rule that matches decides anew, in the order of
 * `config`, so the last that matches counts.
 *
 * Differs on purpose: every line starts anew. runit carries the state for stderr over a HUP that removes the
 * patterns.
 */
import type { LineRule } from "./config.ts";
import { matches } from "./pattern.ts";
import { matchesStars } from "./star_pattern.ts";

/**
 * Whether the line `bytes[from..to)` is selected; `otherwise` when no rule matches. With `head` the patterns are those of
 * multilog(8) and see it in front of the line.
 */
export function isSelected(
  rules: readonly LineRule[],
  otherwise: boolean,
  bytes: Uint8Array,
  from: number,
  to: number,
  head?: Uint8Array,
): boolean {
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i];
    if (rule === undefined) continue;
    const found = head === undefined
      ? matches(rule.pattern, bytes, from, to)
      : matchesStars(rule.pattern, head, bytes, from, to);
    if (found) return rule.selects;
  }
  return otherwise;
}
