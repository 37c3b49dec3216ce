/**
 * The patterns of multilog(8): the stamp and the whole line behind it must match, from left to right, without going back.
 *
 *   c    a byte matches itself, `+` too
 *   *    as the last byte matches any rest; before c it skips to the first c, so `*` never crosses a c
 *
 * There is no escape. `**` therefore looks for a literal `*`.
 *
 * Source: cr.yp.to/daemontools/multilog.html; daemontools, match.c.
 */

const STAR = 0x2a;

/** True when `head` with `line[from..to)` behind it matches `pattern`. */
export function matchesStars(
  pattern: Uint8Array,
  head: Uint8Array,
  line: Uint8Array,
  from: number,
  to: number,
): boolean {
  // Positions in the line count on from those in the head.
  const headBytes = head.length;
  const shift = from - headBytes;
  const end = to - shift;
  let at = 0;
  for (let item = 0; item < pattern.length; item++) {
    const byte = pattern[item];
    if (byte !== STAR) {
      if (at === end || (at < headBytes ? head[at] : line[at + shift]) !== byte) return false;
      at++;
    } else {
      if (item + 1 === pattern.length) return true;
      const wanted = pattern[item + 1];
      while (at < headBytes && head[at] !== wanted) at++;
      if (at >= headBytes) { while (at < end && line[at + shift] !== wanted) at++; }
      if (at === end) return false;
    }
  }
  return at === end;
}
