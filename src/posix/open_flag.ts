/**
 * Flags of open(2), and the two that every other call that makes a descriptor has as well.
 *
 * Source: Linux, asm-generic/fcntl.h, as on x86_64. aarch64 numbers `directory` and `noFollow` differently;
 * `sys/files.ts` translates them.
 */

/** Flags of open(2) by what they do. */
export const OPEN = {
  /** O_RDONLY. */
  read: 0,
  /** O_WRONLY. */
  write: 1,
  /** O_RDWR. */
  readWrite: 2,
  /** O_CREAT. */
  create: 0o100,
  /** O_EXCL. */
  exclusive: 0o200,
  /** O_TRUNC. */
  truncate: 0o1000,
  /** O_APPEND. */
  append: 0o2000,
  /** O_NONBLOCK. */
  nonBlock: 0o4000,
  /** O_DIRECTORY. */
  directory: 0o200000,
  /** O_NOFOLLOW. */
  noFollow: 0o400000,
  /** O_PATH: names a file without opening it; enough for `*at` calls and fchdir(2). */
  path: 0o10000000,
} as const;

/** O_CLOEXEC, which is also SOCK_CLOEXEC, EPOLL_CLOEXEC, SFD_CLOEXEC and IN_CLOEXEC. */
export const CLOSE_ON_EXEC = 0o2000000;
/** O_NONBLOCK, which is also SOCK_NONBLOCK, SFD_NONBLOCK and IN_NONBLOCK. */
export const NON_BLOCK = 0o4000;
