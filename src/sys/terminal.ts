/** Terminals: ioctl(2) with records that sys passes through unread, and calls that only the owner of a terminal makes. */
import { FIRST_FREE } from "../posix/descriptor.ts";
import { SIGNAL } from "../posix/signal.ts";
import { ERRNO } from "../posix/errno.ts";
import { PATH_MAX } from "../posix/maximum.ts";
import { Calls, size } from "./calls.ts";
import { SysError } from "./error.ts";
import type { Bound } from "./libc.ts";

/** Source: asm-generic/ioctls.h; the same on x86_64 and aarch64. */
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TCFLSH = 0x540b;
const TIOCSCTTY = 0x540e;
const TIOCSPGRP = 0x5410;
const TIOCOUTQ = 0x5411;
const TIOCNOTTY = 0x5422;
const TIOCGSID = 0x5429;

/** Queues that TCFLSH discards: TCIFLUSH, TCIOFLUSH (asm-generic/termbits.h). */
const QUEUES = { input: 0n, both: 2n } as const;
/** Larger than any architecture's struct termios. */
const SETTINGS_ROOM = 64;
/** TIOCSCTTY: take the terminal from another session. */
const STEAL = 1n;
/** Commands of fcntl(2), and flags that F_GETFL tells (asm-generic/fcntl.h). */
const F_GETFL = 3;
const F_SETLK = 6;
const F_DUPFD_CLOEXEC = 1030;
const O_ACCMODE = 3;
const O_RDWR = 2;
/** struct flock on LP64 (fcntl.h): the kind, what it counts from, start, length, a pid. */
const LOCK_SIZE = 32;
const F_WRLCK = 1;
/** The handler that ignores a signal, as signal(2) takes it. */
const SIG_IGN = 1n;
/** getsid(2): of the caller. */
const THIS_PROCESS = 0;
/** struct utsname of Linux: six texts. */
const NAME_SIZE = 65;
const NAME_COUNT = 6;

/** Settings, sessions and owners of terminals. */
export class TerminalCalls extends Calls {
  readonly #number = new Int32Array(16);
  readonly #numberBytes = new Uint8Array(this.#number.buffer);
  readonly #ignore: Deno.PointerValue;

  /** `isUsed`: `ioctl` is bound. Then this needs the ffi permission. */
  constructor(bound: Bound, isUsed: boolean) {
    super(bound);
    this.#ignore = isUsed ? Deno.UnsafePointer.create(SIG_IGN) : null;
  }

  /** The first `bytes` of the struct termios that TCGETS fills in. */
  settings(fd: number, bytes: number): Uint8Array<ArrayBuffer> {
    const record = new Uint8Array(SETTINGS_ROOM);
    if (this.c.ioctl(fd, TCGETS, record) < 0) this.fail("tcgetattr");
    return record.slice(0, bytes);
  }

  /** Sets a struct termios at once (TCSETS). */
  setSettings(fd: number, record: Uint8Array<ArrayBuffer>): void {
    if (this.c.ioctl(fd, TCSETS, record) < 0) this.fail("tcsetattr");
  }

  /** tcflush(3). */
  discard(fd: number, queue: keyof typeof QUEUES): void {
    if (this.c.ioctl_number(fd, TCFLSH, QUEUES[queue]) < 0) this.fail("tcflush");
  }

  /** Returns the number of bytes that have been written and not sent; 0 where the driver does not count them. */
  unsent(fd: number): number {
    return this.c.ioctl(fd, TIOCOUTQ, this.#numberBytes) < 0 ? 0 : this.#number[0] ?? 0;
  }

  /** tcgetsid(3); undefined where `fd` is not the terminal of this session. */
  sessionOf(fd: number): number | undefined {
    return this.c.ioctl(fd, TIOCGSID, this.#numberBytes) < 0 ? undefined : this.#number[0];
  }

  /** Makes `fd` the terminal of this session, and takes it from another session if it must. */
  control(fd: number): void {
    if (this.c.ioctl_number(fd, TIOCSCTTY, STEAL) < 0) this.fail("TIOCSCTTY");
  }

  /** tcsetpgrp(3). */
  setForeground(fd: number, group: number): void {
    this.#number[0] = group;
    if (this.c.ioctl(fd, TIOCSPGRP, this.#numberBytes) < 0) this.fail("tcsetpgrp");
  }

  /** Takes the terminal from this session. The kernel sends a hang-up for that, to us too; it is ignored. */
  letGo(fd: number): void {
    const before = this.c.signal(SIGNAL.HUP, this.#ignore);
    this.c.ioctl_number(fd, TIOCNOTTY, 0n);
    this.c.signal(SIGNAL.HUP, before);
  }

  /** getsid(2) of this process. */
  session(): number {
    return this.c.getsid(THIS_PROCESS);
  }

  /** True when the descriptor is open for reading and writing. */
  isReadWrite(fd: number): boolean {
    const flags = this.c.fcntl(fd, F_GETFL, 0);
    return flags >= 0 && (flags & O_ACCMODE) === O_RDWR;
  }

  /** ttyname_r(3). */
  nameOf(fd: number): string {
    const path = new Uint8Array(PATH_MAX);
    const errno = this.c.ttyname_r(fd, path, size(path.length));
    if (errno !== 0) throw new SysError({ call: "ttyname", errno });
    return this.text(path, 0, path.indexOf(0));
  }

  /** fchown(2). */
  changeOwner(fd: number, uid: number, gid: number): void {
    if (this.c.fchown(fd, uid, gid) < 0) this.fail("fchown");
  }

  /** Another descriptor of the same open file, from 3 on, close-on-exec. */
  copy(fd: number): number {
    const copied = this.c.fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
    return copied < 0 ? this.fail("dup") : copied;
  }

  /** The texts of uname(2), in its order. */
  names(): readonly string[] {
    const record = new Uint8Array(NAME_SIZE * NAME_COUNT);
    if (this.c.uname(record) < 0) this.fail("uname");
    return Array.from({ length: NAME_COUNT }, (_, i) => {
      const start = i * NAME_SIZE;
      return this.text(record, start, record.indexOf(0, start) - start);
    });
  }

  /** A record lock (fcntl(2)) of the whole file, for writing; false when another has one. */
  lockRecords(fd: number): boolean {
    const lock = new Uint8Array(LOCK_SIZE);
    new DataView(lock.buffer).setInt16(0, F_WRLCK, true);
    if (this.c.fcntl_lock(fd, F_SETLK, lock) === 0) return true;
    const errno = this.lastErrno();
    return errno === ERRNO.EAGAIN || errno === ERRNO.EACCES ? false : this.fail("lock");
  }
}
