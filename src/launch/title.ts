/** The argument through which readproctitle moves its input. */

/** The first bytes of the argument stay as they are. */
const KEPT = 3;

/**
 * Writes `bytes` at the right end of `title`; what stands there moves left. NUL is left out, because it would end the
 * argument.
 */
export function scrollTitle(title: Uint8Array, bytes: Uint8Array): void {
  const shown = bytes.filter((byte) => byte !== 0).slice(KEPT - title.length);
  title.copyWithin(KEPT, KEPT + shown.length);
  title.set(shown, title.length - shown.length);
}
