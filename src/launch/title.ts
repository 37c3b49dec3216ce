/** The argument that readproctitle moves its input through. */

/** Bytes in front that stay as they are. */
const KEPT = 3;

/** Writes `bytes` at the right end, the rest moves left. NUL, which would end the argument, is left out. */
export function scrollTitle(title: Uint8Array, bytes: Uint8Array): void {
  const shown = bytes.filter((byte) => byte !== 0).slice(KEPT - title.length);
  title.copyWithin(KEPT, KEPT + shown.length);
  title.set(shown, title.length - shown.length);
}
