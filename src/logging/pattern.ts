/**
 * The patterns of svlogd(8): the whole line must match, from left to right, without going back.
 *
 *   c    an ordinary byte matches itself
 *   *    as the last byte matches any rest; before c it skips to the first c, so `*` never crosses a c
 *   +c   matches one c or more; if the line ends with them, it matches, whatever is left of the pattern
 *
 * There is no escape. `**` therefore looks for a literal `*`, and `+` as the last byte matches nothing
 * (runit reads past its pattern there).
 *
 * Source: svlogd(8); runit, pmatch.c.
 */

const STAR = 0x2a;
const PLUS = 0x2b;

/** True when `line[from..to)` matches `pattern`. */
export function matches(pattern: Uint8Array, line: Uint8Array, from: number, to: number): boolean {
  let at = from;
  for (let item = 0; item < pattern.length; item++) {
    const byte = pattern[item];
    if (byte === STAR) {
      if (item + 1 === pattern.length) return true;
      at = firstOf(pattern[item + 1], line, at, to);
      if (at === to) return false;
    } else if (byte === PLUS) {
      const wanted = pattern[++item];
      const start = at;
      while (at < to && line[at] === wanted) at++;
      if (at === start) return false;
      if (at === to) return true;
    } else {
      if (at === to || line[at] !== byte) return false;
      at++;
    }
  }
  return at === to;
}

function firstOf(byte: number | undefined, line: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && line[at] !== byte) at++;
  return at;
}
