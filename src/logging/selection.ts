/**
 * Decides whether a line is selected, for the file or for standard error. Before any rule, a line goes to the file and
 * not to standard error. Every rule that matches decides again, in the order of `config`, so the last one counts.
 *
 * Differs on purpose: every line starts from the beginning. With runit, the decision for standard error outlives a HUP
 * that removes the patterns.
 */
import type { LineRule } from "./config.ts";
import { matches } from "./pattern.ts";
import { matchesStars } from "./star_pattern.ts";

/**
 * True when the line `bytes[from..to)` is selected. `otherwise`: the answer if no rule matches. If `head` is given, the
 * patterns are those of multilog(8) and match the line with `head` in front of it.
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
