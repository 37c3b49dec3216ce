/** A kernel with a terminal, a clock and two files in memory, for tests of getty's host. Any call can be made to fail. */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import type { FileStat, LocalTime } from "../runtime/kernel.ts";
import { SysError } from "../sys/error.ts";
import type { GettyKernel } from "./host/kernel.ts";
import { SETTINGS_SIZE } from "./settings.ts";

const WOULD_BLOCK = -1;
const FILE: FileStat = {
  kind: "other",
  mode: 0o620,
  device: 1,
  inode: 1,
  size: 0,
  links: 1,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  ctimeNs: 0n,
  birthNs: 0n,
};

export class FakeKernel implements GettyKernel {
  readonly environment = ["PATH=/bin", "TERM=dumb"];
  readonly architecture = "x86_64";
  /** The calls that were made, in order. */
  readonly done: string[] = [];
  /** The text that the terminal shows. */
  shown = "";
  /** The text that went to the supervisor's log. */
  log = "";
  readonly settingsSet: Uint8Array[] = [];
  readonly files = new Map<string, Uint8Array>([["/etc/issue", Uint8Array.of(0x48, 0x69, 0x0a)]]);
  /** The clock: the time that was spent waiting. */
  nowMs = 0;
  /** Bytes that the user types. Behind them the terminal is silent, or with `hangsUp` it goes. */
  typed: number[] = [];
  hangsUp = false;
  /** The terminal takes output. */
  takes = true;
  /** The number of the call that fails, counted from 0. */
  failing = -1;
  failingErrno: number = ERRNO.EIO;
  isLeader = false;
  lockedForMs = 0;
  readonly #open = new Map<Fd, { path: string; at: number }>([[0, at("/dev/null")], [1, at("/dev/null")], [
    2,
    at("log"),
  ]]);
  #calls = 0;

  #call(name: string): void {
    this.done.push(name);
    if (this.#calls++ === this.failing) throw new SysError({ call: name, errno: this.failingErrno });
  }
  get calls(): number {
    return this.#calls;
  }
  #isTerminal(fd: Fd): boolean {
    return this.#open.get(fd)?.path.startsWith("/dev/tty") === true;
  }

  open(_: Fd, path: string): Fd {
    this.#call(`open ${path}`);
    if (!path.startsWith("/dev/") && !this.files.has(path)) {
      if (path !== "/var/run/utmp") throw new SysError({ call: "open", path, errno: ERRNO.ENOENT });
      this.files.set(path, new Uint8Array(0));
    }
    let fd = 3;
    while (this.#open.has(fd)) fd++;
    this.#open.set(fd, at(path));
    return fd;
  }
  close(fd: Fd): void {
    this.#open.delete(fd);
  }
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number {
    this.#call(`read ${fd}`);
    const file = this.#open.get(fd);
    if (this.#isTerminal(fd)) {
      const byte = this.typed.shift();
      if (byte === undefined) return this.hangsUp ? 0 : WOULD_BLOCK;
      into[0] = byte;
      return 1;
    }
    const bytes = this.files.get(file?.path ?? "") ?? new Uint8Array(0);
    const piece = bytes.subarray(file?.at ?? 0, (file?.at ?? 0) + into.length);
    into.set(piece);
    if (file !== undefined) file.at += piece.length;
    return piece.length;
  }
  write(fd: Fd, from: Uint8Array<ArrayBuffer>): number {
    this.#call(`write ${fd}`);
    if (this.#isTerminal(fd) && !this.takes) return WOULD_BLOCK;
    const text = String.fromCharCode(...from);
    if (this.#isTerminal(fd)) this.shown += text;
    else if (this.#open.get(fd)?.path === "log") this.log += text;
    return from.length;
  }
  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    this.#call(`poll ${fd} ${interest}`);
    const isReady = interest === "read" ? this.typed.length > 0 || this.hangsUp : this.takes;
    if (isReady) return true;
    if (timeoutMs < 0) throw new Error("waits for ever");
    this.nowMs += timeoutMs;
    return false;
  }
  statFd(fd: Fd): FileStat {
    this.#call(`stat ${fd}`);
    const path = this.#open.get(fd)?.path ?? "";
    return { ...FILE, inode: path.length, size: this.files.get(path)?.length ?? 0 };
  }
  chmodFd(fd: Fd, mode: number): void {
    this.#call(`chmod ${fd} ${mode.toString(8)}`);
  }
  setNonBlocking(fd: Fd, on: boolean): void {
    this.#call(`non-blocking ${fd} ${on}`);
  }
  duplicate(from: Fd, to: Fd): void {
    this.#call(`duplicate ${from} ${to}`);
    const file = this.#open.get(from);
    if (file !== undefined) this.#open.set(to, file);
  }
  closeOnExec(from: Fd): void {
    this.#call(`close on exec ${from}`);
  }
  pid(): number {
    return 42;
  }
  monotonicMs(): number {
    return this.nowMs;
  }
  wallNs(): bigint {
    return 1_795_334_709_000_000_000n;
  }
  localTime(): LocalTime {
    return { year: 2026, month: 11, day: 22, hour: 7, minute: 5, second: 9 };
  }
  newSession(): void {
    this.#call("setsid");
    if (this.isLeader) throw new SysError({ call: "setsid", errno: ERRNO.EPERM });
  }
  settings(fd: Fd): Uint8Array<ArrayBuffer> {
    this.#call(`tcgetattr ${fd}`);
    return new Uint8Array(SETTINGS_SIZE);
  }
  setSettings(fd: Fd, record: Uint8Array<ArrayBuffer>): void {
    this.#call(`tcsetattr ${fd}`);
    this.settingsSet.push(record);
  }
  discard(_: Fd, queue: string): void {
    this.#call(`discard ${queue}`);
  }
  unsent(): number {
    return this.takes ? 0 : 1;
  }
  sessionOf(): number | undefined {
    return undefined;
  }
  controlTerminal(fd: Fd): void {
    this.#call(`control ${fd}`);
  }
  setForeground(fd: Fd, group: number): void {
    this.#call(`foreground ${fd} ${group}`);
  }
  letTerminalGo(): void {
    this.#call("let go");
  }
  session(): number {
    return this.isLeader ? 42 : 1;
  }
  isReadWrite(): boolean {
    return true;
  }
  terminalPath(): string {
    this.#call("ttyname");
    return "/dev/tty7";
  }
  changeOwner(fd: Fd, uid: number, gid: number): void {
    this.#call(`chown ${fd} ${uid} ${gid}`);
  }
  copyOf(fd: Fd): Fd {
    this.#call(`copy ${fd}`);
    this.#open.set(9, this.#open.get(fd) ?? at("nothing"));
    return 9;
  }
  systemNames(): readonly string[] {
    this.#call("uname");
    return ["Linux", "box", "6", "#1", "x86_64", "(none)"];
  }
  lockRecords(): boolean {
    this.#call("lock");
    return this.nowMs >= this.lockedForMs;
  }
  writeAt(fd: Fd, bytes: Uint8Array<ArrayBuffer>, offset: number): void {
    this.#call(`write ${fd} at ${offset}`);
    const path = this.#open.get(fd)?.path ?? "";
    const before = this.files.get(path) ?? new Uint8Array(0);
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    this.files.set(path, after);
  }
  releaseMemory(): void {
    this.#call("release");
  }
  pause(ms: number): void {
    this.nowMs += ms;
  }
}

function at(path: string): { path: string; at: number } {
  return { path, at: 0 };
}
