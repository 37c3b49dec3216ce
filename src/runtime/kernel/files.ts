/** Files and descriptors. Every descriptor that is made here is close-on-exec. */
import type { Fd } from "../../posix/descriptor.ts";
import type { FileStat } from "../../sys/facts.ts";

export { OPEN } from "../../posix/open_flag.ts";

/** An open file kept without a descriptor (`Files.holdOpen`). */
export type Held = bigint;

/** Files by path below a directory descriptor, and open files. */
export interface Files {
  /** openat(2). `flags` are flags of `OPEN`, `mode` the permissions of a file that is made. */
  open(dir: Fd, path: string, flags: number, mode?: number): Fd;
  /** close(2). What was not open is no error. */
  close(fd: Fd): void;
  /** Bytes read into `into`, 0 at the end, or WOULD_BLOCK. */
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number;
  /** Reads a file as `read` does, from byte `at` on; the descriptor's own offset stays as it is. */
  readAt(fd: Fd, into: Uint8Array<ArrayBuffer>, at: number): number;
  /** Bytes written of the first `length` of `from` (all of it when absent), or WOULD_BLOCK. */
  write(fd: Fd, from: Uint8Array<ArrayBuffer>, length?: number): number;
  /** Writes all of `bytes`, from byte `at` of the file on; the descriptor's own offset stays as it is. */
  writeAt(fd: Fd, bytes: Uint8Array<ArrayBuffer>, at: number): void;
  /** statx(2). A symbolic link is followed unless `followLink` is false. */
  stat(dir: Fd, path: string, followLink?: boolean): FileStat;
  /** The same of an open file. */
  statFd(fd: Fd): FileStat;
  /** mkdirat(2). */
  mkdir(dir: Fd, path: string, mode: number): void;
  /** mkfifoat(3). */
  mkfifo(dir: Fd, path: string, mode: number): void;
  /** renameat(2) within one directory; what had the name `to` is replaced. */
  rename(dir: Fd, from: string, to: string): void;
  /** unlinkat(2) of a file that is no directory. */
  unlink(dir: Fd, path: string): void;
  /** symlinkat(2): makes the link `path`, which leads to `target`. */
  symlink(target: string, dir: Fd, path: string): void;
  /** readlinkat(2): where a symbolic link leads to. */
  readLink(dir: Fd, path: string): string;
  /** Names in an open directory but `.` and `..`, in the order the kernel gives them. */
  readDirectory(fd: Fd): string[];
  /** fchmod(2). */
  chmodFd(fd: Fd, mode: number): void;
  /** fchmodat(2); a symbolic link is followed. */
  chmod(dir: Fd, path: string, mode: number): void;
  /** fsync(2). */
  sync(fd: Fd): void;
  /** ftruncate(2), to `size` bytes. */
  truncate(fd: Fd, size: number): void;
  /** flock(2) exclusive; false when another holds it and `wait` is false. */
  lock(fd: Fd, wait: boolean): boolean;
  /**
   * Keeps the open file of `fd`, and with it its lock, without using up a descriptor; `fd` is closed. Undefined where
   * the kernel cannot do that: then `fd` stays open.
   */
  holdOpen(fd: Fd): Held | undefined;
  /** Ends what `holdOpen` began: the open file is closed, its lock is free. */
  letGo(held: Held): void;
  /** A pipe, both ends close-on-exec; blocking, because children inherit it. */
  pipe(): { readonly read: Fd; readonly write: Fd };
  /** Sets or clears O_NONBLOCK of the open file, for everybody who has it open. */
  setNonBlocking(fd: Fd, on: boolean): void;
  /** Makes `to` the same open file as `from` (dup2(2)), without close-on-exec. */
  duplicate(from: Fd, to: Fd): void;
  /** Waits up to `timeoutMs` for `fd`; true when it is ready. 0 asks without waiting, -1 waits for ever. */
  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean;
  /** fchdir(2). */
  changeDirectory(fd: Fd): void;
  /** Every descriptor from `from` on closes when the process becomes another program. */
  closeOnExec(from: Fd): void;
}
