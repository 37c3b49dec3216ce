/** Preparing the program that a process becomes: session, root, priority, processors. And accounts by libc. */
import { CWD } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { Calls, size } from "./calls.ts";
import { SysError } from "./error.ts";
import type { Bound } from "./libc.ts";

/** faccessat(2): check as the effective user, for execution (linux/fcntl.h, unistd.h). */
const AT_EACCESS = 0x200;
const X_OK = 1;
/** Who setpriority(2) is for (linux/resource.h); 0 is the caller. */
const PRIO_PROCESS = 0;
const THIS_PROCESS = 0;
/** Options of prctl(2) (linux/prctl.h). */
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
/** Bytes of a command name, its NUL included (TASK_COMM_LEN, linux/sched.h). */
const COMMAND_NAME_SIZE = 16;
/** struct passwd and struct group on LP64 (pwd.h, grp.h): pointers and two ids. */
const RECORD_SIZE = 64;
const PASSWD_UID = 16;
const PASSWD_GID = 20;
const GROUP_GID = 16;
/**
 * Room for the strings of a record, first and last. The record of a group includes its members, and there may be
 * thousands.
 */
const FIRST_BUFFER = 1 << 14;
const LAST_BUFFER = 1 << 24;
/** Answers of getpwnam_r(3) when it has found nothing. */
const NOT_FOUND: ReadonlySet<number> = new Set([0, ERRNO.ENOENT, ERRNO.ESRCH, ERRNO.EBADF, ERRNO.EPERM]);

/** Session, root, priority, processors and accounts. */
export class LaunchCalls extends Calls {
  constructor(bound: Bound) {
    super(bound);
  }

  /** setsid(2). */
  newSession(): void {
    if (this.c.setsid() < 0) this.fail("setsid");
  }

  /** chroot(2) to the current directory. */
  changeRoot(): void {
    if (this.c.chroot(this.path(".")) < 0) this.fail("chroot");
  }

  /**
   * Does two things that execve(2) does by itself: it sets the name in /proc/self/comm, and after a change of ids it
   * gives /proc/self to the process again.
   */
  appearAs(name: string): void {
    this.c.prctl_text(PR_SET_NAME, this.path(name.slice(0, COMMAND_NAME_SIZE - 1)), 0n, 0n, 0n);
    this.c.prctl(PR_SET_DUMPABLE, 1n, 0n, 0n, 0n);
  }

  /** nice(2) may answer -1 without having failed. */
  addNice(by: number): void {
    this.errno[0] = 0;
    if (this.c.nice(by) === -1 && this.lastErrno() !== 0) this.fail("nice");
  }

  /** setpriority(2) of this process. */
  setNice(level: number): void {
    if (this.c.setpriority(PRIO_PROCESS, THIS_PROCESS, level) < 0) this.fail("setpriority");
  }

  /** sched_setaffinity(2) of this process. */
  setProcessors(cpus: readonly number[]): void {
    const mask = new Uint8Array(8 * (1 + Math.floor(Math.max(0, ...cpus) / 64)));
    for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
    if (this.c.sched_setaffinity(THIS_PROCESS, size(mask.length), mask) < 0) this.fail("sched_setaffinity");
  }

  /** Asks with the effective ids, as execve(2) does. A directory that may be searched passes, too. */
  checkExecutable(path: string): void {
    if (this.c.faccessat(CWD, this.path(path), X_OK, AT_EACCESS) < 0) this.fail("faccessat", path);
  }

  /** getpwnam_r(3); undefined when there is none of that name. */
  userOfLibc(name: string): { readonly uid: number; readonly gid: number } | undefined {
    const record = this.#record("getpwnam_r", name);
    if (record === undefined) return undefined;
    return { uid: record.getUint32(PASSWD_UID, true), gid: record.getUint32(PASSWD_GID, true) };
  }

  /** getgrnam_r(3); undefined when there is none of that name. */
  groupOfLibc(name: string): number | undefined {
    return this.#record("getgrnam_r", name)?.getUint32(GROUP_GID, true);
  }

  #record(call: "getpwnam_r" | "getgrnam_r", name: string): DataView | undefined {
    const record = new Uint8Array(RECORD_SIZE);
    const found = new BigUint64Array(1);
    for (let length = FIRST_BUFFER; length <= LAST_BUFFER; length *= 4) {
      const strings = new Uint8Array(length);
      const error = this.c[call](
        this.path(name),
        record,
        strings,
        size(length),
        new Uint8Array(found.buffer),
      );
      if (error === ERRNO.ERANGE) continue;
      if (found[0] !== 0n) return new DataView(record.buffer);
      if (NOT_FOUND.has(error)) return undefined;
      throw new SysError({ call, path: name, errno: error });
    }
    throw new SysError({ call, path: name, errno: ERRNO.ERANGE });
  }
}
