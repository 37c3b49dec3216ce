/**
 * The requests and the answers of system calls, as plain records. `runtime/kernel.ts` gives them to hosts under the same
 * names.
 *
 * Names of files, arguments and environment entries are byte strings: one UTF-16 unit a byte, 0 to 255.
 */
import type { Fd } from "../posix/descriptor.ts";

/** Answer of a call that would have to wait, where waiting is an ordinary answer (EAGAIN). */
export const WOULD_BLOCK = -1;

/** The kind of a file; `other` is a device or a socket. */
export type FileKind = "file" | "directory" | "link" | "fifo" | "other";

/** A file, as statx(2) describes it. */
export interface FileStat {
  readonly kind: FileKind;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  /** Major and minor number in one. */
  readonly device: number;
  readonly inode: number;
  /** The size in bytes. */
  readonly size: number;
  /** The number of names that the file has. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** The time of the last change of the content, in nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** The time of the last change of content or inode, in nanoseconds since 1970. */
  readonly ctimeNs: bigint;
  /**
   * The time at which the file was made, in nanoseconds since 1970; 0 where the file system does not tell. Together
   * with the inode, this time names the file for ever: no later file has both.
   */
  readonly birthNs: bigint;
}

/** One event of inotify(7). */
export interface Change {
  /** The watch that saw it; -1 when events were lost. */
  readonly watch: number;
  /** Bits of `CHANGE` (runtime/kernel/readiness.ts). */
  readonly mask: number;
  /** The name in the watched directory; empty for the watched inode itself. */
  readonly name: string;
}

/** A time as people say it; months and days count from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 60 in a leap second. */
  readonly second: number;
}

/** A child that has ended, and with that was reaped. */
export interface EndedChild {
  readonly pid: number;
  /** The wait status, in the encoding of wait(2): `posix/wait_status.ts` takes it apart. */
  readonly status: number;
}

/** A program to start. Descriptors that are not named are as in the caller; those of denit itself are close-on-exec. */
export interface SpawnRequest {
  /** Path of the program, relative to the working directory of the child (no PATH search). */
  readonly path: string;
  readonly argv: readonly string[];
  /** Whole environment; absent: the one denit was started with. */
  readonly environment?: readonly string[];
  /** Directory the child enters first, by descriptor, and then by relative path. */
  readonly directoryFd?: Fd;
  readonly directoryPath?: string;
  /** Descriptors put on 0, 1 and 2; absent: inherited. */
  readonly stdin?: Fd;
  readonly stdout?: Fd;
  readonly stderr?: Fd;
  /** Other descriptors of the child: [number in the child, ours]. */
  readonly others?: readonly (readonly [number, Fd])[];
  /** True when the child calls setsid(2) before exec. */
  readonly newSession?: boolean;
}

/** A process, our child or not, as /proc describes it. */
export interface ProcessFacts {
  readonly parent: number;
  /** The start time of the process, in nanoseconds of CLOCK_BOOTTIME, rounded down to hundredths of a second. */
  readonly startNs: bigint;
  /** Wait status of a process that has ended and has not been reaped; else undefined. */
  readonly status: number | undefined;
}

/** Links of a process in /proc as file keys (`device:inode`), empty where a link cannot be followed; and its arguments. */
export interface ProcessLinks {
  /** The working directory of the process. */
  readonly directory: string;
  readonly stdin: string;
  readonly stdout: string;
  /** The beginning of its command line; empty where that cannot be read. */
  readonly argv: readonly string[];
}

/** The process at the other end of a socket, as the kernel tells it: ids are effective, groups supplementary. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** A message that was received. */
export interface Received {
  /** Bytes, 0 at the end, or WOULD_BLOCK. */
  readonly length: number;
  /** Ours from now on, close-on-exec. */
  readonly descriptors: readonly Fd[];
}

/** A directory and all beneath it, to be read, or also written. */
export interface Allowed {
  /** A descriptor of the directory; O_PATH is enough. */
  readonly directory: Fd;
  /** True when files in it may be written, made, removed and renamed; else they may only be read. */
  readonly write: boolean;
  /**
   * True when the directory is for another program. Then files in it may also be executed, and with `write` anything
   * may be done to them.
   */
  readonly programs?: boolean;
}

/** A resource that setrlimit(2) limits, in the words of its names (`nofile` is RLIMIT_NOFILE). */
export type Resource =
  | "cpu"
  | "fsize"
  | "core"
  | "rss"
  | "nproc"
  | "nofile"
  | "memlock"
  | "stack"
  | "data"
  | "as";

/** A soft limit; at most the hard one is set. */
export interface Limit {
  readonly resource: Resource;
  /** The soft limit in the unit of the resource (setrlimit(2)); 2^64 - 1 is none. */
  readonly soft: bigint;
}
