/**
 * Files, directories, FIFOs and pipes, over a tree. No call waits: one that would is a violation.
 */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { CHANGE, type FileStat, type Held, OPEN, WOULD_BLOCK } from "../../src/runtime/kernel.ts";
import { byteString } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import { Ground } from "./ground.ts";
import { type OpenFile, openFile } from "./open_file.ts";
import { Pipe } from "./pipe.ts";
import type { Directory, Inode } from "./tree.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An open file of another process, which holds a lock. */
const FOREIGN = openFile({ kind: "nothing" });

export class Files extends Ground {
  /** Open files without a descriptor. */
  protected readonly held = new Map<Held, OpenFile>();
  #lastHeld = 0n;
  readonly #locks = new Map<Inode, OpenFile>();

  // Opening

  open(dir: Fd, path: string, flags: number, mode = 0o644): Fd {
    this.enterAt("open", dir, path);
    return this.openAt(dir, path, flags, mode);
  }

  protected openAt(dir: Fd, path: string, flags: number, mode: number): Fd {
    const from = this.directory(dir);
    const inode = this.#openedInode(from, path, flags, mode);
    const reads = (flags & 3) !== OPEN.write;
    const writes = (flags & 3) !== OPEN.read;
    const isPlace = (flags & OPEN.path) !== 0;
    if ((flags & OPEN.directory) !== 0 && inode.kind !== "directory") {
      throw new SysError({ call: "open", path, errno: ERRNO.ENOTDIR });
    }
    const pipe = inode.kind === "fifo" && !isPlace ? inode.pipe : undefined;
    const waits = reads !== writes && (reads ? pipe?.writers : pipe?.readers) === 0;
    const nonBlocking = (flags & OPEN.nonBlock) !== 0;
    if (waits && !nonBlocking) this.violate("no call waits", `open ${path} without O_NONBLOCK`);
    if (waits && writes) throw new SysError({ call: "open", path, errno: ERRNO.ENXIO });
    if (pipe !== undefined) this.opensPipe(pipe, from, path);
    const appends = (flags & OPEN.append) !== 0;
    const file = { inode, pipe, reads, writes, nonBlocking, appends, path: this.pathOf(dir, path) };
    const fd = this.newFd(openFile({ kind: "inode", ...file }), "open");
    this.tree.hold(inode);
    pipe?.openEnd(reads, writes);
    if ((flags & OPEN.truncate) !== 0 && inode.kind === "file") this.tree.write(inode, "");
    return fd;
  }

  #openedInode(from: Directory, path: string, flags: number, mode: number): Inode {
    const followLast = (flags & OPEN.noFollow) === 0;
    const found = this.tree.locate(from, path, followLast, "open").inode;
    if (found !== undefined) return found;
    if ((flags & OPEN.create) === 0) throw new SysError({ call: "open", path, errno: ERRNO.ENOENT });
    return this.tree.file(from, path, mode);
  }

  /** A FIFO is about to be opened by its name. */
  protected opensPipe(_pipe: Pipe, _from: Directory, _path: string): void {}

  close(fd: Fd): void {
    this.enter("close", fd);
    const file = this.file(fd);
    this.closes(fd);
    this.files.delete(fd);
    this.release(file);
  }

  /** The descriptor is about to be closed. */
  protected closes(_fd: Fd): void {}

  /** Takes one reference away; the last one closes the file. */
  protected release(file: OpenFile): void {
    if (--file.references > 0) return;
    file.pipe?.closeEnd(file.reads, file.writes);
    file.socket?.close();
    file.listener?.close();
    if (file.process !== undefined) file.process.holders--;
    if (file.inode === undefined) return;
    if (this.#locks.get(file.inode) === file) this.#locks.delete(file.inode);
    if (file.wrote) this.tree.tell(file.inode, CHANGE.closeWrite);
    this.tree.release(file.inode);
  }

  // Reading and writing

  read(fd: Fd, into: Bytes): number {
    this.enter("read", fd);
    const file = this.file(fd);
    const { pipe, inode, nonBlocking } = file;
    if (inode?.kind === "file") {
      const read = this.#copy(inode.text, file.offset, into);
      file.offset += read;
      return read;
    }
    if (inode?.kind === "directory") throw new SysError({ call: "read", errno: ERRNO.EISDIR });
    if (pipe === undefined) throw new SysError({ call: "read", errno: ERRNO.EINVAL });
    if (pipe.text === "" && pipe.writers > 0) {
      if (!nonBlocking) this.violate("no call waits", `read from ${fd}, which is empty`);
      return WOULD_BLOCK;
    }
    return this.#copy(pipe.take(into.length), 0, into);
  }

  readAt(fd: Fd, into: Bytes, at: number): number {
    this.enter("pread", fd);
    const { inode } = this.file(fd);
    if (inode?.kind !== "file") throw new SysError({ call: "pread", errno: ERRNO.ESPIPE });
    return this.#copy(inode.text, at, into);
  }

  #copy(text: string, at: number, into: Bytes): number {
    const length = Math.max(Math.min(text.length - at, into.length), 0);
    for (let i = 0; i < length; i++) into[i] = text.charCodeAt(at + i);
    return length;
  }

  write(fd: Fd, from: Bytes, length = from.length): number {
    const text = byteString(from, 0, length);
    this.enter("write", fd, text);
    return this.writeText(fd, text);
  }

  protected writeText(fd: Fd, text: string): number {
    const file = this.file(fd);
    if (file.pipe !== undefined) return file.pipe.put(text) || WOULD_BLOCK;
    if (file.inode?.kind !== "file") throw new SysError({ call: "write", errno: ERRNO.EINVAL });
    const taken = this.taken(text);
    file.wrote = true;
    const before = file.inode.text;
    if (file.appends) file.offset = before.length;
    const written = before.slice(0, file.offset) + taken;
    file.offset += taken.length;
    this.tree.write(file.inode, written + before.slice(file.offset));
    return taken.length;
  }

  /** The part of `text` for which the disk has room. Throws when it has none. */
  protected taken(text: string): string {
    return text;
  }

  /** Writes in place. This needs no room, and does not fail for want of it. */
  writeAt(fd: Fd, from: Bytes, at: number): void {
    this.enter("pwrite", fd, `${at}`);
    const { inode } = this.file(fd);
    if (inode?.kind !== "file") throw new SysError({ call: "pwrite", errno: ERRNO.ESPIPE });
    const before = inode.text.padEnd(at, "\0");
    const after = before.slice(0, at) + byteString(from, 0, from.length) + before.slice(at + from.length);
    this.tree.write(inode, after);
  }

  truncate(fd: Fd, size: number): void {
    this.enter("truncate", fd);
    const { inode } = this.file(fd);
    if (inode?.kind === "file") this.tree.write(inode, inode.text.slice(0, size).padEnd(size, "\0"));
  }

  sync(fd: Fd): void {
    this.enter("sync", fd);
    this.file(fd);
  }

  // Names

  stat(dir: Fd, path: string, followLink = true): FileStat {
    this.enterAt("stat", dir, path);
    return this.tree.stat(this.tree.resolve(this.directory(dir), path, followLink));
  }

  statFd(fd: Fd): FileStat {
    this.enter("fstat", fd);
    const { inode } = this.file(fd);
    if (inode === undefined) throw new SysError({ call: "fstat", errno: ERRNO.EINVAL });
    return this.tree.stat(inode);
  }

  mkdir(dir: Fd, path: string, mode: number): void {
    this.enterAt("mkdir", dir, path);
    this.mayFail("mkdir", path);
    this.tree.mkdir(this.directory(dir), path, mode);
  }

  mkfifo(dir: Fd, path: string, mode: number): void {
    this.enterAt("mkfifo", dir, path);
    this.mayFail("mkfifo", path);
    this.tree.mkfifo(this.directory(dir), path, mode);
  }

  rename(dir: Fd, from: string, to: string): void {
    this.enterAt("rename", dir, from);
    this.mayFail("rename", from);
    const directory = this.directory(dir);
    this.tree.rename(directory, from, directory, to);
  }

  unlink(dir: Fd, path: string): void {
    this.enterAt("unlink", dir, path);
    this.tree.unlink(this.directory(dir), path);
  }

  symlink(target: string, dir: Fd, path: string): void {
    this.enterAt("symlink", dir, path);
    this.tree.symlink(target, this.directory(dir), path);
  }

  readLink(dir: Fd, path: string): string {
    this.enterAt("readlink", dir, path);
    this.mayFail("readlink", path);
    const inode = this.tree.resolve(this.directory(dir), path, false, "readlink");
    if (inode.kind !== "link") throw new SysError({ call: "readlink", path, errno: ERRNO.EINVAL });
    return inode.target;
  }

  readDirectory(fd: Fd): string[] {
    this.enter("read directory", fd);
    this.mayFail("read directory");
    return [...this.directory(fd).entries.keys()];
  }

  chmodFd(fd: Fd, mode: number): void {
    this.enter("chmod", fd, mode.toString(8));
    const { inode } = this.file(fd);
    if (inode !== undefined) this.tree.chmod(inode, mode);
  }

  chmod(dir: Fd, path: string, mode: number): void {
    this.enterAt("chmod", dir, path);
    this.tree.chmod(this.tree.resolve(this.directory(dir), path), mode);
  }

  // Locks

  lock(fd: Fd, wait: boolean): boolean {
    this.enter("lock", fd, wait ? "wait" : "");
    this.mayFail("lock");
    const file = this.file(fd);
    if (file.inode === undefined) throw new SysError({ call: "flock", errno: ERRNO.EINVAL });
    const holder = this.#locks.get(file.inode);
    if (holder !== undefined && holder !== file) {
      if (wait) this.violate("no call waits", "lock that another holds");
      return false;
    }
    this.#locks.set(file.inode, file);
    return true;
  }

  /** Lets another process take the lock of a file or give it back. */
  setForeignLock(inode: Inode, held: boolean): void {
    if (held && !this.#locks.has(inode)) this.#locks.set(inode, FOREIGN);
    else if (!held && this.#locks.get(inode) === FOREIGN) this.#locks.delete(inode);
  }

  /** The number of locks that are ours. */
  get locks(): number {
    return [...this.#locks.values()].filter((holder) => holder !== FOREIGN).length;
  }

  holdOpen(fd: Fd): Held | undefined {
    this.enter("hold open", fd);
    const file = this.file(fd);
    if (!this.canHold()) return undefined;
    this.files.delete(fd);
    this.held.set(++this.#lastHeld, file);
    return this.#lastHeld;
  }

  /** True when a file can be kept open without a descriptor now. */
  protected canHold(): boolean {
    return true;
  }

  letGo(held: Held): void {
    this.enter("let go", `${held}`);
    const file = this.held.get(held);
    if (file === undefined) return this.violate("no use of a closed descriptor", `held ${held}`);
    this.held.delete(held);
    this.release(file);
  }

  // Descriptors

  pipe(): { readonly read: Fd; readonly write: Fd } {
    this.enter("pipe");
    this.mayFail("pipe");
    const pipe = new Pipe();
    this.makesPipe(pipe);
    const read = this.newFd(openFile({ kind: "pipe", pipe, reads: true }), "pipe");
    pipe.openEnd(true, false);
    try {
      const write = this.newFd(openFile({ kind: "pipe", pipe, writes: true }), "pipe");
      pipe.openEnd(false, true);
      return { read, write };
    } catch (thrown) {
      this.files.delete(read);
      throw thrown;
    }
  }

  /** A pipe without a name has come up. */
  protected makesPipe(_pipe: Pipe): void {}

  setNonBlocking(fd: Fd, on: boolean): void {
    this.enter("non-blocking", fd, `${on}`);
    this.file(fd).nonBlocking = on;
  }

  duplicate(from: Fd, to: Fd): void {
    this.enter("duplicate", from, `${to}`);
    const file = this.file(from);
    if (from === to) return void (file.kept = true);
    this.files.delete(to);
    file.references++;
    this.files.set(to, file);
  }

  closeOnExec(from: Fd): void {
    for (const [fd, file] of this.files) if (fd >= from) file.kept = false;
  }
}
