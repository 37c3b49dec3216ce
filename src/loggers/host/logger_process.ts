/**
 * One logger (`svlogfleet`) as its fleet sees it: a process and a control socket.
 *
 * Orders wait in an outbox and are sent in a later turn, as many as the socket takes. So a logger that hangs does not
 * hold up the fleet, and no callback runs while its owner is still in the middle of a step. An order replaces the one
 * that waits under the same key, so the outbox cannot grow without end. Descriptors are opened when their order is
 * sent, not while it waits.
 */
import { ERRNO } from "../../posix/errno.ts";
import { type Fd, FIRST_FREE } from "../../posix/descriptor.ts";
import type { Children } from "../../runtime/children.ts";
import { type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import {
  decodeReport,
  encodeMessage,
  MOST_MESSAGE_BYTES,
  type Order,
  type Report,
} from "../../logging/joining.ts";

/** The control socket as the logger has it (logging/host/fleet_logger.ts). */
const CONTROL: Fd = FIRST_FREE;
/** The most messages that are sent to one logger in a turn, and the most that are received. */
const MESSAGES_A_TURN = 64;
/** The pause before a send is tried again, when memory was lacking or too many descriptors were on their way. */
const RETRY_MS = 1000;
/** The logger has closed its end of the control socket. */
const CLOSED: ReadonlySet<number> = new Set([ERRNO.EPIPE, ERRNO.ECONNRESET]);

/** An order that waits in the outbox. */
export interface PendingOrder {
  readonly order: Order;
  /**
   * Returns the descriptors that go with the order. Descriptors in `opened` were opened for it and are closed
   * afterwards.
   */
  pack?(): Packed;
  /** `pack` has thrown this, and the order is given up. */
  onUnpackable?(thrown: unknown): void;
  onSent?(): void;
  /** The order was withdrawn, or the logger is gone: it is never sent. */
  onUnsent?(): void;
}

/** The descriptors of one order. */
export interface Packed {
  readonly descriptors: readonly Fd[];
  readonly opened: readonly Fd[];
}

const NOTHING: Packed = { descriptors: [], opened: [] };

/** The news that the owner of a logger is told. */
export interface LoggerNews {
  readonly onReport: (report: Report) => void;
  /** The process has been reaped, with this wait status. Its last reports were told before. */
  readonly onEnded: (status: number) => void;
}

/** The start of a logger: its program, its user, and where its news go. */
export interface LoggerStart extends LoggerNews {
  /** Path of the program's own file. */
  readonly program: string;
  /** The user that it writes as: `own`, or `UID:GID:GROUPS` (logging/identity.ts). */
  readonly identity: string;
}

/** A process of `svlogfleet`, from its start until it has been reaped. */
export class LoggerProcess {
  readonly pid: number;
  /** The time of the start, by the monotonic clock. */
  readonly startedAtMs: number;
  /**
   * The logger was started between these two times of CLOCK_BOOTTIME. With them the next fleet recognizes the process
   * by its pid.
   */
  readonly notBeforeNs: bigint;
  readonly notAfterNs: bigint;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #news: LoggerNews;
  /** -1 once it is closed. */
  #control: Fd;
  /** The interest that the loop watches the control socket for; `never` again once the logger has said its last. */
  #watched: "read" | "either" | "no" | "never" = "no";
  readonly #outbox = new Map<string, PendingOrder>();
  readonly #message = new Uint8Array(MOST_MESSAGE_BYTES);
  readonly #flushLater = (): void => this.#flush();
  readonly #retry: Sleeper = { wakeAtMs: Infinity, wake: () => this.#flush() };

  private constructor(
    kernel: Kernel,
    loop: Loop,
    news: LoggerNews,
    { control, pid, notBeforeNs }: {
      readonly control: Fd;
      readonly pid: number;
      readonly notBeforeNs: bigint;
    },
  ) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#news = news;
    this.#control = control;
    this.pid = pid;
    this.startedAtMs = kernel.monotonicMs();
    this.notBeforeNs = notBeforeNs;
    this.notAfterNs = kernel.bootNs();
  }

  /**
   * Starts a logger. Throws SysError, as `spawn` does, when it cannot; then everything that was opened for the logger
   * is closed again.
   */
  static start(
    kernel: Kernel,
    loop: Loop,
    children: Children,
    { program, identity, ...news }: LoggerStart,
  ): LoggerProcess {
    const [control, theirs] = kernel.socketPair();
    const notBeforeNs = kernel.bootNs();
    try {
      const pid = kernel.spawn({
        path: program,
        // The script form takes the name of its own file instead of this one; the next word then names the applet.
        argv: ["denit", "svlogfleet", identity],
        directoryPath: "/",
        others: [[CONTROL, theirs]],
        // A terminal's signals to its foreground must not reach the loggers: they leave after the services.
        newSession: true,
      });
      const logger = new LoggerProcess(kernel, loop, news, { control, pid, notBeforeNs });
      children.expect(pid, logger, (status) => logger.#ended(status));
      logger.#watch("read");
      return logger;
    } catch (thrown) {
      kernel.close(control);
      throw thrown;
    } finally {
      kernel.close(theirs);
    }
  }

  // Orders

  /** Sends an order in a later turn, in the place of the one that waits under this key. */
  queue(key: string, pending: PendingOrder): void {
    this.withdraw(key);
    if (this.#control < 0) return pending.onUnsent?.();
    this.#outbox.set(key, pending);
    if (this.#watched !== "either") this.#loop.goOn(this.#flushLater);
  }

  /** Takes the order under this key, if it still waits, out of the outbox. */
  withdraw(key: string): void {
    const pending = this.#outbox.get(key);
    if (pending === undefined) return;
    this.#outbox.delete(key);
    pending.onUnsent?.();
  }

  /** Sends the waiting orders now, as many as the socket takes. */
  sendAll(): void {
    this.#flush(Infinity);
  }

  /** True when no order waits. What the kernel has taken reaches the logger even if the fleet dies now. */
  get hasSentAll(): boolean {
    return this.#outbox.size === 0;
  }

  #flush(most = MESSAGES_A_TURN): void {
    if (this.#control < 0) return;
    let sent = 0;
    for (const [key, pending] of this.#outbox) {
      if (sent++ === most) return this.#loop.goOn(this.#flushLater);
      const fate = this.#send(pending);
      if (fate === "waits") return;
      this.#outbox.delete(key);
      if (fate === "sent") pending.onSent?.();
      else if (fate === "never") pending.onUnsent?.();
    }
    this.#watch("read");
  }

  /** `waits`: the socket takes no more, and the loop has been told when to try again. */
  #send(pending: PendingOrder): "sent" | "waits" | "never" | "unpackable" {
    let packed;
    try {
      packed = pending.pack?.() ?? NOTHING;
    } catch (thrown) {
      pending.onUnpackable?.(thrown);
      return "unpackable";
    }
    const bytes = encodeMessage(pending.order);
    try {
      if (this.#kernel.send(this.#control, bytes, bytes.length, packed.descriptors) !== WOULD_BLOCK) {
        return "sent";
      }
      this.#watch("either");
      return "waits";
    } catch (thrown) {
      return this.#couldNotSend(thrown);
    } finally {
      for (const fd of packed.opened) this.#kernel.close(fd);
    }
  }

  /** A logger that has closed its end is about to be reaped. */
  #couldNotSend(thrown: unknown): "waits" | "never" {
    if (CLOSED.has(errnoOf(thrown))) return "never";
    this.#loop.schedule(this.#retry, this.#kernel.monotonicMs() + RETRY_MS);
    return "waits";
  }

  // Reports

  #watch(interest: "read" | "either"): void {
    if (this.#watched === interest || this.#watched === "never" || this.#control < 0) return;
    if (this.#watched !== "no") this.#loop.unwatch(this.#control);
    this.#watched = "no";
    try {
      this.#loop.watch(this.#control, interest, () => this.#onReady());
      this.#watched = interest;
    } catch (thrown) {
      // There is no memory left, or this user may watch no more.
      rethrowUnlessSysError(thrown);
      this.#loop.schedule(this.#retry, this.#kernel.monotonicMs() + RETRY_MS);
    }
  }

  #onReady(): void {
    this.#receive(MESSAGES_A_TURN);
    if (this.#watched === "either") this.#flush();
  }

  #receive(most: number): void {
    for (let i = 0; i < most && this.#control >= 0; i++) {
      const length = this.#next();
      if (length === WOULD_BLOCK) return;
      if (length <= 0) return this.#stopListening();
      const report = decodeReport(this.#message, length);
      if (report !== undefined) this.#news.onReport(report);
    }
  }

  /** Length of the next message, 0 at the end. A logger has no descriptors to pass: any that come are closed. */
  #next(): number {
    try {
      const { length, descriptors } = this.#kernel.receive(this.#control, this.#message);
      for (const fd of descriptors) this.#kernel.close(fd);
      return length;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return 0;
    }
  }

  /** The logger says nothing more. */
  #stopListening(): void {
    if (this.#watched === "read" || this.#watched === "either") this.#loop.unwatch(this.#control);
    this.#watched = "never";
  }

  // The end

  /** The process has been reaped: its last reports are told, waiting orders go back to their senders, then its end. */
  #ended(status: number): void {
    this.#receive(Infinity);
    this.close();
    this.#news.onEnded(status);
  }

  /** Closes the control socket. Without it a logger goes on until its last log has ended, and then leaves. */
  close(): void {
    if (this.#control < 0) return;
    this.#stopListening();
    this.#loop.schedule(this.#retry, Infinity);
    this.#kernel.close(this.#control);
    this.#control = -1;
    for (const key of [...this.#outbox.keys()]) this.withdraw(key);
  }

  /** Signals the process. One that has ended and was not reaped yet takes the signal without effect. */
  kill(signal: number): void {
    try {
      this.#kernel.kill(this.pid, signal);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }
}
