/**
 * The kernel of a logger: a disk, a pipe on descriptor 0, processors, datagrams, and a script of what happens.
 *
 * The script goes on only when the logger waits and nothing is ready; when it is over, processors end and time passes.
 */
import type { LoggerKernel } from "../../src/logging/host.ts";
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { SIGNAL } from "../../src/posix/signal.ts";
import type { EndedChild, FileStat, SpawnRequest } from "../../src/runtime/kernel.ts";
import { byteString } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import { Random } from "../random.ts";
import { Disk } from "./disk.ts";
import { Mapping } from "./mapping.ts";
import { openFile } from "./open_file.ts";
import { Pipe } from "./pipe.ts";
import { World } from "./world.ts";

export { Disk };

/** The process is no more; thrown out of a call. */
export class Death extends Error {}

/** An event that happens while the logger waits. */
export type Happening =
  | { readonly kind: "input"; readonly text: string }
  | { readonly kind: "end" }
  | { readonly kind: "signal"; readonly signal: number }
  /** All of these happen before the logger looks. */
  | { readonly kind: "together"; readonly all: readonly Happening[] }
  | { readonly kind: "pass"; readonly ms: number }
  /** Anything else that changes the world. */
  | { readonly kind: "act"; act(): void };

/** The result of a processor: its exit status in the encoding of wait(2), and its output. */
export interface Processed {
  readonly status: number;
  readonly output: string;
  readonly state: string;
}

const STDIN: Fd = 0;
const STDERR: Fd = 2;
/** Files that are replaced by rename; no other is. */
const REPLACED: readonly string[] = ["state", "status"];
/** The time after which a successor is started. */
const REPLACED_AFTER_MS = 5000;

/** The words by which tests of faults name a call, where these are not its name and its object. */
const FAULT_NAMES: Readonly<Record<string, (about: Fd | string, how: string) => string | undefined>> = {
  "read": (fd) => fd === STDIN ? "read" : undefined,
  "write": (fd) => fd === STDERR ? undefined : "write",
  "chmod": (_, mode) => `mode ${mode}`,
  "read directory": () => "list",
  "sync": () => "sync",
  "socket": () => "socket",
  "sendto": () => "sendto",
  "spawn": () => "spawn",
};
const NAMED_BY_PATH: readonly string[] = ["open", "stat", "mkdir", "rename", "unlink"];

export class MemoryKernel extends Mapping implements LoggerKernel {
  readonly disk: Disk;
  readonly stderr: string[] = [];
  /** The birth time of every file and directory. */
  birthNs = 1n;
  /** Inode of the pipe on descriptor 0. */
  inputInode = 7;
  /** An errno for a call, or undefined: it works. Called with each call that can fail, e.g. `rename current`. */
  fault: (call: string) => number | undefined = () => undefined;
  processor: (input: string, state: string, command: string) => Processed = (input) => ({
    status: 0,
    output: input,
    state: "",
  });
  /** The datagrams that were sent: `HOST:PORT TEXT`, the host as a number. */
  readonly sent: string[] = [];
  readonly #script: Happening[];
  /** Paths of locks that another process holds. */
  readonly #locked: ReadonlySet<string>;
  readonly #input = new Pipe();
  readonly #signals: number[] = [];
  readonly #exits: EndedChild[] = [];
  readonly #running: EndedChild[] = [];
  #nextPid = 100;

  constructor(disk: Disk, script: readonly Happening[], locked: ReadonlySet<string> = new Set()) {
    super(new World(new Random(1)), disk.tree);
    this.disk = disk;
    this.world.nowMs = 1000;
    this.world.wallOffsetNs = 0n;
    this.#script = [...script];
    this.#locked = locked;
    this.#input.openEnd(true, true);
    this.files.set(STDIN, openFile({ kind: "pipe", pipe: this.#input, reads: true }));
    this.files.set(STDERR, openFile({ kind: "stderr", writes: true }));
  }

  get unread(): string {
    return this.#input.text + this.#script.map((one) => one.kind === "input" ? one.text : "").join("");
  }

  /** Besides standard input and output. */
  get openDescriptors(): number {
    return [...this.files.keys()].filter((fd) => fd > STDERR).length;
  }

  /** The kernel of a process that is started after this one, with the same pipe. */
  successor(): MemoryKernel {
    const rest: Happening[] = this.#input.text === "" ? [] : [{ kind: "input", text: this.#input.text }];
    if (this.#input.writers === 0) rest.push({ kind: "end" });
    const next = new MemoryKernel(this.disk, [...rest, ...this.#script]);
    next.nowMs = this.nowMs + REPLACED_AFTER_MS;
    next.processor = this.processor;
    return next;
  }

  protected override enter(call: string, about: Fd | string = "", how = ""): void {
    super.enter(call, about, how);
    const named = NAMED_BY_PATH.includes(call) && about !== "/" ? `${call} ${about}` : undefined;
    const line = FAULT_NAMES[call]?.(about, how) ?? named;
    const errno = line === undefined ? undefined : this.fault(line);
    if (errno !== undefined) throw new SysError({ call: line ?? call, errno });
  }

  // Files

  protected override writeText(fd: Fd, text: string): number {
    if (fd !== STDERR) return super.writeText(fd, text);
    this.stderr.push(text);
    return text.length;
  }

  protected override taken(text: string): string {
    if (this.disk.room === 0) throw new SysError({ call: "write", errno: ERRNO.ENOSPC });
    const taken = text.slice(0, this.disk.room);
    this.disk.room -= taken.length;
    return taken;
  }

  override unlink(dir: Fd, path: string): void {
    const file = this.tree.find(this.directory(dir), path);
    super.unlink(dir, path);
    if (file?.kind === "file") this.disk.room += file.text.length;
  }

  override rename(dir: Fd, from: string, to: string): void {
    if (this.tree.find(this.directory(dir), to) !== undefined && !REPLACED.includes(to)) {
      throw new Error(`rename() over ${to}`);
    }
    super.rename(dir, from, to);
  }

  override stat(dir: Fd, path: string): FileStat {
    return { ...super.stat(dir, path), birthNs: this.birthNs };
  }

  override statFd(fd: Fd): FileStat {
    if (fd !== STDIN) return { ...super.statFd(fd), birthNs: this.birthNs };
    const root = this.tree.stat(this.tree.root);
    return { ...root, kind: "fifo", mode: 0o600, inode: this.inputInode, birthNs: this.birthNs };
  }

  override lock(fd: Fd): boolean {
    return !this.#locked.has(this.file(fd).path) && super.lock(fd, false);
  }

  override poll(fd: Fd): boolean {
    return fd !== STDIN || this.isReady(fd, "read");
  }

  userId(): number {
    return 0;
  }

  // Datagrams

  datagramSocket(): Fd {
    this.enter("socket");
    return this.newFd(openFile({ kind: "nothing" }), "socket");
  }

  sendTo(fd: Fd, from: Uint8Array, length: number, host: number, port: number): number {
    this.file(fd);
    this.enter("sendto", fd);
    this.sent.push(`${host}:${port} ${byteString(from, 0, length)}`);
    return length;
  }

  // Processors

  spawn(request: SpawnRequest): number {
    this.enter("spawn");
    const others = new Map(request.others ?? []);
    const opened = (fd: Fd | undefined) => this.regularFile(fd ?? -1);
    const done = this.processor(
      opened(request.stdin).text,
      opened(others.get(4)).text,
      request.argv[2] ?? "",
    );
    this.tree.write(opened(request.stdout), done.output);
    this.tree.write(opened(others.get(5)), done.state);
    const pid = this.#nextPid++;
    this.#running.push({ pid, status: done.status });
    return pid;
  }

  reap(): EndedChild | undefined {
    return this.#exits.shift();
  }

  endProcessor(): void {
    const exit = this.#running.shift();
    if (exit === undefined) return;
    this.#exits.push(exit);
    this.#signals.push(SIGNAL.CHLD);
  }

  // Waiting

  /** Signals come one by one, in their order. */
  override nextSignal(): number {
    return this.#signals.shift() ?? 0;
  }

  protected override isReady(fd: Fd, interest: "read" | "write" | "priority"): boolean {
    return this.file(fd).kind === "signals" ? this.#signals.length > 0 : super.isReady(fd, interest);
  }

  /** Returns what is ready. Else the next happening takes place; else a processor ends; else time passes. */
  override wait(timeoutMs: number): number {
    for (;;) {
      this.readyNow = this.lookForReady();
      if (this.readyNow.length > 0 || timeoutMs === 0) return this.readyNow.length;
      const next = this.#script.shift();
      if (next?.kind === "pass" && timeoutMs > 0 && timeoutMs < next.ms) {
        this.#script.unshift({ kind: "pass", ms: next.ms - timeoutMs });
        return this.#pass(timeoutMs);
      }
      if (next !== undefined) this.#happen(next);
      else if (this.#running.length > 0) this.endProcessor();
      else if (timeoutMs > 0) return this.#pass(timeoutMs);
      else throw new Error("waits for ever");
    }
  }

  #pass(ms: number): number {
    this.nowMs += ms;
    return 0;
  }

  #happen(next: Happening): void {
    if (next.kind === "input") this.#input.text += next.text;
    else if (next.kind === "end") this.#input.closeEnd(false, true);
    else if (next.kind === "signal") this.#signals.push(next.signal);
    else if (next.kind === "together") next.all.forEach((one) => this.#happen(one));
    else if (next.kind === "pass") this.nowMs += next.ms;
    else next.act();
  }
}
