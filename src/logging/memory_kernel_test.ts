/**
 * A kernel in memory for the logger: files with modes and locks, a script of what happens, a clock that moves
 * only when it is waited for, and faults.
 */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { SIGNAL } from "../posix/signal.ts";
import { type EndedChild, type FileStat, OPEN, type SpawnRequest } from "../runtime/kernel.ts";
import { SysError } from "../sys/error.ts";
import type { LoggerKernel } from "./host.ts";
import { latinBytes, latinText } from "./latin.ts";

/** The process is no more; thrown out of a call. */
export class Death extends Error {}

export type Happening =
  | { readonly kind: "input"; readonly text: string }
  | { readonly kind: "end" }
  | { readonly kind: "signal"; readonly signal: number }
  /** All of it before anybody looks. */
  | { readonly kind: "together"; readonly all: readonly Happening[] }
  | { readonly kind: "pass"; readonly ms: number }
  /** Anything else that changes the world. */
  | { readonly kind: "act"; act(): void };

interface File {
  text: string;
  mode: number;
  readonly inode: number;
}

/** Names with slashes are paths; a directory is there when it is in `directories`. */
export class Disk {
  readonly files = new Map<string, File>();
  readonly directories = new Set<string>(["."]);
  /** Bytes that may be written until the disk is full. */
  room = Infinity;

  text(path: string): string | undefined {
    return this.files.get(path)?.text;
  }

  /** Names in a directory. */
  names(directory: string): string[] {
    const start = `${directory}/`;
    return [...this.files.keys()].filter((path) => path.startsWith(start)).map((path) =>
      path.slice(start.length)
    );
  }

  put(path: string, text: string, mode: number): void {
    this.files.set(path, { text, mode, inode: this.#nextInode++ });
  }

  #nextInode = 1000;

  /** Directories are known by where they stand in the set. */
  inodeOf(directory: string): number {
    return [...this.directories].indexOf(directory) + 1;
  }
}

interface OpenFile {
  readonly path: string;
  readonly file: File | undefined;
  /** A file is read at one go, so a second read is its end. */
  isRead?: boolean;
}

/** In pages of WebAssembly, 64 kB each. */
const REGION_PAGES = 16;

/** What a processor does: its exit status in the encoding of wait(2), and its output. */
export interface Processed {
  readonly status: number;
  readonly output: string;
  readonly state: string;
}

export class MemoryKernel implements LoggerKernel {
  readonly disk: Disk;
  readonly stderr: string[] = [];
  nowMs = 1000;
  /** When every file and directory was made. */
  birthNs = 1n;
  /** Inode of the pipe on descriptor 0. */
  pipe = 7;
  /** An errno for a call, or undefined: it works. Called with each call that can fail, e.g. `rename current`. */
  fault: (call: string) => number | undefined = () => undefined;
  processor: (input: string, state: string, command: string) => Processed = (input) => ({
    status: 0,
    output: input,
    state: "",
  });
  readonly #script: Happening[];
  readonly #open = new Map<Fd, OpenFile>();
  readonly #locked: Set<string>;
  readonly regionMemory = new WebAssembly.Memory({ initial: REGION_PAGES, maximum: REGION_PAGES });
  readonly region = new Uint8Array(this.regionMemory.buffer as ArrayBuffer);
  readonly #mapped = new Map<number, { readonly file: File; readonly length: number }>();
  readonly #watched = new Set<Fd>();
  readonly #signals: number[] = [];
  readonly #exits: EndedChild[] = [];
  readonly #running: EndedChild[] = [];
  #input = "";
  #ended = false;
  #nextFd = 3;
  #nextPid = 100;
  #ready: Fd[] = [];

  constructor(disk: Disk, script: readonly Happening[], locked: Set<string> = new Set()) {
    this.disk = disk;
    this.#script = [...script];
    this.#locked = locked;
  }

  get unread(): string {
    return this.#input + this.#script.map((one) => one.kind === "input" ? one.text : "").join("");
  }

  get openDescriptors(): number {
    return this.#open.size;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  readWall(into: { seconds: number; nanoseconds: number }): void {
    const now = this.wallNs();
    into.seconds = Number(now / 1_000_000_000n);
    into.nanoseconds = Number(now % 1_000_000_000n);
  }

  wallNs(): bigint {
    return BigInt(Math.round(this.nowMs)) * 1_000_000n;
  }

  // Files

  #call(call: string): void {
    const errno = this.fault(call);
    if (errno !== undefined) throw new SysError({ call, errno });
  }

  #path(dir: Fd, path: string): string {
    if (dir === CWD) return path;
    const { path: base, file } = this.#opened(dir);
    if (file !== undefined) throw new SysError({ call: "path", path, errno: ERRNO.ENOTDIR });
    return path === "." ? base : `${base}/${path}`;
  }

  #opened(fd: Fd): OpenFile {
    const opened = this.#open.get(fd);
    if (opened === undefined) throw new SysError({ call: "fd", errno: ERRNO.EBADF });
    return opened;
  }

  #fileOf(fd: Fd): File {
    const { file } = this.#opened(fd);
    if (file === undefined) throw new SysError({ call: "fd", errno: ERRNO.EISDIR });
    return file;
  }

  #found(path: string): File {
    const file = this.disk.files.get(path);
    if (file === undefined) throw new SysError({ call: "find", path, errno: ERRNO.ENOENT });
    return file;
  }

  open(dir: Fd, name: string, flags: number, mode = 0): Fd {
    if (name === "/") return this.#add({ path: "/", file: undefined });
    this.#call(`open ${name}`);
    const path = this.#path(dir, name);
    if (this.disk.directories.has(path)) return this.#add({ path, file: undefined });
    if (flags & OPEN.create && !this.disk.files.has(path)) this.disk.put(path, "", mode);
    const file = this.#found(path);
    if (flags & OPEN.truncate) file.text = "";
    return this.#add({ path, file });
  }

  #add(opened: OpenFile): Fd {
    this.#open.set(this.#nextFd, opened);
    return this.#nextFd++;
  }

  close(fd: Fd): void {
    this.#locked.delete(this.#opened(fd).path);
    this.#open.delete(fd);
  }

  read(fd: Fd, into: Uint8Array): number {
    if (fd !== 0) return this.#readFile(fd, into);
    this.#call("read");
    const text = this.#input.slice(0, into.length);
    if (text === "" && !this.#ended) throw new Error("read() of an empty pipe");
    this.#input = this.#input.slice(text.length);
    into.set(latinBytes(text));
    return text.length;
  }

  #readFile(fd: Fd, into: Uint8Array): number {
    const opened = this.#opened(fd);
    if (opened.isRead === true) return 0;
    opened.isRead = true;
    const { text } = this.#fileOf(fd);
    into.set(latinBytes(text));
    return text.length;
  }

  write(fd: Fd, from: Uint8Array, length = from.length): number {
    const text = latinText(from, 0, length);
    if (fd === 2) {
      this.stderr.push(text);
      return length;
    }
    this.#call("write");
    if (this.disk.room === 0) throw new SysError({ call: "write", errno: ERRNO.ENOSPC });
    const wrote = text.slice(0, this.disk.room);
    this.disk.room -= wrote.length;
    this.#fileOf(fd).text += wrote;
    return wrote.length;
  }

  stat(dir: Fd, name: string): FileStat {
    this.#call(`stat ${name}`);
    const path = this.#path(dir, name);
    if (this.disk.directories.has(path)) return this.#facts("directory", 0o755, this.disk.inodeOf(path), 0);
    const { text, mode, inode } = this.#found(path);
    return this.#facts("file", mode, inode, text.length);
  }

  statFd(fd: Fd): FileStat {
    if (fd === 0) return this.#facts("fifo", 0o600, this.pipe, 0);
    const { path, file } = this.#opened(fd);
    if (file === undefined) return this.#facts("directory", 0o755, this.disk.inodeOf(path), 0);
    return this.#facts("file", file.mode, file.inode, file.text.length);
  }

  #facts(kind: FileStat["kind"], mode: number, inode: number, size: number): FileStat {
    return {
      kind,
      mode,
      device: 1,
      inode,
      size,
      links: 1,
      uid: 0,
      gid: 0,
      mtimeNs: 0n,
      ctimeNs: 0n,
      birthNs: this.birthNs,
    };
  }

  mkdir(_dir: Fd, path: string): void {
    this.#call(`mkdir ${path}`);
    if (this.disk.directories.has(path)) throw new SysError({ call: "mkdir", path, errno: ERRNO.EEXIST });
    this.disk.directories.add(path);
  }

  truncate(fd: Fd, size: number): void {
    const file = this.#fileOf(fd);
    file.text = file.text.slice(0, size).padEnd(size, "\0");
  }

  // Memory

  userId(): number {
    return 0;
  }

  allocate(fd: Fd, length: number): void {
    const file = this.#fileOf(fd);
    file.text = file.text.padEnd(length, "\0");
  }

  mapFile(fd: Fd, at: number, length: number): void {
    const file = this.#fileOf(fd);
    this.region.set(latinBytes(file.text), at);
    this.#mapped.set(at, { file, length });
  }

  unmapFile(at: number): void {
    this.#keep(at);
    this.#mapped.delete(at);
  }

  #keep(at: number): void {
    const mapped = this.#mapped.get(at);
    if (mapped !== undefined) mapped.file.text = latinText(this.region, at, at + mapped.length);
  }

  /** What a process leaves behind that is no more: its files, and what it had mapped of them. */
  die(): void {
    for (const at of this.#mapped.keys()) this.#keep(at);
  }

  /** The kernel of a process that is started after this one, with the same pipe. */
  successor(): MemoryKernel {
    const rest: Happening[] = this.#input === "" ? [] : [{ kind: "input", text: this.#input }];
    if (this.#ended) rest.push({ kind: "end" });
    const next = new MemoryKernel(this.disk, [...rest, ...this.#script]);
    next.nowMs = this.nowMs + 5000;
    next.processor = this.processor;
    return next;
  }

  splice(pipe: Fd, file: Fd, offset: Uint8Array<ArrayBuffer>, length: number): number {
    const into = this.#fileOf(file);
    const [at = 0] = [...this.#mapped].find(([, mapped]) => mapped.file === into) ?? [];
    const view = new DataView(offset.buffer, offset.byteOffset);
    const end = Number(view.getBigUint64(0, true));
    const n = this.read(pipe, this.region.subarray(at + end, at + end + length));
    view.setBigUint64(0, BigInt(end + n), true);
    return n;
  }

  rename(dir: Fd, from: string, to: string): void {
    this.#call(`rename ${from}`);
    const file = this.#found(this.#path(dir, from));
    if (this.disk.files.has(this.#path(dir, to)) && to !== "state" && to !== "status") {
      throw new Error(`rename() over ${to}`);
    }
    this.disk.files.delete(this.#path(dir, from));
    this.disk.files.set(this.#path(dir, to), file);
  }

  unlink(dir: Fd, name: string): void {
    this.#call(`unlink ${name}`);
    const { text } = this.#found(this.#path(dir, name));
    this.disk.files.delete(this.#path(dir, name));
    this.disk.room += text.length;
  }

  readDirectory(fd: Fd): string[] {
    this.#call("list");
    return this.disk.names(this.#opened(fd).path);
  }

  chmodFd(fd: Fd, mode: number): void {
    this.#call(`mode ${mode.toString(8)}`);
    this.#fileOf(fd).mode = mode;
  }

  sync(fd: Fd): void {
    this.#call("sync");
    this.#fileOf(fd);
  }

  lock(fd: Fd): boolean {
    const { path } = this.#opened(fd);
    if (this.#locked.has(path)) return false;
    this.#locked.add(path);
    return true;
  }

  poll(fd: Fd): boolean {
    return fd !== 0 || this.#input !== "" || this.#ended;
  }

  // Datagrams

  /** What was sent: `HOST:PORT TEXT`, the host as a number. */
  readonly sent: string[] = [];

  datagramSocket(): Fd {
    this.#call("socket");
    return this.#add({ path: "socket", file: undefined });
  }

  sendTo(fd: Fd, from: Uint8Array, length: number, host: number, port: number): number {
    this.#opened(fd);
    this.#call("sendto");
    this.sent.push(`${host}:${port} ${latinText(from, 0, length)}`);
    return length;
  }

  // Processes

  spawn(request: SpawnRequest): number {
    this.#call("spawn");
    const others = new Map(request.others ?? []);
    const state = this.#fileOf(others.get(4) ?? -1).text;
    const input = this.#fileOf(request.stdin ?? -1).text;
    const done = this.processor(input, state, request.argv[2] ?? "");
    this.#fileOf(request.stdout ?? -1).text = done.output;
    this.#fileOf(others.get(5) ?? -1).text = done.state;
    const pid = this.#nextPid++;
    this.#running.push({ pid, status: done.status });
    return pid;
  }

  reap(): EndedChild | undefined {
    return this.#exits.shift();
  }

  // Waiting

  signals(): Fd {
    return this.#add({ path: "signals", file: undefined });
  }

  nextSignal(): number {
    return this.#signals.shift() ?? 0;
  }

  watch(fd: Fd): void {
    this.#watched.add(fd);
  }

  unwatch(fd: Fd): void {
    this.#watched.delete(fd);
  }

  ready(i: number): Fd {
    return this.#ready[i] ?? -1;
  }

  /** Whatever is ready; else the next happening; else a processor ends; else time passes. */
  wait(timeoutMs: number): number {
    for (;;) {
      this.#ready = [...this.#watched].filter((fd) => this.#isReady(fd));
      if (this.#ready.length > 0 || timeoutMs === 0) return this.#ready.length;
      const next = this.#script.shift();
      const exit = this.#running[0];
      if (next?.kind === "pass" && timeoutMs > 0 && timeoutMs < next.ms) {
        this.nowMs += timeoutMs;
        this.#script.unshift({ kind: "pass", ms: next.ms - timeoutMs });
        return 0;
      } else if (next !== undefined) {
        this.#happen(next);
      } else if (exit !== undefined) {
        this.endProcessor();
      } else if (timeoutMs > 0) {
        this.nowMs += timeoutMs;
        return 0;
      } else {
        throw new Error("waits for ever");
      }
    }
  }

  endProcessor(): void {
    const exit = this.#running.shift();
    if (exit === undefined) return;
    this.#exits.push(exit);
    this.#signals.push(SIGNAL.CHLD);
  }

  #isReady(fd: Fd): boolean {
    return fd === 0 ? this.#input !== "" || this.#ended : this.#signals.length > 0;
  }

  #happen(next: Happening): void {
    if (next.kind === "input") this.#input += next.text;
    else if (next.kind === "end") this.#ended = true;
    else if (next.kind === "signal") this.#signals.push(next.signal);
    else if (next.kind === "together") next.all.forEach((one) => this.#happen(one));
    else if (next.kind === "pass") this.nowMs += next.ms;
    else next.act();
  }
}
