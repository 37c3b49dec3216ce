/** What a script of multilog(8) sends to standard error and into status files, for one feed. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Say } from "../../rotation/effects.ts";
import { type Kernel, OPEN, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import { copyAsides, makeStatus, type Status } from "../asides.ts";
import type { ErrorText } from "../errors.ts";
import { Leads } from "../leads.ts";
import type { Arena, Batch } from "../lines.ts";
import type { AsideAction } from "../multilog.ts";
import type { Stamp } from "../stamp.ts";

const FILE_MODE = 0o600;
/** A status file that cannot be written is tried again after this time, as daemontools' multilog does. */
const PAUSE_MS = 5000;

export type AsidesKernel = Pick<Kernel, "monotonicMs" | "open" | "close" | "write">;

/** What it has of its feed. */
export interface AsidesOwner {
  readonly kernel: AsidesKernel;
  readonly arena: Arena;
  readonly batch: Batch;
  readonly lineBytes: number;
  say(said: Say): void;
}

export class AsideLines {
  readonly #owner: AsidesOwner;
  readonly #actions: readonly AsideAction[];
  readonly #statuses: readonly Status[];
  readonly #stamp: Stamp;
  readonly #leads: Leads;
  #retryAtMs = Infinity;

  /** `stamp`: that of the batch at hand. */
  constructor(owner: AsidesOwner, actions: readonly AsideAction[], stamp: Stamp) {
    this.#owner = owner;
    this.#actions = actions;
    this.#statuses = actions.flatMap((action) => action.kind === "status" ? [makeStatus(action.path)] : []);
    this.#stamp = stamp;
    this.#leads = new Leads(stamp.bytes.length);
  }

  get deadlineMs(): number {
    return this.#retryAtMs;
  }

  /** Makes the status files that are not there. False when one cannot be had: it is said. */
  open(): boolean {
    const { kernel } = this.#owner;
    for (const { path } of this.#statuses) {
      try {
        kernel.close(this.#openFile(path));
      } catch (thrown) {
        this.#owner.say({
          call: "say",
          kind: "fatal",
          text: `unable to create ${path}`,
          errno: errnoOf(thrown),
        });
        return false;
      }
    }
    return true;
  }

  #openFile(path: string): Fd {
    return this.#owner.kernel.open(CWD, path, OPEN.write | OPEN.create | OPEN.nonBlock, FILE_MODE);
  }

  /** The line that an earlier process read in part has the stamp of the batch. */
  hold(): void {
    this.#leads.hold(this.#stamp.bytes);
  }

  /** Takes in the batch that has just begun. */
  take(errors: ErrorText, flush: () => void): void {
    const { arena, batch, lineBytes } = this.#owner;
    this.#leads.begin(this.#stamp.bytes);
    if (this.#actions.length === 0) return;
    const [actions, statuses, leads] = [this.#actions, this.#statuses, this.#leads];
    copyAsides(arena, batch, { actions, statuses, leads, errors, lineBytes, flush });
    flush();
  }

  endBatch(): void {
    this.#leads.end(this.#owner.arena, this.#owner.batch);
  }

  passTime(): void {
    if (this.#owner.kernel.monotonicMs() >= this.#retryAtMs) this.#retryAtMs = Infinity;
  }

  /** Writes the status files that are due. False when one has to wait. */
  settle(): boolean {
    if (this.#retryAtMs !== Infinity) return false;
    const due = this.#statuses.filter((status) => status.due).sort((one, other) => one.turn - other.turn);
    return due.every((status) => this.#write(status));
  }

  /** In place, and always of the same length, so that a reader finds one line or the other. */
  #write(status: Status): boolean {
    const { kernel } = this.#owner;
    let doing = `unable to create ${status.path}`;
    try {
      const fd = this.#openFile(status.path);
      doing = `unable to write ${status.path}`;
      try {
        for (let at = 0; at < status.text.length;) {
          const wrote = kernel.write(fd, status.text.subarray(at));
          if (wrote === WOULD_BLOCK) return this.#pause(doing, ERRNO.EAGAIN);
          at += wrote;
        }
      } finally {
        kernel.close(fd);
      }
    } catch (thrown) {
      return this.#pause(doing, errnoOf(thrown));
    }
    status.due = false;
    return true;
  }

  #pause(doing: string, errno: number): false {
    this.#retryAtMs = this.#owner.kernel.monotonicMs() + PAUSE_MS;
    this.#owner.say({ call: "say", kind: "warning", text: `${doing}, pausing`, errno });
    return false;
  }
}
