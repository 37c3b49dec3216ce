/**
 * Processes that are not our children: pidfds, and what /proc tells of them. And descriptors that the life before this
 * one has left open in this process.
 */
import { CWD, FIRST_FREE } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { fileKeyOf } from "../posix/file_key.ts";
import { OPEN } from "../posix/open_flag.ts";
import { Calls } from "./calls.ts";
import { errnoOf, rethrowUnlessSysError } from "./error.ts";
import type { ProcessFacts, ProcessLinks } from "./facts.ts";
import type { FileCalls } from "./files.ts";
import type { Bound } from "./libc.ts";

/** Numbers of system calls, the same on x86_64 and aarch64 (asm-generic/unistd.h). */
const SYS_PIDFD_SEND_SIGNAL = 424n;
const SYS_PIDFD_OPEN = 434n;
/** `PIDFD_GET_INFO`: _IOWR(0xFF, 11, 64 bytes), and offsets in these bytes (linux/pidfd.h). */
const PIDFD_GET_INFO = 0xc040_ff0b;
const PIDFD_INFO = { size: 64, mask: 0, status: 60 } as const;
/** The bit of `mask` for the wait status; since Linux 6.15. */
const PIDFD_INFO_EXIT = 8n;

/** The unit in which /proc counts time: hundredths of a second (USER_HZ). */
const TICK_NS = 10_000_000n;
/** Longer than any line of /proc that is read here. Of a command line the beginning is enough. */
const PROC_BYTES = 4096;
/** Fields of /proc/PID/stat, counted from the state on, which is the 3rd in proc(5). */
const STAT = { start: 19, status: 49 } as const;
/** The process has ended, before its file was opened or since. */
const NO_PROCESS: ReadonlySet<number> = new Set([ERRNO.ENOENT, ERRNO.ESRCH]);
/** Paths that a life leaves open for the next one, also in a directory that was removed. */
const KEPT = /^\/.*\/(control|ok|pipe)( \(deleted\))?$/;

/** Processes by pid and by pidfd. */
export class OtherProcesses extends Calls {
  readonly #files: FileCalls;
  readonly #bytes = new Uint8Array(PROC_BYTES);

  /** `files` reads /proc. */
  constructor(bound: Bound, files: FileCalls) {
    super(bound);
    this.#files = files;
  }

  /** pidfd_open(2), close-on-exec. */
  open(pid: number): number {
    const fd = this.c.pidfd_open(SYS_PIDFD_OPEN, BigInt(pid), 0n);
    return fd < 0n ? this.fail("pidfd_open") : Number(fd);
  }

  /** pidfd_send_signal(2). ESRCH when the process has been reaped. */
  signal(fd: number, signal: number): void {
    const sent = this.c.pidfd_send_signal(SYS_PIDFD_SEND_SIGNAL, BigInt(fd), BigInt(signal), null, 0n);
    if (sent < 0n) this.fail("kill");
  }

  /** Wait status of a process that has been reaped, by whichever parent; undefined where the kernel does not tell. */
  exitOf(fd: number): number | undefined {
    const info = new Uint8Array(PIDFD_INFO.size);
    const view = new DataView(info.buffer);
    view.setBigUint64(PIDFD_INFO.mask, PIDFD_INFO_EXIT, true);
    if (this.c.pidfd_info(fd, PIDFD_GET_INFO, info) < 0) return undefined;
    const told = (view.getBigUint64(PIDFD_INFO.mask, true) & PIDFD_INFO_EXIT) !== 0n;
    return told ? view.getInt32(PIDFD_INFO.status, true) : undefined;
  }

  /** Boot and pid namespace in one text; undefined where /proc does not tell. */
  lifetime(): string | undefined {
    try {
      const boot = this.#textOf("/proc/sys/kernel/random/boot_id").trim();
      const namespace = fileKeyOf(this.#files.stat(CWD, "/proc/self/ns/pid"));
      return boot === "" ? undefined : `${boot}:${namespace}`;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /** The process as /proc/PID/stat describes it; undefined when it does not exist. */
  facts(pid: number): ProcessFacts | undefined {
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

  /** Keys of the files that a process has as directory, input and output; and its arguments. */
  links(pid: number): ProcessLinks {
    return {
      directory: this.#fileKey(`/proc/${pid}/cwd`),
      stdin: this.#fileKey(`/proc/${pid}/fd/0`),
      stdout: this.#fileKey(`/proc/${pid}/fd/1`),
      argv: this.#argvOf(pid),
    };
  }

  #fileKey(path: string): string {
    try {
      return fileKeyOf(this.#files.stat(CWD, path));
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

  /** The beginning of a file of /proc; empty where the file does not exist, or not any more. */
  #textOf(path: string): string {
    try {
      const fd = this.#files.open(CWD, path, OPEN.read);
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

  /** The pids of all processes. */
  every(): number[] {
    return this.#in("/proc", (_, names) => names.filter((name) => /^[0-9]+$/.test(name)).map(Number));
  }

  /** Descriptors that the last life left open on purpose. From now on every descriptor closes on exec. */
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
    const fd = this.#files.open(CWD, path, OPEN.read | OPEN.directory);
    try {
      return use(fd, this.#files.readDirectory(fd));
    } finally {
      this.#files.close(fd);
    }
  }
}
