/** A machine for getty with one terminal, at which a user types: `/dev/tty1`, its settings, and the files of utmp. */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import type { GettyKernel } from "../../src/getty/host/kernel.ts";
import { SETTINGS_SIZE } from "../../src/getty/settings.ts";
import { type LocalTime, WOULD_BLOCK } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { openFile } from "./open_file.ts";
import { Recorded } from "./recorded.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const TERMINAL = "/dev/tty1";
const PID = 42;
/**
 * The log that the process that began getty reads: getty's standard error, by whatever descriptor getty writes to it.
 */
const LOG = "/log";

export class TerminalKernel extends Recorded implements GettyKernel {
  readonly environment = ["PATH=/bin", "TERM=dumb"];
  readonly architecture = "x86_64";
  /** The text that the terminal shows. */
  shown = "";
  /** The text that getty writes elsewhere. */
  log = "";
  readonly settingsSet: Uint8Array[] = [];
  /** Bytes that are typed; then there is silence, or with `hangsUp` the end. */
  typed: number[] = [];
  hangsUp = false;
  /** True while the terminal takes output. */
  takes = true;
  isLeader = false;
  lockedForMs = 0;

  constructor() {
    super();
    this.nowMs = 0;
    const { tree } = this;
    tree.makeDirectory("/dev");
    for (const path of [TERMINAL, "/dev/tty"]) tree.device(tree.root, path, 0o620);
    const inode = tree.device(tree.root, "/dev/null", 0o666);
    for (const fd of [0, 1]) this.files.set(fd, openFile({ kind: "inode", inode }));
    const log = tree.device(tree.root, LOG, 0o600);
    this.files.set(2, openFile({ kind: "inode", inode: log, path: LOG }));
    tree.put("/etc/issue", "Hi\n");
    tree.put("/var/run/utmp", "");
  }

  protected override lineOf(call: string, about: Fd | string, how: string): string | undefined {
    return super.lineOf(call, about, call === "write" ? "" : how);
  }

  #isTerminal(fd: Fd): boolean {
    return this.file(fd).path.startsWith("/dev/tty");
  }

  // Files

  override read(fd: Fd, into: Bytes): number {
    if (this.file(fd).inode?.kind !== "device") return super.read(fd, into);
    this.enter("read", fd);
    if (!this.#isTerminal(fd)) return 0;
    const byte = this.typed.shift();
    if (byte === undefined) return this.hangsUp ? 0 : WOULD_BLOCK;
    into[0] = byte;
    return 1;
  }

  protected override writeText(fd: Fd, text: string): number {
    if (this.file(fd).inode?.kind !== "device") return super.writeText(fd, text);
    if (!this.#isTerminal(fd)) {
      if (this.file(fd).path === LOG) this.log += text;
      return text.length;
    }
    if (!this.takes) return WOULD_BLOCK;
    this.shown += text;
    return text.length;
  }

  /** Waits as long as it must: the only input is what has been typed before. */
  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    this.enter("poll", fd, interest);
    const isReady = interest === "read" ? this.typed.length > 0 || this.hangsUp : this.takes;
    if (isReady) return true;
    if (timeoutMs < 0) throw new Error("waits for ever");
    this.nowMs += timeoutMs;
    return false;
  }

  override closeOnExec(from: Fd): void {
    this.enter("close on exec", from);
    super.closeOnExec(from);
  }

  lockRecords(): boolean {
    this.enter("lock");
    return this.nowMs >= this.lockedForMs;
  }

  changeOwner(fd: Fd, uid: number, gid: number): void {
    this.enter("chown", fd, `${uid} ${gid}`);
  }

  copyOf(fd: Fd): Fd {
    this.enter("copy", fd);
    const file = this.file(fd);
    file.references++;
    return this.newFd(file, "fcntl");
  }

  isReadWrite(): boolean {
    return true;
  }

  // Time

  override wallNs(): bigint {
    return 1_795_334_709_000_000_000n;
  }

  override localTime(): LocalTime {
    return { year: 2026, month: 11, day: 22, hour: 7, minute: 5, second: 9 };
  }

  pause(ms: number): void {
    this.nowMs += ms;
  }

  // The process

  pid(): number {
    return PID;
  }

  session(): number {
    return this.isLeader ? PID : 1;
  }

  newSession(): void {
    this.enter("setsid");
    if (this.isLeader) throw new SysError({ call: "setsid", errno: ERRNO.EPERM });
  }

  releaseMemory(): void {
    this.enter("release");
  }

  systemNames(): readonly string[] {
    this.enter("uname");
    return ["Linux", "box", "6", "#1", "x86_64", "(none)"];
  }

  // The terminal

  settings(fd: Fd): Bytes {
    this.enter("tcgetattr", fd);
    return new Uint8Array(SETTINGS_SIZE);
  }

  setSettings(fd: Fd, record: Bytes): void {
    this.enter("tcsetattr", fd);
    this.settingsSet.push(record);
  }

  discard(_: Fd, queue: string): void {
    this.enter("discard", queue);
  }

  unsent(): number {
    return this.takes ? 0 : 1;
  }

  sessionOf(): number | undefined {
    return undefined;
  }

  controlTerminal(fd: Fd): void {
    this.enter("control", fd);
  }

  setForeground(fd: Fd, group: number): void {
    this.enter("foreground", fd, `${group}`);
  }

  letTerminalGo(): void {
    this.enter("let go");
  }

  terminalPath(): string {
    this.enter("ttyname");
    return "/dev/tty7";
  }
}
