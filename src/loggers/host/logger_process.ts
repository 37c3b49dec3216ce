/**
 * One logger (`svlogfleet`) as its fleet sees it: a process and a control socket.
 *
 * Orders are kept in a box and sent in a later turn, as many as the socket takes; so nothing that a logger does or
 * leaves undone holds up the fleet, and nobody is told anything in the midst of something else. What is under the
 * same key in the box is one order. Descriptors are opened when an order is sent, not while it waits.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import {
  decodeReport,
  encodeMessage,
  MOST_MESSAGE_BYTES,
  type Order,
  type Report,
} from "../../logging/joining.ts";

/** The control socket of a logger. */
const CONTROL: Fd = 3;
/** Messages of one logger in one turn, each way. */
const MESSAGES_A_TURN = 64;
/** When a message could not be sent for want of memory, or because too many descriptors are on their way. */
const RETRY_MS = 1000;

/** An order with what goes with it. */
export interface Parcel {
  readonly order: Order;
  /** The descriptors to go with it, opened or lent at this moment. */
  pack?(): { readonly descriptors: readonly Fd[]; readonly opened: readonly Fd[] };
  /** It cannot be packed: `thrown` says why. */
  failed?(thrown: unknown): void;
  sent?(): void;
  /** It will never be sent. */
  unsent?(): void;
}

export class LoggerProcess {
  readonly pid: number;
  readonly startedAtMs: number;
  /** Between these it was started, by CLOCK_BOOTTIME. */
  readonly notBeforeNs: bigint;
  readonly notAfterNs: bigint;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #onReport: (report: Report) => void;
  #control: Fd;
  /** `never` again: it has said all that it will say. */
  #watched: "read" | "either" | "no" | "never" = "no";
  readonly #box = new Map<string, Parcel>();
  readonly #message = new Uint8Array(MOST_MESSAGE_BYTES);
  readonly #flushLater = (): void => this.#flush();
  readonly #retry: Sleeper = { wakeAtMs: Infinity, wake: () => this.#flush() };

  private constructor(
    kernel: Kernel,
    loop: Loop,
    { control, pid, notBeforeNs, onReport }: {
      readonly control: Fd;
      readonly notBeforeNs: bigint;
      readonly pid: number;
      readonly onReport: (report: Report) => void;
    },
  ) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#control = control;
    this.#onReport = onReport;
    this.pid = pid;
    this.startedAtMs = kernel.monotonicMs();
    this.notBeforeNs = notBeforeNs;
    this.notAfterNs = kernel.bootNs();
  }

  /**
   * Starts `program` as a logger of `identity` (`own`, or `UID:GID:GROUPS`). Throws SysError, as `spawn` does, when
   * there cannot be one; then nothing of it is held.
   */
  static start(
    kernel: Kernel,
    loop: Loop,
    program: string,
    identity: string,
    onReport: (report: Report) => void,
  ): LoggerProcess {
    const [control, theirs] = kernel.socketPair();
    const notBeforeNs = kernel.bootNs();
    try {
      const pid = kernel.spawn({
        path: program,
        // The script form loses this name and gets its own file's, which then reads the next word.
        argv: ["denit", "svlogfleet", identity],
        directoryPath: "/",
        others: [[CONTROL, theirs]],
        // What a terminal sends to its foreground is not for the loggers: they leave after the services.
        newSession: true,
      });
      const logger = new LoggerProcess(kernel, loop, { control, pid, notBeforeNs, onReport });
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

  /** Sends it in a later turn; what is in the box under that key already is taken out. */
  post(key: string, parcel: Parcel): void {
    this.retract(key);
    if (this.#control < 0) return parcel.unsent?.();
    this.#box.set(key, parcel);
    if (this.#watched !== "either") this.#loop.goOn(this.#flushLater);
  }

  retract(key: string): void {
    const parcel = this.#box.get(key);
    if (parcel === undefined) return;
    this.#box.delete(key);
    parcel.unsent?.();
  }

  /** At once, as many as the socket takes. */
  sendAll(): void {
    this.#flush(Infinity);
  }

  /** Whatever was posted it has, or has on its way, whoever dies now. */
  get hasAll(): boolean {
    return this.#box.size === 0;
  }

  #flush(most = MESSAGES_A_TURN): void {
    if (this.#control < 0) return;
    let sent = 0;
    for (const [key, parcel] of this.#box) {
      if (sent++ === most) return this.#loop.goOn(this.#flushLater);
      const what = this.#send(parcel);
      if (what === "waits") return;
      this.#box.delete(key);
      if (what === "sent") parcel.sent?.();
      else if (what === "never") parcel.unsent?.();
    }
    this.#watch("read");
  }

  /** `waits`: for which the loop has been told. */
  #send(parcel: Parcel): "sent" | "waits" | "never" | "failed" {
    let packed;
    try {
      packed = parcel.pack?.() ?? NOTHING;
    } catch (thrown) {
      parcel.failed?.(thrown);
      return "failed";
    }
    const bytes = encodeMessage(parcel.order);
    try {
      if (this.#kernel.send(this.#control, bytes, bytes.length, packed.descriptors) !== WOULD_BLOCK) {
        return "sent";
      }
      this.#watch("either");
      return "waits";
    } catch (thrown) {
      return this.#unsent(thrown);
    } finally {
      for (const fd of packed.opened) this.#kernel.close(fd);
    }
  }

  /** What has gone cannot be told anything any more: its end is about to be collected. */
  #unsent(thrown: unknown): "waits" | "never" {
    if (GONE.has(errnoOf(thrown))) return "never";
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
      // Out of memory, or of what one user may watch.
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
      if (length <= 0) return this.#deaf();
      const report = decodeReport(this.#message, length);
      if (report !== undefined) this.#onReport(report);
    }
  }

  /** Length of the next message, 0 at the end. Descriptors are not ours to get: they are closed. */
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

  /** It says nothing more. */
  #deaf(): void {
    if (this.#watched === "read" || this.#watched === "either") this.#loop.unwatch(this.#control);
    this.#watched = "never";
  }

  // The end

  /** It has ended: what it said last is heard, what it was not told is given back. */
  ended(): void {
    this.#receive(Infinity);
    this.close();
  }

  /** Without its control socket a logger goes on until its last log has ended, and then leaves. */
  close(): void {
    if (this.#control < 0) return;
    this.#deaf();
    this.#loop.schedule(this.#retry, Infinity);
    this.#kernel.close(this.#control);
    this.#control = -1;
    for (const key of [...this.#box.keys()]) this.retract(key);
  }

  kill(signal: number): void {
    try {
      this.#kernel.kill(this.pid, signal);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }
}

const NOTHING = { descriptors: [], opened: [] };
/** EPIPE, ECONNRESET: its end is closed. */
const GONE: ReadonlySet<number> = new Set([32, 104]);

/** A program could not be made a process, for now. */
export function isRefused(thrown: unknown): boolean {
  return thrown instanceof SysError && thrown.call !== "exec";
}
