/** The state that a process hands on to the program it becomes. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Limit, Resource } from "../../sys/facts.ts";

/** A program to become, in a clean state: no signal blocked, none with a handler. */
export interface Becoming {
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  /**
   * True when signals that were ignored at the process's start stay ignored. SIGPIPE does not, because the runtime
   * ignores it.
   */
  readonly keepsIgnored?: boolean;
  /** Limits that are set just before the program is executed. They are taken back if it cannot be executed. */
  readonly limits?: readonly Limit[];
}

/** Settings of chpst(8) and its family, before they become the program. */
export interface Launching {
  /** setsid(2). */
  newSession(): void;
  /** chroot(2) to the current directory. */
  changeRoot(): void;
  /** nice(2). */
  addNice(by: number): void;
  /** setpriority(2) of this process. */
  setNice(level: number): void;
  /** sched_setaffinity(2) of this process. */
  setProcessors(cpus: readonly number[]): void;
  /**
   * Takes on groups, group and user, in this order, and makes sure that there is no way back. The `call` of a SysError
   * tells which of them failed.
   */
  takeOn(uid: number, gid: number, groups: readonly number[]): void;
  /** close(2) that throws when nothing was open. */
  closeOpen(fd: Fd): void;
  /** Keeps the descriptor open in the program that the process becomes. */
  handOn(fd: Fd): void;
  /** True when a descriptor from 3 on is open and is handed on to children. */
  isHandedOn(fd: Fd): boolean;
  /** Throws the errno with which execve(2) would refuse to execute the file for lack of permission. */
  checkExecutable(path: string): void;
  /** rmdir(2). */
  removeDirectory(dir: Fd, path: string): void;
  /** getrlimit(2): the hard limit, in the unit of the resource. */
  hardLimit(resource: Resource): bigint;
  /** setrlimit(2) of the soft limit, at once. */
  setLimit(limit: Limit): void;
  /** The ids of an account, asked of libc (nsswitch.conf(5)); undefined: there is none. */
  libcUser(name: string): { readonly uid: number; readonly gid: number } | undefined;
  /** The id of a group, asked of libc; undefined: there is none. */
  libcGroup(name: string): number | undefined;
  /** execve(2); comes back only by throwing. */
  become(request: Becoming): never;
}
