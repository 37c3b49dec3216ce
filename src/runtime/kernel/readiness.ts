/** Waiting until a descriptor is ready; signals and changes of files as descriptors. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Change } from "../../sys/facts.ts";

/** Masks of inotify(7) (linux/inotify.h): what is watched, what happened. */
export const CHANGE = {
  /** IN_MODIFY. */
  modify: 0x2,
  /** IN_ATTRIB. */
  attributes: 0x4,
  /** IN_CLOSE_WRITE. */
  closeWrite: 0x8,
  /** IN_MOVED_FROM. */
  movedFrom: 0x40,
  /** IN_MOVED_TO. */
  movedTo: 0x80,
  /** IN_CREATE. */
  create: 0x100,
  /** IN_DELETE. */
  delete: 0x200,
  /** IN_DELETE_SELF. */
  deleteSelf: 0x400,
  /** IN_MOVE_SELF. */
  moveSelf: 0x800,
  /** IN_UNMOUNT. */
  unmount: 0x2000,
  /** IN_Q_OVERFLOW: events were lost. */
  overflow: 0x4000,
  /** IN_IGNORED: the watch has ended. */
  ignored: 0x8000,
  /** IN_ONLYDIR. */
  onlyDirectory: 0x0100_0000,
  /** IN_DONT_FOLLOW. */
  dontFollow: 0x0200_0000,
  /** IN_ISDIR: it happened to a directory. */
  isDirectory: 0x4000_0000,
} as const;

/** The readiness that a descriptor is watched for; `either`: to be read or to be written; `priority`: EPOLLPRI. */
export type Interest = "read" | "write" | "either" | "priority";

/** One set of watched descriptors (epoll(7)), signalfd(2) and inotify(7). */
export interface Readiness {
  /** Adds `fd` to the set. */
  watch(fd: Fd, interest: Interest): void;
  /** Takes `fd` out of the set; one that is not in it is no error. */
  unwatch(fd: Fd): void;
  /** Waits until a watched descriptor is ready or `timeoutMs` is over (-1: for ever). Returns how many are ready. */
  wait(timeoutMs: number): number;
  /** The i-th ready descriptor of the last `wait`. */
  ready(i: number): Fd;
  /** Blocks `signals` for good and returns a descriptor that tells them. */
  signals(signals: readonly number[]): Fd;
  /** Next pending signal of that descriptor, or 0. */
  nextSignal(fd: Fd): number;
  /** A descriptor for watches of changes (inotify_init1(2)). */
  changes(): Fd;
  /** inotify_add_watch(2). `mask` are bits of `CHANGE`. Returns the watch. */
  addChangeWatch(fd: Fd, path: string, mask: number): number;
  /** inotify_rm_watch(2). A watch that has ended is no error. */
  removeChangeWatch(fd: Fd, watch: number): void;
  /** Pending changes, at most one buffer full; empty when none. */
  readChanges(fd: Fd): Change[];
}
