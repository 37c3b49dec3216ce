/** Processes that may be nobody's children: pidfds, and what /proc tells; and what the life before this one has left. */
import { CWD } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { Calls } from "./calls.ts";
import { errnoOf, rethrowUnlessSysError } from "./error.ts";
import type { FileCalls } from "./files.ts";
import type { Bound } from "./libc.ts";

/** Numbers of x86_64 and aarch64 alike (asm-generic/unistd.h). */
const SYS_PIDFD_SEND_SIGNAL = 424n;
const SYS_PIDFD_OPEN = 434n;
/** `PIDFD_GET_INFO`: _IOWR(0xFF, 11, 64 bytes), and where things lie in them (linux/pidfd.h). */
const PIDFD_GET_INFO = 0xc040_ff0b;
const PIDFD_INFO = { size: 64, mask: 0, status: 60 } as const;
/** Since Linux 6.15. */
const PIDFD_INFO_EXIT = 8n;

/** Hundredths of a second: what /proc counts in (USER_HZ). */
const TICK_NS = 10_000_000n;
/** More than any line of /proc that is read here, but for command lines, of which the beginning is enough. */
const PROC_BYTES = 4096;
/** Fields of /proc/PID/stat, counted from the state on (proc(5): the 3rd). */
const STAT = { start: 19, status: 49 } as const;
/** It has ended, before its file was opened or since. */
const NO_PROCESS: ReadonlySet<number> = new Set([ERRNO.ENOENT, ERRNO.ESRCH]);
const O_RDONLY = 0;
const O_DIRECTORY = 0o200000;
/** Behind standard input, output and error. */
const FIRST_FREE = 3;
/** What a life leaves open for the next one, also in a directory that was removed. */
const KEPT = /^\/.*\/(control|ok|pipe)( \(deleted\))?$/;

export interface OtherFacts {
  readonly parent: number;
  readonly startNs: bigint;
  /** Wait status of one that has ended and was not reaped. */
  readonly status: number | undefined;
}

export interface OtherLinks {
  readonly directory: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly argv: readonly string[];
}

export class OtherProcesses extends Calls {
  readonly #files: FileCalls;
  readonly #bytes = new Uint8Array(PROC_BYTES);

  constructor(bound: Bound, files: FileCalls) {
    super(bound);
    this.#files = files;
  }

  /** pidfd_open(2), close-on-exec. */
  open(pid: number): number {
    const fd = this.c.pidfd_open(SYS_PIDFD_OPEN, BigInt(pid), 0n);
    return fd < 0n ? this.fail("pidfd_open") : Number(fd);
  }

  /** pidfd_send_signal(2). */
  signal(fd: number, signal: number): void {
    const sent = this.c.pidfd_send_signal(SYS_PIDFD_SEND_SIGNAL, BigInt(fd), BigInt(signal), null, 0n);
    if (sent < 0n) this.fail("kill");
  }

  /** Wait status of a process that has been reaped, whoever did it; undefined where the kernel does not tell. */
  exitOf(fd: number): number | undefined {
    const info = new Uint8Array(PIDFD_INFO.size);
    const view = new DataView(info.buffer);
    view.setBigUint64(PIDFD_INFO.mask, PIDFD_INFO_EXIT, true);
    if (this.c.pidfd_info(fd, PIDFD_GET_INFO, info) < 0) return undefined;
    const told = (view.getBigUint64(PIDFD_INFO.mask, true) & PIDFD_INFO_EXIT) !== 0n;
    return told ? view.getInt32(PIDFD_INFO.status, true) : undefined;
  }

  lifetime(): string | undefined {
    try {
      const boot = this.#textOf("/proc/sys/kernel/random/boot_id").trim();
      const { device, inode } = this.#files.stat(CWD, "/proc/self/ns/pid");
      return boot === "" ? undefined : `${boot}:${device}:${inode}`;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  facts(pid: number): OtherFacts | undefined {
    const text = this.#textOf(`/proc/${pid}/stat`);
    // The name in parentheses may hold anything, further parentheses and spaces too.
    const fields = text.slice(text.lastIndexOf(")") + 2).trimEnd().split(" ");
    const [state, parent] = fields;
    const start = fields[STAT.start];
    if (state === undefined || start === undefined) return undefined;
    const hasEnded = state === "Z" || state === "X";
    return {
      parent: Number(parent),
      startNs: BigInt(start) * TICK_NS,
      status: hasEnded ? Number(fields[STAT.status] ?? 0) : undefined,
    };
  }

  links(pid: number): OtherLinks {
    return {
      directory: this.#fileKey(`/proc/${pid}/cwd`),
      stdin: this.#fileKey(`/proc/${pid}/fd/0`),
      stdout: this.#fileKey(`/proc/${pid}/fd/1`),
      argv: this.#argvOf(pid),
    };
  }

  #fileKey(path: string): string {
    try {
      const { device, inode } = this.#files.stat(CWD, path);
      return `${device}:${inode}`;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return "";
    }
  }

  #argvOf(pid: number): readonly string[] {
    try {
      return this.#textOf(`/proc/${pid}/cmdline`).split("\0");
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return [];
    }
  }

  /** The beginning of a file of /proc; empty where it is not there (any more). */
  #textOf(path: string): string {
    try {
      const fd = this.#files.open(CWD, path, O_RDONLY);
      try {
        return this.text(this.#bytes, 0, Math.max(this.#files.read(fd, this.#bytes), 0));
      } finally {
        this.#files.close(fd);
      }
    } catch (thrown) {
      if (NO_PROCESS.has(errnoOf(thrown))) return "";
      throw thrown;
    }
  }

  every(): number[] {
    return this.#in("/proc", (_, names) => names.filter((name) => /^[0-9]+$/.test(name)).map(Number));
  }

  /** Every descriptor closes on exec; those that are returned have been left open on purpose. */
  kept(): number[] {
    this.#files.closeOnExec(FIRST_FREE);
    return this.#in(
      "/proc/self/fd",
      (directory, names) => names.map(Number).filter((fd) => fd >= FIRST_FREE && this.#isKept(directory, fd)),
    );
  }

  #isKept(directory: number, fd: number): boolean {
    try {
      return KEPT.test(this.#files.readLink(directory, `${fd}`));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  #in<T>(path: string, use: (directory: number, names: readonly string[]) => T): T {
    const fd = this.#files.open(CWD, path, O_RDONLY | O_DIRECTORY);
    try {
      return use(fd, this.#files.readDirectory(fd));
    } finally {
      this.#files.close(fd);
    }
  }
}
