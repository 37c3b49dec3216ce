/**
 * runsvdir's LOG argument, once daemontools' readproctitle: the last argument of the command line is memory that
 * ps(1) shows. The first five bytes stay; what the services say on standard error moves through the rest, so the
 * newest errors are always to be seen.
 */

/** Bytes that stay (`log: `). */
const KEPT = 5;
/** A shorter argument is no use (runsvdir.c). */
export const TITLE_MIN = 7;

/** Writes `bytes` at the right end of `title`, the rest moves left. A NUL would end what ps shows, so it is a blank. */
export function scrollTitle(title: Uint8Array, bytes: Uint8Array): void {
  const room = title.length - KEPT;
  const shown = bytes.subarray(Math.max(bytes.length - room, 0));
  title.copyWithin(KEPT, KEPT + shown.length);
  const at = title.length - shown.length;
  for (let i = 0; i < shown.length; i++) title[at + i] = shown[i] === 0 ? 0x20 : shown[i] ?? 0x20;
}
