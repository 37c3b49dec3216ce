/**
 * The broker: brings svlogds of this fleet and their shared loggers together.
 *
 * It listens on an abstract socket of its own pid. A svlogd that wants to join connects and sends one frame
 * (logging/joining.ts). The broker looks who it is, which must be one of the fleet's own log processes, looks at the
 * frame without taking it, and passes the connection on to the logger of that identity and directory, which takes the
 * frame with its descriptors and answers. The broker itself answers nothing: it passes on, or closes, and whoever
 * is closed writes by himself. It never waits; a log process may connect a few times in its
 * life, and a connection that stays silent is closed.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { decodeFrame, fleetName, MOST_FRAME_BYTES, type Report } from "../../logging/joining.ts";
import { type Kernel, type Peer, WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { ended, forgottenAtMs, mayJoin, newSharedLogger, type SharedLoggerState } from "../shared_logger.ts";
import type { LoggerProcess } from "./logger_process.ts";

/** A svlogd sends its frame at once; this is for a machine that is out of breath. */
const SILENCE_MS = 10_000;
const ACCEPTS_A_TURN = 16;
/** When no connection could be accepted for want of descriptors or memory. */
const ACCEPT_PAUSE_MS = 1000;

export interface BrokerOptions {
  /** The log process of one of our services that has this pid, if there is one. */
  readonly logOf: (pid: number) => LogProcess | undefined;
  /** Starts a logger of an identity; throws SysError when that cannot be. */
  readonly start: (identity: string, onReport: (report: Report) => void) => LoggerProcess;
}

/** How often it has asked, which has an end, so that it cannot have more and more loggers started. */
export interface LogProcess {
  asked: number;
}

/** A logger may be killed while it is about to answer: then svlogd asks again (logging/host/hand_over.ts). */
const ASKS_MOST = 3;

/** Connected, and its frame is awaited. */
interface Silent extends Sleeper {
  readonly peer: Peer;
}

/** Connected, and to be passed on. */
interface Joiner {
  readonly fd: Fd;
  readonly pid: number;
}

export class Broker {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #options: BrokerOptions;
  #listener: Fd = -1;
  #state: "new" | "open" | "closed" = "new";
  readonly #silent = new Map<Fd, Silent>();
  readonly #loggers = new Map<string, SharedLogger>();
  #frame: Uint8Array<ArrayBuffer> | undefined;
  readonly #again: Sleeper = { wakeAtMs: Infinity, wake: () => this.#listen() };

  constructor(kernel: Kernel, loop: Loop, options: BrokerOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#options = options;
  }

  /** From the first log process on. Where it cannot be, every svlogd writes by itself. */
  open(): void {
    if (this.#state !== "new") return;
    this.#state = "closed";
    try {
      this.#listener = this.#kernel.listenAbstract(fleetName(this.#kernel.pid()));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return;
    }
    this.#state = "open";
    this.#listen();
  }

  /** Nobody joins any more; the loggers that are there go on. */
  close(): void {
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    if (!wasOpen) return;
    this.#loop.schedule(this.#again, Infinity);
    this.#loop.unwatch(this.#listener);
    this.#kernel.close(this.#listener);
    for (const fd of [...this.#silent.keys()]) this.#hangUp(fd);
    for (const logger of this.#loggers.values()) logger.refuseAll();
  }

  processes(): LoggerProcess[] {
    return [...this.#loggers.values()].flatMap(({ process }) => process ?? []);
  }

  /** True for one of the shared loggers. */
  ended(pid: number, status: number): boolean {
    const logger = [...this.#loggers.values()].find(({ process }) => process?.pid === pid);
    logger?.ended(status);
    return logger !== undefined;
  }

  // Connections

  #listen(): void {
    try {
      this.#loop.watch(this.#listener, "read", () => this.#acceptSome());
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#loop.schedule(this.#again, this.#kernel.monotonicMs() + ACCEPT_PAUSE_MS);
    }
  }

  #acceptSome(): void {
    for (let i = 0; i < ACCEPTS_A_TURN; i++) {
      try {
        const fd = this.#kernel.accept(this.#listener);
        if (fd === undefined) return;
        this.#accepted(fd);
      } catch (thrown) {
        rethrowUnlessSysError(thrown);
        this.#loop.unwatch(this.#listener);
        this.#loop.schedule(this.#again, this.#kernel.monotonicMs() + ACCEPT_PAUSE_MS);
        return;
      }
    }
  }

  #accepted(fd: Fd): void {
    const peer = this.#peerOf(fd);
    const log = peer === undefined ? undefined : this.#options.logOf(peer.pid);
    if (peer === undefined || log === undefined || log.asked >= ASKS_MOST) {
      return this.#kernel.close(fd);
    }
    log.asked++;
    const silent: Silent = { peer, wakeAtMs: Infinity, wake: () => this.#hangUp(fd) };
    try {
      this.#loop.watch(fd, "read", () => this.#look(fd, silent));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return this.#kernel.close(fd);
    }
    this.#silent.set(fd, silent);
    this.#loop.schedule(silent, this.#kernel.monotonicMs() + SILENCE_MS);
  }

  #peerOf(fd: Fd): Peer | undefined {
    try {
      return this.#kernel.peer(fd);
    } catch (thrown) {
      // A kernel that does not tell the groups (before 4.13).
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /** The watch is over, the descriptor is still open. */
  #release(fd: Fd, silent: Silent): void {
    this.#loop.schedule(silent, Infinity);
    this.#loop.unwatch(fd);
    this.#silent.delete(fd);
  }

  #hangUp(fd: Fd): void {
    const silent = this.#silent.get(fd);
    if (silent === undefined) return;
    this.#release(fd, silent);
    this.#kernel.close(fd);
  }

  #look(fd: Fd, silent: Silent): void {
    const frame = this.#frame ??= new Uint8Array(MOST_FRAME_BYTES);
    let length: number;
    try {
      length = this.#kernel.receive(fd, frame, true).length;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return this.#hangUp(fd);
    }
    if (length === WOULD_BLOCK) return;
    // One that is not there whole never comes from a svlogd of ours.
    const joining = decodeFrame(frame, length);
    if (joining === undefined) return this.#hangUp(fd);
    this.#release(fd, silent);
    this.#loggerOf(silent.peer, joining.key).join({ fd, pid: silent.peer.pid });
  }

  // Loggers

  #loggerOf({ uid, gid, groups }: Peer, key: string): SharedLogger {
    const identity = `${uid}:${gid}:${groups.join(",")}`;
    const name = `${identity} ${key}`;
    const known = this.#loggers.get(name);
    if (known !== undefined) return known;
    const logger = new SharedLogger(this.#kernel, this.#loop, {
      start: (onReport) => this.#options.start(identity, onReport),
      onOver: () => this.#loggers.delete(name),
    });
    this.#loggers.set(name, logger);
    return logger;
  }
}

interface SharedLoggerOptions {
  readonly start: (onReport: (report: Report) => void) => LoggerProcess;
  readonly onOver: () => void;
}

/** The logger of one identity and one directory, whether it has a process at the moment or not. */
class SharedLogger implements Sleeper {
  wakeAtMs = Infinity;
  process: LoggerProcess | undefined;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #options: SharedLoggerOptions;
  /** Orders to join that its process has been sent, or will be. */
  #joins = 0;
  #refuses = false;
  /** Its process has been told to leave. */
  #leaves = false;
  readonly #kept: Joiner[] = [];
  #state: SharedLoggerState = newSharedLogger();

  constructor(kernel: Kernel, loop: Loop, options: SharedLoggerOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#options = options;
  }

  /** The connection is passed on now or later, or closed. */
  join(joiner: Joiner): void {
    if (this.#leaves || this.#refuses) return this.#keep(joiner);
    if (this.process !== undefined) return this.#pass(this.process, joiner);
    switch (mayJoin(this.#state, this.#kernel.monotonicMs())) {
      case "now":
        return this.#startFor([joiner]);
      case "later":
        this.#keep(joiner);
        return this.#loop.schedule(this, this.#state.startAtMs);
      case "no":
        return this.#kernel.close(joiner.fd);
    }
  }

  #startFor(joiners: readonly Joiner[]): void {
    try {
      this.process = this.#options.start((report) => this.#heard(report));
      this.#joins = 0;
      this.#loop.schedule(this, Infinity);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      for (const { fd } of joiners) this.#kernel.close(fd);
      return this.#forgetInTime();
    }
    for (const joiner of joiners) this.#pass(this.process, joiner);
  }

  /** It has had nothing to do for a while, and none that would join is on the way. */
  #heard(report: Report): void {
    if (report.said !== "idle" || report.joins !== this.#joins) return;
    this.#leaves = true;
    this.process?.post("leave", { order: { do: "leave" } });
  }

  #pass(process: LoggerProcess, { fd, pid }: Joiner): void {
    this.#joins++;
    process.post(`join ${fd}`, {
      order: { do: "join", pid },
      pack: () => ({ descriptors: [fd], opened: [] }),
      sent: () => this.#kernel.close(fd),
      unsent: () => this.#keep({ fd, pid }),
    });
  }

  #keep(joiner: Joiner): void {
    if (this.#refuses) this.#kernel.close(joiner.fd);
    else this.#kept.push(joiner);
  }

  /** From now on nobody is let in: what was not passed on is closed. */
  refuseAll(): void {
    this.#refuses = true;
    for (const { fd } of this.#kept.splice(0)) this.#kernel.close(fd);
  }

  ended(status: number): void {
    const { process } = this;
    if (process === undefined) return;
    process.ended();
    this.process = undefined;
    this.#leaves = false;
    const { startedAtMs } = process;
    this.#state = ended(this.#state, { startedAtMs, status }, this.#kernel.monotonicMs());
    for (const joiner of this.#kept.splice(0)) this.join(joiner);
    if (this.process === undefined && this.#kept.length === 0) this.#forgetInTime();
  }

  #forgetInTime(): void {
    const atMs = forgottenAtMs(this.#state);
    if (atMs <= this.#kernel.monotonicMs()) this.#options.onOver();
    else this.#loop.schedule(this, atMs);
  }

  wake(): void {
    const kept = this.#kept.splice(0);
    if (kept.length > 0) this.#startFor(kept);
    else if (this.process === undefined) this.#forgetInTime();
  }
}
