/** What the host holds of one supervised directory: its open files, its machine, and what it remembers to say once. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Held } from "../../runtime/kernel.ts";
import type { Sleeper } from "../../runtime/loop.ts";
import type { Feed } from "../../loggers/host.ts";
import type { PairState, Who } from "../pair.ts";
import { REFUSED_PAUSE_MS, type ServiceState } from "../service.ts";

/** Files that could not be written are tried again after REFUSED_PAUSE_MS. */
const TROUBLE_OVER_MS = 2 * REFUSED_PAUSE_MS;
export const BOTH: readonly Who[] = ["main", "log"];

/** The open files of one service, or of its log. */
export interface Post {
  readonly control: Fd;
  readonly ok: Fd;
  readonly lock: Lock;
  /** `supervise/process`; -1 where it could not be opened yet. */
  record: Fd;
  /** Content of the `pid` file; -1 when it has not been written. */
  pidWritten: number;
  /** The FIFO is left unread while commands wait in the inbox. */
  paused: boolean;
  /** The status files do not tell the state yet. */
  stale: boolean;
  /** Nor does what is left for the next supervisor. */
  forgetful: boolean;
  /** A process is about to be started; it is about to be told to end. */
  starting: boolean;
  owesStop: boolean;
  /** Between these it was started, by CLOCK_BOOTTIME; the second is 0 while its pid is not known. */
  notBeforeNs: bigint;
  notAfterNs: bigint;
}

/** As it is before anything is known. */
export const NEW_POST = {
  record: -1,
  paused: false,
  stale: false,
  forgetful: false,
  starting: false,
  owesStop: false,
  notBeforeNs: 0n,
  notAfterNs: 0n,
} as const;

/** A logger, and when it was started. */
export interface Holder {
  readonly pid: number;
  readonly notBeforeNs: bigint;
  readonly notAfterNs: bigint;
}

export interface LogPipe {
  readonly read: Fd;
  write: Fd;
  /** A FIFO. */
  readonly isNamed: boolean;
}

/** `supervise/lock` held: as a descriptor where it cannot be held without one. */
export interface Lock {
  readonly fd: Fd;
  readonly held: Held | undefined;
}

/** One supervised directory. */
export class Unit implements Sleeper {
  wakeAtMs = Infinity;
  readonly key: string;
  readonly name: string;
  /** As it was entered. */
  readonly path: string;
  readonly dir: Fd;
  pair: PairState;
  main: Post | undefined;
  log: Post | undefined;
  /** While the log is fed through the tree's logger, and has no process. */
  feed: Feed<Unit> | undefined;
  /** The logger of a dead fleet that still has its log. */
  heldBy: Holder | undefined;
  /** `write` is -1 once its service has gone and the tree's logger reads what is left. */
  pipe: LogPipe | undefined;
  /** The last failure to write its files. */
  #failure = { errno: 0, atMs: -Infinity };
  /** The last warning of its machine: a fork that is refused at every try is one line, until one is not. */
  warned = "";
  /** A defect in its handling was met: it is left alone. */
  aside = false;
  /** When to try again to watch a control FIFO; Infinity when there is no need. */
  listenAtMs = Infinity;
  readonly #wake: (unit: Unit) => void;

  constructor(
    { key, name, path, dir }: Pick<Unit, "key" | "name" | "path" | "dir">,
    pair: PairState,
    wake: (unit: Unit) => void,
  ) {
    this.key = key;
    this.name = name;
    this.path = path;
    this.dir = dir;
    this.pair = pair;
    this.#wake = wake;
  }

  wake(): void {
    this.#wake(this);
  }

  /**
   * One trouble is one line, whichever file and change meets it. A full disk takes a file now and then: so it is
   * over when nothing has failed for longer than the next try takes, and not with the first success.
   */
  isNews(errno: number, nowMs: number): boolean {
    const { errno: lastErrno, atMs } = this.#failure;
    this.#failure = { errno, atMs: nowMs };
    return errno !== lastErrno || nowMs - atMs > TROUBLE_OVER_MS;
  }

  post(who: Who): Post | undefined {
    return who === "main" ? this.main : this.log;
  }

  service(who: Who): ServiceState | undefined {
    return who === "main" ? this.pair.main : this.pair.log;
  }
}

export interface Child {
  readonly unit: Unit;
  readonly who: Who;
}
