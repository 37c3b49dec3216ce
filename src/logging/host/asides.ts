/**
 * Standard error and the status files of a multilog(8) script, for one feed (`../asides.ts` selects the lines).
 *
 * A status file is written in place and always with the same length, so that a reader finds one line or the other. If it
 * cannot be written, the feed waits and tries again, as daemontools' multilog does.
 */
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
/** A status file that could not be written is tried again after this time (daemontools, multilog.c: sleep(5)). */
const PAUSE_MS = 5000;

/** The part of the kernel that writing status files needs. */
export type AsidesKernel = Pick<Kernel, "monotonicMs" | "open" | "close" | "write">;

/** The feed, as its status files see it. */
export interface AsidesOwner {
  readonly kernel: AsidesKernel;
  readonly arena: Arena;
  readonly batch: Batch;
  readonly lineBytes: number;
  say(said: Say): void;
}

/** The lines that one feed sends to standard error and into status files. */
export class AsideLines {
  readonly #owner: AsidesOwner;
  readonly #actions: readonly AsideAction[];
  readonly #statuses: readonly Status[];
  readonly #stamp: Stamp;
  readonly #leads: Leads;
  /** The time at which to write a status file again that could not be written; Infinity if there is none. */
  #retryAtMs = Infinity;

  /** `stamp`: the feed keeps it at the stamp of the batch. */
  constructor(owner: AsidesOwner, actions: readonly AsideAction[], stamp: Stamp) {
    this.#owner = owner;
    this.#actions = actions;
    this.#statuses = actions.flatMap((action) => action.kind === "status" ? [makeStatus(action.path)] : []);
    this.#stamp = stamp;
    this.#leads = new Leads(stamp.bytes.length);
  }

  /** The time at which the feed must call `passTime`; Infinity for never. */
  get deadlineMs(): number {
    return this.#retryAtMs;
  }

  /** Makes the status files that do not exist. Returns false if one cannot be made: the reason has been said. */
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

  /** Gives the stamp at hand to the line that an earlier process has read in part. */
  hold(): void {
    this.#leads.hold(this.#stamp.bytes);
  }

  /** Takes in the batch that has just begun. `flush` prints and empties `errors`. */
  take(errors: ErrorText, flush: () => void): void {
    const { arena, batch, lineBytes } = this.#owner;
    this.#leads.begin(this.#stamp.bytes);
    if (this.#actions.length === 0) return;
    const [actions, statuses, leads] = [this.#actions, this.#statuses, this.#leads];
    copyAsides(arena, batch, { actions, statuses, leads, errors, lineBytes, flush });
    flush();
  }

  /** Ends the batch. */
  endBatch(): void {
    this.#leads.end(this.#owner.arena, this.#owner.batch);
  }

  /** A deadline may have come. */
  passTime(): void {
    if (this.#owner.kernel.monotonicMs() >= this.#retryAtMs) this.#retryAtMs = Infinity;
  }

  /** Writes the status files that are due. Returns false if one has to wait. */
  settle(): boolean {
    if (this.#retryAtMs !== Infinity) return false;
    const due = this.#statuses.filter((status) => status.due).sort((one, other) => one.turn - other.turn);
    return due.every((status) => this.#write(status));
  }

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
