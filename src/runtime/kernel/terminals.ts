/** Terminals, as their owner uses them. */
import type { Fd } from "../../posix/descriptor.ts";

/** Calls for the owner of a terminal (termios(3), ioctl_tty(2)), and for files that tell others about it. */
export interface Terminals {
  /** The first `bytes` of struct termios as the kernel has it; fails where `fd` is no terminal. */
  settings(fd: Fd, bytes: number): Uint8Array<ArrayBuffer>;
  /** Sets the settings at once, even if output has not been sent yet. */
  setSettings(fd: Fd, record: Uint8Array<ArrayBuffer>): void;
  /** Throws away input that was not read; with `both` also output that was not sent. */
  discard(fd: Fd, queue: "input" | "both"): void;
  /** Returns the number of bytes that were written and not sent. */
  unsent(fd: Fd): number;
  /** The session of this terminal; undefined if it is not the terminal of our session. */
  sessionOf(fd: Fd): number | undefined;
  /** Makes `fd` the terminal of our session. If another session has the terminal, takes it away from that session. */
  controlTerminal(fd: Fd): void;
  /** Makes a process group the one in the foreground (tcsetpgrp(3)). */
  setForeground(fd: Fd, group: number): void;
  /** Takes the terminal from our session. The hang-up that the kernel sends for that is ignored. */
  letTerminalGo(fd: Fd): void;
  /** The number of our session (getsid(2)). */
  session(): number;
  /** True when `fd` is open for reading and writing. */
  isReadWrite(fd: Fd): boolean;
  /** The path of the terminal that `fd` is (ttyname(3)). */
  terminalPath(fd: Fd): string;
  /** fchown(2). */
  changeOwner(fd: Fd, uid: number, gid: number): void;
  /** Another descriptor of the same open file, from 3 on, close-on-exec. */
  copyOf(fd: Fd): Fd;
  /** uname(2): system, node, release, version, machine, domain. */
  systemNames(): readonly string[];
  /** A record lock (fcntl(2)) of the whole file for writing, until it is closed; false when another has one. */
  lockRecords(fd: Fd): boolean;
  /** The machine's architecture, as `Deno.build.arch` names it. */
  readonly architecture: string;
}
