/** One supervised directory as the host holds it: its open files, its machine, and the troubles it has reported. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Held } from "../../runtime/kernel.ts";
import type { Sleeper } from "../../runtime/loop.ts";
import { NEW_RECORD, type RecordState } from "../../survival/record.ts";
import { RECORD_PATHS, type RecordFile } from "../../survival/host.ts";
import type { PairState, Who } from "../pair.ts";
import { REFUSED_PAUSE_MS, type ServiceState } from "../service_state.ts";
import type { Feed } from "../../loggers/host.ts";

/** A trouble is over when nothing has failed for longer than a failed write takes to be tried again. */
const TROUBLE_OVER_MS = 2 * REFUSED_PAUSE_MS;

/** The service and its log, in the order in which they are opened, written and closed. */
export const BOTH: readonly Who[] = ["main", "log"];

/** `supervise/lock`, held: as an open file without a descriptor where the kernel can do that, else as a descriptor. */
export interface Lock {
  readonly fd: Fd;
  readonly held: Held | undefined;
}

/** The open files of one service, or of its log. It also stands for that service where an owner is asked for. */
export interface Post {
  readonly unit: Unit;
  readonly who: Who;
  readonly lock: Lock;
  /** `supervise/control`; -1 until it is open. */
  control: Fd;
  /** `supervise/ok`; -1 until it is open. */
  ok: Fd;
  /** `supervise/process`. */
  readonly record: RecordFile;
  /** The state of the record machine (survival/record.ts). */
  recording: RecordState;
  /** Content of the `pid` file; -1 when it has not been written. */
  pidWritten: number;
  /** True while `control` is left unread because commands wait in the inbox. */
  isUnread: boolean;
}

/** The post of a service whose lock is held; nothing else is open. */
export function newPost(unit: Unit, who: Who, lock: Lock): Post {
  return {
    unit,
    who,
    lock,
    control: -1,
    ok: -1,
    record: { dir: unit.dir, path: RECORD_PATHS[who], fd: -1 },
    recording: NEW_RECORD,
    // runsv creates `pid` for the service; for the log it writes none before the first process.
    pidWritten: who === "main" ? -1 : 0,
    isUnread: false,
  };
}

/** The pipe from a service to its log. */
export interface LogPipe {
  readonly read: Fd;
  /** -1 once the service has gone and the tree's logger reads what is left. */
  write: Fd;
  /** True when the pipe is a FIFO, which the next supervisor can open by its name. */
  readonly isNamed: boolean;
}

/** Names a unit, and says where it is. */
export interface UnitName {
  /** The directory's name for the fleet. */
  readonly key: string;
  /** The directory's name in messages. */
  readonly name: string;
  /** The path by which the directory was entered. */
  readonly path: string;
  /** The directory, open. */
  readonly dir: Fd;
}

/** One supervised directory. */
export class Unit implements Sleeper, UnitName {
  wakeAtMs = Infinity;
  readonly key: string;
  readonly name: string;
  readonly path: string;
  readonly dir: Fd;
  pair: PairState;
  main: Post | undefined;
  log: Post | undefined;
  /** Set while the tree's logger writes the log, which has no process of its own then. */
  feed: Feed<Unit> | undefined;
  pipe: LogPipe | undefined;
  /** The last failure to write its files. */
  #failure = { errno: 0, atMs: -Infinity };
  /** The last warning of its machine. A fork that is refused at every try is reported once, until one succeeds. */
  warned = "";
  /** True when a defect was met with this directory. It is set aside, and nothing is done for it any more. */
  aside = false;
  /** The time at which to try again to watch a control FIFO; Infinity when there is no need. */
  listenAtMs = Infinity;
  readonly #wake: (unit: Unit) => void;

  constructor({ key, name, path, dir }: UnitName, pair: PairState, wake: (unit: Unit) => void) {
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
   * Notes a failure to write a file, and returns whether to report it. One trouble is one line, whichever file and
   * change meets it. A full disk still takes a file now and then, so a success alone does not end the trouble.
   */
  noteFailure(errno: number, nowMs: number): boolean {
    const { errno: lastErrno, atMs } = this.#failure;
    this.#failure = { errno, atMs: nowMs };
    return errno !== lastErrno || nowMs - atMs > TROUBLE_OVER_MS;
  }

  /** The post of the service or of its log; undefined where the service has no log. */
  post(who: Who): Post | undefined {
    return who === "main" ? this.main : this.log;
  }

  /** The state of the service or of its log; undefined where the service has no log. */
  service(who: Who): ServiceState | undefined {
    return who === "main" ? this.pair.main : this.pair.log;
  }
}
