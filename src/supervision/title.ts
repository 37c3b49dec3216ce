/**
 * The title that ps(1) shows of runsvdir: its LOG argument, which is memory of the command line. The first five bytes
 * stay. What the services say on standard error moves through the rest, so that the newest errors are always seen.
 *
 * Source: runsvdir.c; daemontools' readproctitle does the same.
 */

/** Bytes that stay (`log: `). */
const KEPT = 5;
const BLANK = " ".charCodeAt(0);
/** The least bytes of a LOG argument (runsvdir.c). */
export const TITLE_MIN = 7;

/** Writes `bytes` at the right end of `title`; the rest moves left. A NUL would end what ps shows, so it becomes a blank. */
export function scrollTitle(title: Uint8Array, bytes: Uint8Array): void {
  const room = title.length - KEPT;
  const shown = bytes.subarray(Math.max(bytes.length - room, 0));
  title.copyWithin(KEPT, KEPT + shown.length);
  const at = title.length - shown.length;
  for (let i = 0; i < shown.length; i++) title[at + i] = (shown[i] ?? 0) || BLANK;
}
