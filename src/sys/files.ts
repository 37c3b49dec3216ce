/** Files and descriptors: openat(2) and its family. Every descriptor made here is close-on-exec. */
import { NS_PER_SECOND } from "../time/units.ts";
import { ERRNO } from "../posix/errno.ts";
import { PATH_MAX } from "../posix/maximum.ts";
import { CLOSE_ON_EXEC, NON_BLOCK, OPEN } from "../posix/open_flag.ts";
import { type Abi, STATX } from "./abi.ts";
import { Calls, size } from "./calls.ts";
import { SysError } from "./error.ts";
import { type FileKind, type FileStat, WOULD_BLOCK } from "./facts.ts";
import type { Bound } from "./libc.ts";

/** Flags of `*at` calls (linux/fcntl.h). */
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_EMPTY_PATH = 0x1000;
/** Fields that statx(2) is asked for (linux/stat.h): all of stat(2), and the time of birth. */
const STATX_BASIC = 0x7ff;
const STATX_BIRTH = 0x800;
/** The bits of a mode that are the kind of the file (linux/stat.h). */
const S_IFMT = 0o170000;
/** Commands of fcntl(2) (asm-generic/fcntl.h). */
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
/** The flag that F_GETFD tells and F_SETFD sets. */
const FD_CLOEXEC = 1;
/** close_range(2): mark instead of close (linux/close_range.h). */
const CLOSE_RANGE_CLOEXEC = 4;
/** The highest number that close_range(2) takes. */
const LAST_FD = 0xffff_ffff;
/** The usual soft limit: unless the limit was raised, no descriptor has a higher number. */
const USUAL_DESCRIPTORS = 1024;
/** Operations of flock(2) (asm-generic/fcntl.h). */
const LOCK_EX = 2;
const LOCK_NB = 4;
/** Events of poll(2) (asm-generic/poll.h). */
const POLLIN = 1;
const POLLOUT = 4;
/** Bytes that one getdents64(2) asks for. */
const DIRECTORY_BUFFER = 32768;
/** Source: asm-generic/mman-common.h. */
const PROT_NONE = 0;
const MAP_SHARED = 1;
const MAP_FAILED = -1n;
/** The smallest mapping; where pages are larger the kernel rounds up. */
const PAGE = 4096n;

/** The kinds that are told apart, by the bits of S_IFMT. */
const KINDS: Readonly<Record<number, FileKind>> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "link",
  0o010000: "fifo",
};

/** Files by path, and open files. */
export class FileCalls extends Calls {
  readonly #abi: Abi;
  readonly #statx = new Uint8Array(STATX.size);
  readonly #statxView = new DataView(this.#statx.buffer);
  readonly #pair = new Int32Array(2);
  readonly #pairBytes = new Uint8Array(this.#pair.buffer);
  readonly #pollFd = new Uint8Array(8);
  readonly #pollView = new DataView(this.#pollFd.buffer);
  #entries: Uint8Array<ArrayBuffer> | undefined;

  /** `abi` is that of this machine. */
  constructor(bound: Bound, abi: Abi) {
    super(bound);
    this.#abi = abi;
  }

  /** openat(2). `flags` as on x86_64; O_DIRECTORY and O_NOFOLLOW are translated. */
  open(dir: number, path: string, flags: number, mode = 0): number {
    const fd = this.c.openat(dir, this.path(path), this.#openFlags(flags), mode);
    return fd < 0 ? this.fail("open", path) : fd;
  }

  #openFlags(flags: number): number {
    let own = (flags & ~(OPEN.directory | OPEN.noFollow)) | CLOSE_ON_EXEC;
    if (flags & OPEN.directory) own |= this.#abi.oDirectory;
    if (flags & OPEN.noFollow) own |= this.#abi.oNoFollow;
    return own;
  }

  /** close(2). A failure is passed over. */
  close(fd: number): void {
    // After EINTR or EIO the descriptor is gone all the same (close(2)): nobody can do anything about a failure.
    this.c.close(fd);
  }

  /** close(2) that throws EBADF when nothing was open. */
  closeOpen(fd: number): void {
    if (this.c.close(fd) < 0) this.fail("close");
  }

  /** True when the descriptor is open, and stays open on exec. */
  isHandedOn(fd: number): boolean {
    const flags = this.c.fcntl(fd, F_GETFD, 0);
    return flags >= 0 && (flags & FD_CLOEXEC) === 0;
  }

  /** read(2): the count, 0 at the end, or WOULD_BLOCK. */
  read(fd: number, into: Uint8Array<ArrayBuffer>): number {
    for (;;) {
      const n = this.c.read(fd, into, size(into.length));
      if (n >= 0) return n;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return WOULD_BLOCK;
      if (errno !== ERRNO.EINTR) this.fail("read");
    }
  }

  /** pread(2): the count, 0 at and behind the end. ESPIPE for a pipe, a socket or a terminal. */
  readAt(fd: number, into: Uint8Array<ArrayBuffer>, at: number): number {
    for (;;) {
      const n = this.c.pread(fd, into, size(into.length), BigInt(at));
      if (n >= 0) return n;
      if (this.lastErrno() !== ERRNO.EINTR) this.fail("pread");
    }
  }

  /** pwrite(2) of all bytes. A write that was cut short is ENOSPC. */
  writeAt(fd: number, bytes: Uint8Array<ArrayBuffer>, at: number): void {
    const n = this.c.pwrite(fd, bytes, size(bytes.length), BigInt(at));
    if (n < 0) this.fail("pwrite");
    if (n < bytes.length) throw new SysError({ call: "pwrite", errno: ERRNO.ENOSPC });
  }

  /** write(2) of the first `length` bytes: the count, or WOULD_BLOCK. */
  write(fd: number, from: Uint8Array<ArrayBuffer>, length: number): number {
    for (;;) {
      const n = this.c.write(fd, from, size(length));
      if (n >= 0) return n;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return WOULD_BLOCK;
      if (errno !== ERRNO.EINTR) this.fail("write");
    }
  }

  /** statx(2) of a path. */
  stat(dir: number, path: string, followLink = true): FileStat {
    const flags = followLink ? 0 : AT_SYMLINK_NOFOLLOW;
    if (this.c.statx(dir, this.path(path), flags, STATX_BASIC | STATX_BIRTH, this.#statx) < 0) {
      this.fail("stat", path);
    }
    return this.#facts();
  }

  /** statx(2) of an open file. */
  statFd(fd: number): FileStat {
    if (this.c.statx(fd, this.path(""), AT_EMPTY_PATH, STATX_BASIC | STATX_BIRTH, this.#statx) < 0) {
      this.fail("fstat");
    }
    return this.#facts();
  }

  #facts(): FileStat {
    const v = this.#statxView;
    const mode = v.getUint16(STATX.mode, true);
    return {
      kind: KINDS[mode & S_IFMT] ?? "other",
      mode: mode & 0o7777,
      // Both parts fit: 12 bits of major, 20 of minor (linux/kdev_t.h).
      device: v.getUint32(STATX.devMajor, true) * 0x100000 + v.getUint32(STATX.devMinor, true),
      inode: Number(v.getBigUint64(STATX.inode, true)),
      size: Number(v.getBigUint64(STATX.fileSize, true)),
      links: v.getUint32(STATX.links, true),
      uid: v.getUint32(STATX.uid, true),
      gid: v.getUint32(STATX.gid, true),
      mtimeNs: v.getBigInt64(STATX.mtimeSec, true) * NS_PER_SECOND +
        BigInt(v.getUint32(STATX.mtimeNsec, true)),
      ctimeNs: v.getBigInt64(STATX.ctimeSec, true) * NS_PER_SECOND +
        BigInt(v.getUint32(STATX.ctimeNsec, true)),
      birthNs: v.getUint32(STATX.mask, true) & STATX_BIRTH
        ? v.getBigInt64(STATX.birthSec, true) * NS_PER_SECOND + BigInt(v.getUint32(STATX.birthNsec, true))
        : 0n,
    };
  }

  /** mkdirat(2). */
  mkdir(dir: number, path: string, mode: number): void {
    if (this.c.mkdirat(dir, this.path(path), mode) < 0) this.fail("mkdir", path);
  }

  /** mkfifoat(3). */
  mkfifo(dir: number, path: string, mode: number): void {
    if (this.c.mkfifoat(dir, this.path(path), mode) < 0) this.fail("mkfifo", path);
  }

  /** renameat(2) within one directory. */
  rename(dir: number, from: string, to: string): void {
    if (this.c.renameat(dir, this.path(from), dir, this.otherPath(to)) < 0) this.fail("rename", from);
  }

  /** unlinkat(2) of a file that is no directory. */
  unlink(dir: number, path: string): void {
    if (this.c.unlinkat(dir, this.path(path), 0) < 0) this.fail("unlink", path);
  }

  /** unlinkat(2) of an empty directory. */
  removeDirectory(dir: number, path: string): void {
    if (this.c.unlinkat(dir, this.path(path), AT_REMOVEDIR) < 0) this.fail("rmdir", path);
  }

  /** symlinkat(2). */
  symlink(target: string, dir: number, path: string): void {
    if (this.c.symlinkat(this.path(target), dir, this.otherPath(path)) < 0) this.fail("symlink", path);
  }

  /** readlinkat(2). EINVAL for a file that is no symbolic link. */
  readLink(dir: number, path: string): string {
    const into = new Uint8Array(PATH_MAX);
    const n = this.c.readlinkat(dir, this.path(path), into, size(into.length));
    return n < 0 ? this.fail("readlink", path) : this.text(into, 0, n);
  }

  /** getdents64(2): names in an open directory, without `.` and `..`. The descriptor is read to its end. */
  readDirectory(fd: number): string[] {
    const names: string[] = [];
    const buffer = this.#entries ??= new Uint8Array(DIRECTORY_BUFFER);
    for (;;) {
      const n = this.c.getdents64(fd, buffer, size(buffer.length));
      if (n < 0) this.fail("readdir");
      if (n === 0) return names;
      for (let at = 0; at < n; at += (buffer[at + 16] ?? 0) | ((buffer[at + 17] ?? 0) << 8)) {
        const start = at + 19;
        const name = this.text(buffer, start, buffer.indexOf(0, start) - start);
        if (name !== "." && name !== "..") names.push(name);
      }
    }
  }

  /** fchmod(2). */
  chmodFd(fd: number, mode: number): void {
    if (this.c.fchmod(fd, mode) < 0) this.fail("fchmod");
  }

  /** fchmodat(2). */
  chmod(dir: number, path: string, mode: number): void {
    if (this.c.fchmodat(dir, this.path(path), mode, 0) < 0) this.fail("chmod", path);
  }

  /** fsync(2). */
  sync(fd: number): void {
    if (this.c.fsync(fd) < 0) this.fail("fsync");
  }

  /** ftruncate(2), to `size` bytes. */
  truncate(fd: number, size: number): void {
    if (this.c.ftruncate(fd, BigInt(size)) < 0) this.fail("truncate");
  }

  /** flock(2) LOCK_EX; false when another holds it and `wait` is false. */
  lock(fd: number, wait: boolean): boolean {
    for (;;) {
      if (this.c.flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) === 0) return true;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return false;
      if (errno !== ERRNO.EINTR) this.fail("lock");
    }
  }

  /**
   * Maps a page of the file without access and closes `fd`: a mapping holds the open file as a descriptor does, so a
   * flock on it stays (a flock(2) belongs to the open file, and mmap(2) keeps that after close). The file may be empty.
   * `fd` must be open for reading. Undefined, and `fd` open, where the file cannot be mapped.
   */
  holdOpen(fd: number): bigint | undefined {
    const at = this.c.mmap(0n, PAGE, PROT_NONE, MAP_SHARED, fd, 0n);
    if (at === MAP_FAILED) return undefined;
    this.c.close(fd);
    return at;
  }

  /** munmap(2) of what `holdOpen` mapped. */
  letGo(held: bigint): void {
    this.c.munmap(held, PAGE);
  }

  /** pipe2(2), both ends close-on-exec. */
  pipe(): { readonly read: number; readonly write: number } {
    if (this.c.pipe2(this.#pairBytes, CLOSE_ON_EXEC) < 0) this.fail("pipe");
    return { read: this.#pair[0] ?? -1, write: this.#pair[1] ?? -1 };
  }

  /** Sets or clears O_NONBLOCK (fcntl(2)). */
  setNonBlocking(fd: number, on: boolean): void {
    const flags = this.c.fcntl(fd, F_GETFL, 0);
    if (flags < 0) this.fail("fcntl");
    if (this.c.fcntl(fd, F_SETFL, on ? flags | NON_BLOCK : flags & ~NON_BLOCK) < 0) this.fail("fcntl");
  }

  /** dup2(2), without close-on-exec also where both are the same descriptor. */
  duplicate(from: number, to: number): void {
    if (this.c.dup2(from, to) < 0) this.fail("dup2");
    if (from === to) this.c.fcntl(to, F_SETFD, 0);
  }

  /** Every descriptor from `from` on closes on exec. */
  closeOnExec(from: number): void {
    if (this.c.close_range !== null && this.c.close_range(from, LAST_FD, CLOSE_RANGE_CLOEXEC) === 0) return;
    // glibc before 2.34 and Linux before 5.11 cannot mark a range.
    for (let fd = from; fd < USUAL_DESCRIPTORS; fd++) this.c.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  /** poll(2) of one descriptor; true when it is ready or has hung up. */
  poll(fd: number, interest: "read" | "write", timeoutMs: number): boolean {
    this.#pollView.setInt32(0, fd, true);
    this.#pollView.setInt16(4, interest === "read" ? POLLIN : POLLOUT, true);
    for (;;) {
      const n = this.c.poll(this.#pollFd, 1n, timeoutMs);
      if (n >= 0) return n > 0;
      if (this.lastErrno() !== ERRNO.EINTR) this.fail("poll");
    }
  }

  /** fchdir(2). */
  changeDirectory(fd: number): void {
    if (this.c.fchdir(fd) < 0) this.fail("fchdir");
  }
}
