/**
 * What hosts may ask of the operating system, as an interface.
 *
 * `linux.ts` is the real one; `tests/simulation` has one with a virtual clock and faults. Hosts know
 * only this file, so whatever a host does can be simulated.
 *
 * Strings that name files, arguments or environment entries are *byte strings*: one UTF-16 unit a byte,
 * 0 to 255 (`sys/bytes.ts` converts at the edges). A name that is not UTF-8 stays exact.
 *
 * Every call either succeeds or throws `SysError` (call, path, errno), with two exceptions that are
 * ordinary answers: `read` and `write` return `WOULD_BLOCK`, `lock` returns false.
 * Paths are relative to a directory descriptor, or to the current directory with `CWD`.
 */
import type { Fd } from "../posix/descriptor.ts";

/** An open file kept without a descriptor (`Files.holdOpen`). */
export type Held = bigint;

/** Answer of `read` and `write` when the descriptor is not ready (EAGAIN). */
export const WOULD_BLOCK = -1;

/** open(2) flags, the same on x86_64 and aarch64 except DIRECTORY and NOFOLLOW, which linux.ts maps. */
export const OPEN = {
  read: 0,
  write: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  nonBlock: 0o4000,
  directory: 0o200000,
  noFollow: 0o400000,
  /** O_PATH: names a file without opening it; enough for `*at` calls and fchdir. */
  path: 0o10000000,
} as const;

export type FileKind = "file" | "directory" | "link" | "fifo" | "other";

export interface FileStat {
  readonly kind: FileKind;
  readonly mode: number;
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** Names of the file. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** When it was made; 0 where the file system does not tell. With the inode it is a name that is never used again. */
  readonly birthNs: bigint;
}

/** How a process ended, in the wait(2) encoding: exit code in bits 8 to 15, signal in bits 0 to 6, core flag 0x80. */
export interface EndedChild {
  readonly pid: number;
  readonly status: number;
}

/** A program to start. Descriptors not named are as in the caller; those of denit itself are close-on-exec. */
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
  /** setsid(2) before exec. */
  readonly newSession?: boolean;
}

/** inotify(7) masks. */
export const CHANGE = {
  modify: 0x2,
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  deleteSelf: 0x400,
  moveSelf: 0x800,
  unmount: 0x2000,
  overflow: 0x4000,
  ignored: 0x8000,
  onlyDirectory: 0x0100_0000,
  dontFollow: 0x0200_0000,
  isDirectory: 0x4000_0000,
} as const;

/** One inotify event. `name` is empty for the watched inode itself. */
export interface Change {
  readonly watch: number;
  readonly mask: number;
  readonly name: string;
}

/** What a watched descriptor is watched for; `either`: to be read or to be written. */
export type Interest = "read" | "write" | "either" | "priority";

/** A time as people say it; months and days count from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** What /proc tells of a process, whoever's child it is. */
export interface ProcessFacts {
  readonly parent: number;
  /** When it began, by `bootNs`, rounded down to hundredths of a second. */
  readonly startNs: bigint;
  /** Wait status, of one that has ended and has not been reaped; else undefined. */
  readonly status: number | undefined;
}

/** Links of a process in /proc: file keys (`device:inode`), empty where a link cannot be followed; and its arguments. */
export interface ProcessLinks {
  readonly directory: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly argv: readonly string[];
}

/** Processes that may be somebody else's children, and this process in its next life. */
export interface Survival {
  /** Nanoseconds since the machine began, its sleep included (CLOCK_BOOTTIME). */
  bootNs(): bigint;
  /** A name for the life of the machine and for the space of its pids; undefined where /proc does not tell. */
  lifetime(): string | undefined;
  /** Undefined where there is none of that pid. Errors that say nothing about it are thrown. */
  processFacts(pid: number): ProcessFacts | undefined;
  processLinks(pid: number): ProcessLinks;
  everyPid(): number[];
  /** pidfd_open(2): ready to be read when the process has ended. */
  openProcess(pid: number): Fd;
  /** kill(2) for the process that `fd` is, and no other. ESRCH is thrown like any error. */
  signalProcess(fd: Fd, signal: number): void;
  /** Wait status of the process that `fd` was, once it has been reaped; undefined where the kernel does not tell. */
  exitOf(fd: Fd): number | undefined;
  /** The program file and the arguments it was started with. */
  readonly again: { readonly path: string; readonly argv: readonly string[] } | undefined;
  /**
   * Executes the program file again, as this process was started, with what is blocked still blocked. Comes back only
   * by throwing. `word` is for `wordOfLastLife`.
   */
  startAgain(word: string): never;
  /** What the life before this one had to say; empty for the first. */
  readonly wordOfLastLife: string;
  /**
   * FIFOs of `supervise` that the life before this one has left open, so that nothing in them was lost and nobody met
   * them unread. They are to be closed when they have been opened again. To be asked for before anything is opened.
   */
  keptFromLastLife(): Fd[];
}

export interface Clock {
  /** Milliseconds of a clock that never jumps. Deadlines only. */
  monotonicMs(): number;
  /** Nanoseconds since 1970 of the clock that people set. Labels and status files only. */
  wallNs(): bigint;
  /** The same in two numbers, for what needs it at every line. */
  readWall(into: { seconds: number; nanoseconds: number }): void;
  /** The local time of a second since 1970, by TZ or /etc/localtime; undefined for one beyond any calendar. */
  localTime(second: bigint): LocalTime | undefined;
  /** Waits for `ms` milliseconds, or until a signal comes (poll(2) of nothing). Not for a loop. */
  pause(ms: number): void;
}

export interface Files {
  open(dir: Fd, path: string, flags: number, mode?: number): Fd;
  close(fd: Fd): void;
  /** Bytes read into `into`, 0 at the end, or WOULD_BLOCK. */
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number;
  /** As `read` of a file, from byte `at` on; the descriptor's own place stays as it is. */
  readAt(fd: Fd, into: Uint8Array<ArrayBuffer>, at: number): number;
  /** Bytes written of the first `length` of `from` (all of it when absent), or WOULD_BLOCK. */
  write(fd: Fd, from: Uint8Array<ArrayBuffer>, length?: number): number;
  /** All of it, from byte `at` of the file on; the descriptor's own place stays as it is. */
  writeAt(fd: Fd, bytes: Uint8Array<ArrayBuffer>, at: number): void;
  stat(dir: Fd, path: string, followLink?: boolean): FileStat;
  statFd(fd: Fd): FileStat;
  mkdir(dir: Fd, path: string, mode: number): void;
  mkfifo(dir: Fd, path: string, mode: number): void;
  rename(dir: Fd, from: string, to: string): void;
  unlink(dir: Fd, path: string): void;
  symlink(target: string, dir: Fd, path: string): void;
  readLink(dir: Fd, path: string): string;
  /** Names in an open directory but `.` and `..`, in the order the kernel gives them. */
  readDirectory(fd: Fd): string[];
  chmodFd(fd: Fd, mode: number): void;
  chmod(dir: Fd, path: string, mode: number): void;
  sync(fd: Fd): void;
  truncate(fd: Fd, size: number): void;
  /** flock(2) exclusive; false when another holds it and `wait` is false. */
  lock(fd: Fd, wait: boolean): boolean;
  /**
   * Keeps the open file of `fd`, and with it its lock, without using up a descriptor; `fd` is closed. Undefined where
   * that cannot be done: then `fd` stays open.
   */
  holdOpen(fd: Fd): Held | undefined;
  letGo(held: Held): void;
  /** A pipe, both ends close-on-exec; blocking, because children inherit it. */
  pipe(): { readonly read: Fd; readonly write: Fd };
  setNonBlocking(fd: Fd, on: boolean): void;
  /** Makes `to` the same open file as `from` (dup2(2)), without close-on-exec. */
  duplicate(from: Fd, to: Fd): void;
  /** Waits up to `timeoutMs` for `fd`; true when it is ready. 0 asks without waiting, -1 waits for ever. */
  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean;
  changeDirectory(fd: Fd): void;
  /** Every descriptor from `from` on closes when the process becomes another program. */
  closeOnExec(from: Fd): void;
}

export interface Processes {
  /** Starts a program in a clean state (signals default, mask empty, descriptor limit as denit found it). */
  spawn(request: SpawnRequest): number;
  /** kill(2). ESRCH is thrown like any error. */
  kill(pid: number, signal: number): void;
  /** Next child that has ended, without waiting; undefined when none has. */
  reap(): EndedChild | undefined;
  /** Waits for one child by pid. */
  waitFor(pid: number): EndedChild;
  readonly environment: readonly string[];
  pid(): number;
  parentPid(): number;
  /** Effective user (geteuid(2)). */
  userId(): number;
  /** The memory of the last argument, as ps(1) shows it, to be written over; undefined when it is not to be had. */
  readonly lastArgument: Uint8Array | undefined;
  /** Whether the size of its files is limited (RLIMIT_FSIZE). */
  hasFileSizeLimit(): boolean;
  /** Raises the descriptor limit as far as allowed; children start with the one found. Returns the limit. */
  raiseDescriptorLimit(): number;
  /** Gives memory that is free inside the process back to the system. */
  releaseMemory(): void;
  /** Gives up the pages of the program file; those that are needed come back one by one. */
  releaseProgram(): void;
}

export interface Readiness {
  watch(fd: Fd, interest: Interest): void;
  unwatch(fd: Fd): void;
  /** Waits until a watched descriptor is ready or `timeoutMs` is over (-1: for ever). Returns how many are ready. */
  wait(timeoutMs: number): number;
  /** The i-th ready descriptor of the last `wait`. */
  ready(i: number): Fd;
  /** Blocks `signals` for good and returns a descriptor that tells them. */
  signals(signals: readonly number[]): Fd;
  /** Next pending signal of that descriptor, or 0. */
  nextSignal(fd: Fd): number;
  changes(): Fd;
  /** inotify_add_watch(2). Returns the watch. */
  addChangeWatch(fd: Fd, path: string, mask: number): number;
  removeChangeWatch(fd: Fd, watch: number): void;
  /** Pending changes, at most one buffer full; empty when none. */
  readChanges(fd: Fd): Change[];
}

/** UDP over IPv4. */
export interface Datagrams {
  /** A socket that does not wait, close-on-exec. */
  datagramSocket(): Fd;
  /** One datagram of the first `length` bytes; the count, or WOULD_BLOCK. `host` is a number of 32 bits. */
  sendTo(fd: Fd, from: Uint8Array<ArrayBuffer>, length: number, host: number, port: number): number;
}

/** Who is at the other end of a socket, as the kernel tells it: ids are effective, groups supplementary. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export interface Received {
  /** Bytes, 0 at the end, or WOULD_BLOCK. */
  readonly length: number;
  /** Ours now, close-on-exec. */
  readonly descriptors: readonly Fd[];
}

/** unix(7). One message carries up to 64 KiB and 16 descriptors. Names are abstract, without the leading NUL. */
export interface Sockets {
  /** Sequenced packets, close-on-exec, non-blocking. */
  socketPair(): readonly [Fd, Fd];
  /** A stream that listens, close-on-exec, non-blocking. */
  listenAbstract(name: string): Fd;
  /** The next connection, close-on-exec, non-blocking; undefined when nobody waits. */
  accept(fd: Fd): Fd | undefined;
  /** Never waits: EAGAIN when the listener has too many waiting. Close-on-exec, non-blocking. */
  connectAbstract(name: string): Fd;
  peer(fd: Fd): Peer;
  /** Bytes sent of the first `length`, or WOULD_BLOCK; the descriptors go with the first of them, and stay ours. */
  send(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, descriptors: readonly Fd[]): number;
  /** With `peek` what comes stays there, its descriptors too: none are given. */
  receive(fd: Fd, into: Uint8Array<ArrayBuffer>, peek?: boolean): Received;
}

/** A directory and all beneath it, to be read, or also written. */
export interface Allowed {
  readonly directory: Fd;
  readonly write: boolean;
  /** For another program: also executed, and with `write` anything done to it. */
  readonly programs?: boolean;
}

/** What a process gives up for good. */
export interface Confinement {
  /** Ids and supplementary groups; sure that there is no way back. */
  becomeUser(uid: number, gid: number, groups: readonly number[]): void;
  /** prctl(2), PR_SET_NO_NEW_PRIVS. */
  giveUpPrivileges(): void;
  /** Landlock: opens nothing but what lies beneath. Needs `giveUpPrivileges`. False: the kernel has none. */
  confine(allowed: readonly Allowed[], onlyFiles?: boolean): boolean;
}

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
  readonly soft: bigint;
}

/** A program to become, in a clean state: no signal blocked, none with a handler. */
export interface Becoming {
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  /** Signals that the process was started with ignored stay so; SIGPIPE does not, because the runtime ignores it. */
  readonly keepsIgnored?: boolean;
  /** They hold from the moment before, and no longer than that if the program cannot be executed. */
  readonly limits?: readonly Limit[];
}

/** The state that a process hands on to the program it becomes (chpst(8)). */
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
  /** Groups, group and user, in this order, and sure that there is no way back. `call` of what is thrown tells which. */
  takeOn(uid: number, gid: number, groups: readonly number[]): void;
  /** close(2) that tells that nothing was open. */
  closeOpen(fd: Fd): void;
  /** Keeps the descriptor open in the program that the process becomes. */
  handOn(fd: Fd): void;
  /** Of 3 and up: open, and handed on to children. */
  isHandedOn(fd: Fd): boolean;
  /** Whether execve(2) could execute it, thrown as its errno where not. */
  checkExecutable(path: string): void;
  removeDirectory(dir: Fd, path: string): void;
  hardLimit(resource: Resource): bigint;
  setLimit(limit: Limit): void;
  /** By libc (nsswitch.conf(5)); undefined: there is none. */
  libcUser(name: string): { readonly uid: number; readonly gid: number } | undefined;
  libcGroup(name: string): number | undefined;
  /** execve(2); comes back only by throwing. */
  become(request: Becoming): never;
}

/** What the owner of a terminal does with it (termios(3), ioctl_tty(2)), and what it tells others about that. */
export interface Terminals {
  /** The first `bytes` of struct termios as the kernel has it; fails where `fd` is no terminal. */
  settings(fd: Fd, bytes: number): Uint8Array<ArrayBuffer>;
  /** At once, whatever has not been sent yet. */
  setSettings(fd: Fd, record: Uint8Array<ArrayBuffer>): void;
  /** Throws away what came and was not read; and with `both` also what was written and not sent. */
  discard(fd: Fd, queue: "input" | "both"): void;
  /** Bytes that were written and not sent. */
  unsent(fd: Fd): number;
  /** Of this terminal; undefined if it is not the one of our session. */
  sessionOf(fd: Fd): number | undefined;
  /** Makes it the terminal of our session, and takes it from another one if it must. */
  controlTerminal(fd: Fd): void;
  setForeground(fd: Fd, group: number): void;
  /** Our session has no terminal then, and nothing is heard of its hang-up. */
  letTerminalGo(fd: Fd): void;
  /** Ours, by number. */
  session(): number;
  isReadWrite(fd: Fd): boolean;
  terminalPath(fd: Fd): string;
  changeOwner(fd: Fd, uid: number, gid: number): void;
  /** Another descriptor of the same open file, from 3 on, close-on-exec. */
  copyOf(fd: Fd): Fd;
  /** uname(2): system, node, release, version, machine, domain. */
  systemNames(): readonly string[];
  /** A record lock (fcntl(2)) of the whole file for writing, until it is closed; false when another has one. */
  lockRecords(fd: Fd): boolean;
  /** As `Deno.build.arch` names it. */
  readonly architecture: string;
}

export interface Memory {
  /**
   * Memory of this process that stays where it is and that files can be mapped into; zeroes at first, and what has
   * not been touched costs nothing.
   */
  readonly region: Uint8Array<ArrayBuffer>;
  /** The same for WebAssembly; undefined where an engine has none. */
  readonly regionMemory: WebAssembly.Memory | undefined;
  /** Maps the file, shared, to `at` in the region (a multiple of the page size). */
  mapFile(fd: Fd, at: number, length: number): void;
  /** Ordinary memory again. */
  unmapFile(at: number, length: number): void;
  /** Gives the first `length` bytes of the file their room on its disk (posix_fallocate(3)). */
  allocate(fd: Fd, length: number): void;
  /**
   * splice(2) from a pipe into a file, without waiting: at most `length` bytes go to the offset that stands in
   * `offset` (8 bytes), which the kernel moves on before the call returns. The count, 0 at the end, or WOULD_BLOCK.
   */
  splice(pipe: Fd, file: Fd, offset: Uint8Array<ArrayBuffer>, length: number): number;
}

export interface Kernel
  extends Clock, Files, Processes, Readiness, Memory, Datagrams, Sockets, Confinement, Survival {}
