/**
 * The broker brings svlogds of this fleet and their shared loggers together.
 *
 * It listens on an abstract socket that is named after the fleet's pid. A svlogd that wants to join connects and sends
 * one frame (logging/joining.ts). Then the broker
 * 1. asks the kernel who is at the other end, and lets in only log processes of the fleet's own services;
 * 2. looks at the frame without taking it, to see which directory it is for;
 * 3. passes the connection on to the logger of that user and directory, which takes the frame with its descriptors and
 *    answers.
 *
 * The broker answers nothing itself: it passes a connection on or closes it, and a svlogd whose connection is closed
 * writes by itself. It never waits. A log process may connect ASKS_MOST times in its life, and a connection that stays
 * silent is closed.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { identityText } from "../../logging/identity.ts";
import { decodeFrame, fleetName, MOST_FRAME_BYTES } from "../../logging/joining.ts";
import { type Kernel, type Peer, WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import type { LoggerNews, LoggerProcess } from "./logger_process.ts";
import { SharedLogger } from "./shared_logger.ts";

/** A svlogd sends its frame at once; this is long enough for a machine that is short of everything. */
const SILENCE_MS = 10_000;
const ACCEPTS_A_TURN = 16;
/** The pause before the next try, when descriptors or memory were lacking to accept a connection. */
const ACCEPT_PAUSE_MS = 1000;
/** A logger may be killed while it is about to answer: then svlogd asks again (logging/host/hand_over.ts). */
const ASKS_MOST = 3;

/** The fleet as the broker knows it. */
export interface BrokerOptions {
  /** The log process that has this pid; undefined when no service of the fleet has one of this pid. */
  readonly logOf: (pid: number) => LogProcess | undefined;
  /** Starts a logger that writes as a user (`identityText`); throws SysError when it cannot. */
  readonly start: (identity: string, news: LoggerNews) => LoggerProcess;
}

/** The process of a log, as the fleet knows it. */
export interface LogProcess {
  /**
   * The number of times that the process has connected. The broker counts them so that a process cannot have loggers
   * started without end.
   */
  asked: number;
}

/** A connection whose frame has not come yet. */
interface Silent extends Sleeper {
  readonly peer: Peer;
}

/** All shared loggers of a fleet, and the socket at which svlogds ask for them. */
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

  /** Listens, from the first log process on. If it cannot, every svlogd writes by itself. */
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

  /** Lets no svlogd join any more. The loggers that have a process go on. */
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

  /** The processes of shared loggers at this moment. */
  processes(): LoggerProcess[] {
    return [...this.#loggers.values()].flatMap(({ process }) => process ?? []);
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
      // Linux before 4.13 does not tell the groups of a peer.
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /** Watches the connection no more; its descriptor stays open. */
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
    // The kernel has the frame of a svlogd of ours whole or not at all; any other frame is a stranger's.
    const joining = decodeFrame(frame, length);
    if (joining === undefined) return this.#hangUp(fd);
    this.#release(fd, silent);
    this.#loggerOf(silent.peer, joining.key).join({ fd, pid: silent.peer.pid });
  }

  // Loggers

  #loggerOf(peer: Peer, key: string): SharedLogger {
    const identity = identityText(peer);
    const name = `${identity} ${key}`;
    const known = this.#loggers.get(name);
    if (known !== undefined) return known;
    const logger = new SharedLogger(this.#kernel, this.#loop, {
      start: (news) => this.#options.start(identity, news),
      onOver: () => this.#loggers.delete(name),
    });
    this.#loggers.set(name, logger);
    return logger;
  }
}
