/**
 * The patterns of multilog(8): the whole line, its stamp in front of it, must match from left to right, without going back.
 *
 *   c    stands for itself, `+` too
 *   *    at the end stands for anything; before c it skips to the first c, so `*` never crosses c
 *
 * There is no escape. `**` therefore looks for a literal `*`.
 */

const STAR = 0x2a;

/** Does `head` with `line[from..to)` behind it match `pattern`? */
export function matchesStars(
  pattern: Uint8Array,
  head: Uint8Array,
  line: Uint8Array,
  from: number,
  to: number,
): boolean {
  // Places in the line count on from those in the head.
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
