/**
 * The most that the kernel takes of something.
 *
 * Source: linux/limits.h; `MOST_LINKS` is MAXSYMLINKS (linux/namei.h, path_resolution(7)).
 */

/** Bytes of a path, its NUL included (PATH_MAX). */
export const PATH_MAX = 4096;

/** Bytes that one write(2) puts into a pipe whole or not at all (PIPE_BUF, pipe(7)). */
export const PIPE_BUF = 4096;

/** Supplementary groups of a process (NGROUPS_MAX). */
export const MOST_GROUPS = 65_536;

/** Symbolic links that the kernel follows on the way of one path. */
export const MOST_LINKS = 40;
