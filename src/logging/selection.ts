/**
 * Where a line goes: selected for the file and not for stderr at first; every rule that matches sets its
 * state, in the order of `config`, so the last that matches decides.
 *
 * Differs on purpose: every line starts anew. runit carries the state for stderr over a HUP that removes the
 * patterns.
 */
import type { Rule } from "./config.ts";
import { matches } from "./pattern.ts";

export const TO_FILE = 1;
export const TO_ERRORS = 2;

/** Bits TO_FILE and TO_ERRORS for the line `bytes[from..to)`. */
export function select(rules: readonly Rule[], bytes: Uint8Array, from: number, to: number): number {
  let verdict = TO_FILE;
  for (const rule of rules) {
    if (!matches(rule.pattern, bytes, from, to)) continue;
    if (rule.kind === "+") verdict |= TO_FILE;
    else if (rule.kind === "-") verdict &= ~TO_FILE;
    else if (rule.kind === "e") verdict |= TO_ERRORS;
    else verdict &= ~TO_ERRORS;
  }
  return verdict;
}
