/**
 * Descriptors that have the same number in every process.
 *
 * Source: stdin(3); AT_FDCWD in Linux, fcntl.h.
 */

/** An open descriptor: a small number of 0 or more; -1 where a field has none. */
export type Fd = number;

/** Standard input. */
export const STDIN: Fd = 0;
/** Standard output. */
export const STDOUT: Fd = 1;
/** Standard error. */
export const STDERR: Fd = 2;
/** The first descriptor after the three that every process has. */
export const FIRST_FREE: Fd = 3;

/** Stands for the current directory where a call takes a directory descriptor (AT_FDCWD). */
export const CWD: Fd = -100;
