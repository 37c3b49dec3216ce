/**
 * Loggers of a dead fleet that still write logs.
 *
 * The tree's logger goes on without its fleet, so that no line is lost. The next fleet reads from the record of a log
 * which logger holds it. Once another logger is there to take over, the holders are told to leave (TERM), and the new
 * logger begins when they have left and their log directories are free.
 *
 * `Log` is any value that names a log; its content does not matter.
 */
import { SIGNAL } from "../../posix/signal.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { isAlive, type KnownProcess, signalKnown } from "../../runtime/known_process.ts";
import { beganInTime } from "../adoption.ts";
import type { Holder } from "../service_record.ts";

/** Knows which logger of a dead fleet holds which log. */
export class Holders<Log> {
  readonly #kernel: Kernel;
  readonly #onHandedOver: (log: Log) => void;
  readonly #held = new Map<Log, Holder>();
  /** The loggers that were sent TERM, by pid. */
  readonly #dismissed = new Map<number, KnownProcess>();

  /** `onHandedOver` is called when the holder is not to be recorded any more, before another logger gets the log. */
  constructor(kernel: Kernel, onHandedOver: (log: Log) => void) {
    this.#kernel = kernel;
    this.#onHandedOver = onHandedOver;
  }

  /**
   * The record of the log names its holder; and a second one, if its fleet died while it handed the log over. As long as
   * the first is there, the second has not begun with the log, and is told to leave; otherwise the second is the
   * holder. Throws SysError.
   */
  add(log: Log, holder: Holder, nextHolder?: Holder): void {
    if (nextHolder === undefined) return void this.#held.set(log, holder);
    const isThere = this.#processOf(holder) !== undefined;
    if (isThere) this.#dismiss(nextHolder);
    this.#held.set(log, isThere ? holder : nextHolder);
  }

  /** The logger of a dead fleet that holds the log; undefined when there is none. */
  holderOf(log: Log): Holder | undefined {
    return this.#held.get(log);
  }

  /** True while any log is held. */
  get hasAny(): boolean {
    return this.#held.size > 0;
  }

  /** Another logger is about to be started for this log: its holder is sent TERM. Throws SysError. */
  dismissHolderOf(log: Log): void {
    const holder = this.#held.get(log);
    if (holder === undefined) return;
    this.#dismiss(holder);
    this.handedOver(log);
  }

  /** Takes note that another logger has the log, whatever became of its holder. */
  handedOver(log: Log): void {
    if (this.#held.delete(log)) this.#onHandedOver(log);
  }

  /** Sends TERM to every holder that was not sent it yet. Another logger is there to take over. Throws SysError. */
  dismissAll(): void {
    for (const log of [...this.#held.keys()]) this.dismissHolderOf(log);
  }

  /** True when every holder that was sent TERM has ended, so their log directories are free. Throws SysError. */
  haveLeft(): boolean {
    for (const known of this.#dismissed.values()) {
      if (isAlive(this.#kernel, known)) return false;
      this.#dismissed.delete(known.pid);
    }
    return true;
  }

  /** The service of the log has gone. */
  forget(log: Log): void {
    this.#held.delete(log);
  }

  #dismiss(holder: Holder): void {
    // A pid may have passed from a holder that has left to the next one, so its time of start is compared.
    const before = this.#dismissed.get(holder.pid);
    if (before !== undefined && beganInTime(holder, before.startNs)) return;
    const known = this.#processOf(holder);
    if (known === undefined) return;
    signalKnown(this.#kernel, known, SIGNAL.TERM);
    this.#dismissed.set(holder.pid, known);
  }

  /** Undefined when it has ended. Throws SysError. */
  #processOf(holder: Holder): KnownProcess | undefined {
    const { pid } = holder;
    const facts = this.#kernel.processFacts(pid);
    if (facts === undefined || facts.status !== undefined || !beganInTime(holder, facts.startNs)) {
      return undefined;
    }
    return { pid, startNs: facts.startNs };
  }
}
