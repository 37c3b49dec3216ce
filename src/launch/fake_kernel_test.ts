/** A kernel with files in memory, for tests of plans. It records the calls, and fails the call that a test names. */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { type Allowed, type Becoming, type FileStat, type Limit, WOULD_BLOCK } from "../runtime/kernel.ts";
import type { Resource } from "../runtime/kernel.ts";
import { bytesOf, byteString } from "../sys/bytes.ts";
import { SysError } from "../sys/error.ts";
import type { LaunchKernel } from "./host/steps.ts";

/** A directory is a list of names. */
export type Content = string | readonly string[];

/** Thrown when the process becomes another program. */
export class Executed extends Error {}

const HARD: Readonly<Partial<Record<Resource, bigint>>> = { nofile: 1000n };
const NOT_LIMITED = 0xffff_ffff_ffff_ffffn;

export class FakeKernel implements LaunchKernel {
  environment: readonly string[] = ["PATH=/bin", "HOME=/root"];
  /** The calls that were made, one line each. */
  readonly done: string[] = [];
  /** Lines on standard error. */
  readonly said: string[] = [];
  /** The program that was executed. */
  executed: Becoming | undefined;
  readonly files: Map<string, Content>;
  /** The number of the call that fails, counted from 0. */
  failAt = -1;
  failWith: number = ERRNO.EPERM;
  /** The line of the call that failed. */
  failed = "";
  hasLandlock = true;
  locked = false;
  calls = 0;
  readonly #open = new Map<Fd, { readonly path: string; at: number }>();
  #next = 3;

  constructor(files: Readonly<Record<string, Content>> = {}) {
    this.files = new Map(Object.entries(files));
  }

  /** Every call that the kernel may refuse goes through here. */
  #call(line: string): void {
    const number = this.calls++;
    if (number === this.failAt) {
      this.failed = line;
      throw new SysError({ call: line.split(" ")[0] ?? "", errno: this.failWith });
    }
    this.done.push(line);
  }

  #path(dir: Fd, path: string): string {
    const base = this.#open.get(dir)?.path;
    const full = path.startsWith("/") || base === undefined ? path : `${base}/${path}`;
    return full.replace(/\/\.$/, "");
  }

  #content(path: string): Content {
    const content = this.files.get(path);
    if (content === undefined) throw new SysError({ call: "open", path, errno: ERRNO.ENOENT });
    return content;
  }

  open(dir: Fd, path: string, flags: number): Fd {
    const full = this.#path(dir, path);
    this.#call(`open ${full}`);
    if ((flags & 0o100) !== 0 && !this.files.has(full)) this.files.set(full, "");
    this.#content(full);
    this.#open.set(this.#next, { path: full, at: 0 });
    return this.#next++;
  }
  close(fd: Fd): void {
    this.#open.delete(fd);
  }
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number {
    const open = this.#open.get(fd);
    this.#call(`read ${open?.path}`);
    const content = this.#content(open?.path ?? "");
    if (typeof content !== "string") throw new SysError({ call: "read", errno: ERRNO.EISDIR });
    if (content === "(fifo)") return WOULD_BLOCK;
    const piece = bytesOf(content.slice(open?.at, (open?.at ?? 0) + into.length));
    into.set(piece);
    if (open !== undefined) open.at += piece.length;
    return piece.length;
  }
  write(fd: Fd, from: Uint8Array<ArrayBuffer>, length = from.length): number {
    const text = byteString(from, 0, length);
    if (fd === 2) {
      this.said.push(text.trimEnd());
      return length;
    }
    const path = this.#open.get(fd)?.path ?? "";
    this.#call(`write ${path} ${text}`);
    this.files.set(path, text);
    return length;
  }
  poll(): boolean {
    return true;
  }
  pause(ms: number): void {
    this.#call(`pause ${ms}`);
  }
  pid(): number {
    return 42;
  }
  stat(dir: Fd, path: string): FileStat {
    const full = this.#path(dir, path);
    const content = this.#content(full);
    return {
      kind: typeof content === "string" ? "file" : "directory",
      mode: 0o755,
      device: 1,
      inode: [...this.files.keys()].indexOf(full),
      size: 0,
      uid: 0,
      gid: 0,
      mtimeNs: 0n,
      ctimeNs: 0n,
      links: 1,
      birthNs: 0n,
    };
  }
  mkdir(dir: Fd, path: string): void {
    const full = this.#path(dir, path);
    this.#call(`mkdir ${full}`);
    if (this.files.has(full)) throw new SysError({ call: "mkdir", errno: ERRNO.EEXIST });
    const above = full.slice(0, full.lastIndexOf("/"));
    if (above !== "" && !this.files.has(above)) throw new SysError({ call: "mkdir", errno: ERRNO.ENOENT });
    this.files.set(full, []);
    // Every directory of cgroup2 has this file from the start.
    if (full.startsWith("/sys/fs/cgroup/")) {
      for (const name of ["cgroup.procs", "memory.max"]) this.files.set(`${full}/${name}`, "");
    }
  }
  removeDirectory(dir: Fd, path: string): void {
    const full = this.#path(dir, path);
    this.#call(`rmdir ${full}`);
    for (const name of [...this.files.keys()]) {
      if (name === full || name.startsWith(`${full}/`)) this.files.delete(name);
    }
  }
  readDirectory(fd: Fd): string[] {
    const path = this.#open.get(fd)?.path ?? "";
    this.#call(`readdir ${path}`);
    const content = this.#content(path);
    return typeof content === "string" ? [] : [...content];
  }
  lock(fd: Fd, wait: boolean): boolean {
    this.#call(`lock ${this.#open.get(fd)?.path}${wait ? " wait" : ""}`);
    return !this.locked;
  }
  changeDirectory(fd: Fd): void {
    this.#call(`chdir ${this.#open.get(fd)?.path}`);
  }
  giveUpPrivileges(): void {
    this.#call("no_new_privs");
  }
  confine(allowed: readonly Allowed[], onlyFiles = false): boolean {
    const paths = allowed.map(({ directory, write, programs }) =>
      `${this.#open.get(directory)?.path}:${write ? "rw" : "ro"}${programs === true ? "x" : ""}`
    );
    this.#call(`confine ${paths.join(" ")}${onlyFiles ? " (files)" : ""}`);
    return this.hasLandlock;
  }
  newSession(): void {
    this.#call("setsid");
  }
  changeRoot(): void {
    this.#call("chroot");
  }
  addNice(by: number): void {
    this.#call(`nice ${by}`);
  }
  setNice(level: number): void {
    this.#call(`setpriority ${level}`);
  }
  setProcessors(cpus: readonly number[]): void {
    this.#call(`affinity ${cpus}`);
  }
  takeOn(uid: number, gid: number, groups: readonly number[]): void {
    this.#call(`setgroups ${groups}`);
    this.#call(`setresgid ${gid}`);
    this.#call(`setresuid ${uid}`);
  }
  closeOpen(fd: Fd): void {
    this.#call(`close ${fd}`);
  }
  handOn(fd: Fd): void {
    this.#call(`hand on ${this.#open.get(fd)?.path}`);
  }
  isHandedOn(fd: Fd): boolean {
    return fd < 5;
  }
  checkExecutable(path: string): void {
    this.#content(path);
  }
  hardLimit(resource: Resource): bigint {
    this.#call(`getrlimit ${resource}`);
    return HARD[resource] ?? NOT_LIMITED;
  }
  setLimit({ resource, soft }: Limit): void {
    this.#call(`setrlimit ${resource} ${soft}`);
  }
  libcUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
    this.#call(`getpwnam ${name}`);
    return name === "remote" ? { uid: 500, gid: 501 } : undefined;
  }
  libcGroup(name: string): number | undefined {
    this.#call(`getgrnam ${name}`);
    return name === "far" ? 502 : undefined;
  }
  become(request: Becoming): never {
    this.#call(`execve ${request.path}`);
    if (!this.files.has(request.path)) throw new SysError({ call: "exec", errno: ERRNO.ENOENT });
    this.executed = request;
    throw new Executed();
  }
}
