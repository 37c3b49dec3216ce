/**
 * Exit codes that programs of this family share.
 *
 * Source: the manual pages of runit and daemontools (100 and 111); sh(1) and env(1) (127).
 */

/** Exit codes by their meaning. A code that only one program uses stands in that program. */
export const EXIT = {
  /** The program has done what it was asked to do. */
  done: 0,
  /** The program was called with wrong arguments (most programs of runit and daemontools). */
  usage: 100,
  /** The program could not do what it was asked to do. */
  fatal: 111,
  /** The program does not exist (sh, env, BusyBox). */
  notFound: 127,
} as const;
