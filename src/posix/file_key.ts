/**
 * The identity of a file, whatever its name is.
 *
 * Source: POSIX, sys/stat.h: `st_ino` and `st_dev` taken together identify a file uniquely within a system. After a
 * file is removed another one may get its number.
 */

/** Two descriptors or paths lead to the same file when this text, `device:inode`, is the same. */
export function fileKeyOf({ device, inode }: { readonly device: number; readonly inode: number }): string {
  return `${device}:${inode}`;
}
