/**
 * A machine on which programs are started in another state, for chpst and its family. The kernel writes down what
 * becomes of it.
 */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import type { LaunchKernel } from "../../src/launch/host/steps.ts";
import type { Allowed, Becoming, FileStat, Limit, Resource } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { Recorded } from "./recorded.ts";

/** A directory is given as the names that it is listed with: not all are there to be opened, and not all that is there. */
export type Content = string | readonly string[];

/** The content of a FIFO into which no process has written. */
export const FIFO = "(fifo)";

/** This kernel's way of coming to the end of a process. */
export class Executed extends Error {}

const HARD: Readonly<Partial<Record<Resource, bigint>>> = { nofile: 1000n };
const NOT_LIMITED = 0xffff_ffff_ffff_ffffn;
const STDERR: Fd = 2;

export class LaunchingKernel extends Recorded implements LaunchKernel {
  readonly environment: readonly string[] = ["PATH=/bin", "HOME=/root"];
  /** Lines on standard error. */
  readonly said: string[] = [];
  /** Executed, and with what. */
  executed: Becoming | undefined;
  hasLandlock = true;
  /** True when another process holds every lock. */
  locked = false;
  readonly #listed = new Map<string, readonly string[]>();

  constructor(contents: Readonly<Record<string, Content>> = {}) {
    super();
    for (const [path, content] of Object.entries(contents)) this.#put(path, content);
  }

  #put(path: string, content: Content): void {
    const { tree } = this;
    if (typeof content !== "string") {
      tree.makeDirectory(path);
      this.#listed.set(path, content);
    } else if (content !== FIFO) tree.put(path, content);
    else tree.mkfifo(tree.root, path, 0o600).pipe.writers = 1;
  }

  protected override lineOf(call: string, about: Fd | string, how: string): string | undefined {
    if (call === "stat" || about === STDERR || call === "close" && typeof about === "number") {
      return undefined;
    }
    const path = typeof about === "number" ? this.file(about).path : about;
    return super.lineOf(call === "read directory" ? "readdir" : call, path, how);
  }

  protected override enterAt(call: string, dir: Fd, path: string): void {
    this.enter(call, this.pathOf(dir, path));
  }

  // Files

  protected override writeText(fd: Fd, text: string): number {
    if (fd === STDERR) {
      this.said.push(text.trimEnd());
      return text.length;
    }
    // As a file of the kernel takes it.
    const { inode } = this.file(fd);
    if (inode?.kind === "file") this.tree.write(inode, text);
    return text.length;
  }

  override readDirectory(fd: Fd): string[] {
    const names = super.readDirectory(fd);
    return [...this.#listed.get(this.file(fd).path) ?? names];
  }

  override mkdir(dir: Fd, path: string, mode: number): void {
    super.mkdir(dir, path, mode);
    const made = this.pathOf(dir, path);
    // As a directory of cgroup2 has from the start.
    if (!made.startsWith("/sys/fs/cgroup/")) return;
    for (const name of ["cgroup.procs", "memory.max"]) this.tree.put(`${made}/${name}`, "");
  }

  removeDirectory(dir: Fd, path: string): void {
    this.enterAt("rmdir", dir, path);
    this.tree.removeAll(this.tree.resolve(this.directory(dir), path));
  }

  override stat(dir: Fd, path: string): FileStat {
    return { ...super.stat(dir, path), mode: 0o755 };
  }

  override lock(fd: Fd, wait: boolean): boolean {
    return super.lock(fd, wait) && !this.locked;
  }

  poll(): boolean {
    return true;
  }

  changeDirectory(fd: Fd): void {
    this.enter("chdir", fd);
  }

  closeOpen(fd: Fd): void {
    this.enter("close", `${fd}`);
  }

  handOn(fd: Fd): void {
    this.enter("hand on", fd);
  }

  isHandedOn(fd: Fd): boolean {
    return fd < 5;
  }

  // The process

  pid(): number {
    return 42;
  }

  pause(ms: number): void {
    this.enter("pause", `${ms}`);
  }

  newSession(): void {
    this.enter("setsid");
  }

  changeRoot(): void {
    this.enter("chroot");
  }

  addNice(by: number): void {
    this.enter("nice", `${by}`);
  }

  setNice(level: number): void {
    this.enter("setpriority", `${level}`);
  }

  setProcessors(cpus: readonly number[]): void {
    this.enter("affinity", `${cpus}`);
  }

  hardLimit(resource: Resource): bigint {
    this.enter("getrlimit", resource);
    return HARD[resource] ?? NOT_LIMITED;
  }

  setLimit({ resource, soft }: Limit): void {
    this.enter("setrlimit", resource, `${soft}`);
  }

  // What is given up

  giveUpPrivileges(): void {
    this.enter("no_new_privs");
  }

  confine(allowed: readonly Allowed[], onlyFiles = false): boolean {
    const places = allowed.map(({ directory, write, programs }) =>
      `${this.files.get(directory)?.path}:${write ? "rw" : "ro"}${programs === true ? "x" : ""}`
    );
    this.enter("confine", places.join(" "), onlyFiles ? "(files)" : "");
    return this.hasLandlock;
  }

  takeOn(uid: number, gid: number, groups: readonly number[]): void {
    this.enter("setgroups", `${groups}`);
    this.enter("setresgid", `${gid}`);
    this.enter("setresuid", `${uid}`);
  }

  // Accounts that libc knows

  libcUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
    this.enter("getpwnam", name);
    return name === "remote" ? { uid: 500, gid: 501 } : undefined;
  }

  libcGroup(name: string): number | undefined {
    this.enter("getgrnam", name);
    return name === "far" ? 502 : undefined;
  }

  // Execution

  checkExecutable(path: string): void {
    this.tree.resolve(this.tree.root, path, true, "open");
  }

  become(request: Becoming): never {
    this.enter("execve", request.path);
    if (this.tree.find(this.tree.root, request.path) === undefined) {
      throw new SysError({ call: "exec", errno: ERRNO.ENOENT });
    }
    this.executed = request;
    throw new Executed();
  }
}
