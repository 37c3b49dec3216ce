/** Faults: any call may fail, now and then by chance, or all the time while a storm lasts. Counted by kind. */
import { ERRNO } from "../../src/posix/errno.ts";
import type { World } from "../kernel/world.ts";

/** The ways in which calls fail in life (their manual pages), as far as a supervisor may meet them. */
const MAY_FAIL = {
  "open": ["EMFILE", "ENFILE", "EACCES", "ENOMEM"],
  "open to write": ["ENOSPC", "EROFS", "EMFILE", "ENFILE", "EACCES"],
  "write": ["ENOSPC", "EIO", "EDQUOT", "partial"],
  "rename": ["ENOSPC", "EROFS", "EIO"],
  "mkdir": ["ENOSPC", "EROFS", "EACCES"],
  "mkfifo": ["ENOSPC", "EROFS", "EACCES"],
  "stat": ["EACCES", "ENOMEM", "EIO"],
  "read directory": ["EIO", "ENOMEM"],
  "readlink": ["EIO", "EACCES"],
  "pipe": ["EMFILE", "ENFILE"],
  "lock": ["ENOLCK", "EINTR"],
  "mmap": ["ENOMEM"],
  "fork": ["EAGAIN", "ENOMEM"],
  "processes": ["EMFILE", "ENFILE", "ENOMEM"],
  "pidfd_open": ["EMFILE", "ENFILE", "ENOMEM", "ENOSYS"],
  "execute again": ["ENOENT", "ENOEXEC", "ENOMEM"],
  "exec": ["ENOENT", "EACCES", "ENOEXEC", "E2BIG"],
  "socketpair": ["EMFILE", "ENFILE", "ENOMEM"],
  "listen": ["EADDRINUSE", "ENFILE"],
  "accept": ["ENFILE", "ENOMEM"],
  "peer": ["ENOMEM"],
  "send": ["ENOBUFS", "ETOOMANYREFS"],
  "epoll_ctl": ["ENOSPC", "ENOMEM"],
  "inotify_init": ["EMFILE"],
  "inotify_add_watch": ["ENOSPC", "ENOMEM"],
} as const;

export type Call = keyof typeof MAY_FAIL;
const CALLS = Object.keys(MAY_FAIL) as Call[];
const NUMBERS: Readonly<Record<string, number>> = { ...ERRNO, ENOLCK: 37, ENOBUFS: 105, ETOOMANYREFS: 109 };

export class Faults {
  readonly #world: World;
  /** Chance of one call to fail. */
  rate = 0;
  readonly counts = new Map<string, number>();
  #storm: { readonly call: Call; readonly name: string; readonly untilMs: number } | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** 0, or the errno with which `call` fails; -1 for a write that stops half-way. */
  of(call: Call): number {
    const name = this.#chosen(call);
    if (name === undefined) return 0;
    const kind = `${call} ${name}`;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.#world.note(`fault ${kind}`);
    return name === "partial" ? -1 : NUMBERS[name] ?? ERRNO.EIO;
  }

  #chosen(call: Call): string | undefined {
    if (this.#storm?.call === call && this.#world.nowMs < this.#storm.untilMs) return this.#storm.name;
    if (this.rate === 0 || !this.#world.random.chance(this.rate)) return undefined;
    return this.#world.random.pick(MAY_FAIL[call]);
  }

  /** Makes one call fail in one way for a while: a full disk, a full table of processes. */
  storm(): void {
    const { random, nowMs } = this.#world;
    const call = random.pick(CALLS);
    this.#storm = { call, name: random.pick(MAY_FAIL[call]), untilMs: nowMs + random.between(100, 15_000) };
    this.#world.note(`storm ${call} ${this.#storm.name}`);
  }

  end(): void {
    this.rate = 0;
    this.#storm = undefined;
  }

  /** Counted where the world itself has it happen: a signal that interrupts, an overflow. */
  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}
