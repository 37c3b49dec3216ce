/**
 * Processes of a supervisor that has died: finding them again, being told of their end, and signalling them.
 *
 * They are nobody's children that could be waited for. Each is held by a pidfd, which is taken only after its start
 * time was compared, and compared again: so it is never another one that got its number. How it ended the kernel tells
 * through the pidfd (Linux 6.15), or /proc while nobody has reaped it; else nobody knows. Where there can be no pidfd
 * they are looked at once a second.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import { ERRNO } from "../../posix/errno.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { type Children } from "../../runtime/children.ts";
import { type Kernel, type ProcessFacts } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import {
  type Candidate,
  type Evidence,
  isRemembered,
  mayBeStarted,
  type Memory,
  startedOne,
} from "../memory.ts";
import type { Who } from "../pair.ts";
import { type Found, UNKNOWN_STATUS } from "../service.ts";
import { type Holder, type Unit } from "./unit.ts";

const LOOK_MS = 1000;

export interface AdoptionOptions {
  readonly onEnded: (unit: Unit, who: Who, pid: number, status: number) => void;
  /** What is written down of its log is to be written anew, before anybody is given it. */
  readonly onHandedOver: (unit: Unit) => void;
  /** What is left of other services. Throws SysError. */
  readonly others: (unit: Unit) => readonly Memory[];
  /** It is ours: a child of this process, from before it executed itself. */
  readonly onOwn: (unit: Unit, who: Who, pid: number) => void;
}

interface Adopted extends Sleeper {
  readonly unit: Unit;
  readonly who: Who;
  readonly pid: number;
  readonly startNs: bigint;
  fd: Fd;
  watched: boolean;
}

export class Adoption {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #options: AdoptionOptions;
  readonly #adopted = new Map<number, Adopted>();
  /** Logs that the logger of a dead fleet still has: it goes on until another is there to take over. */
  readonly #held = new Set<Unit>();
  /** Loggers of a dead fleet that were told to leave, and when each began. */
  readonly #sentAway = new Map<number, bigint>();

  constructor(kernel: Kernel, loop: Loop, children: Children, options: AdoptionOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#children = children;
    this.#options = options;
  }

  /**
   * What became of the process that was remembered; one that lives is held from now on. Throws SysError where that
   * cannot be found out for now.
   */
  take(unit: Unit, who: Who, memory: Memory): Found & { readonly startNs?: bigint } {
    if (memory.kind === "feed") {
      unit.heldBy = memory;
      this.#held.add(unit);
      return { kind: "ended", status: 0 };
    }
    const pid = memory.starting ? this.#startedPid(unit, who, memory) : memory.pid;
    if (pid === 0) return { kind: "none" };
    const reaped = this.#children.statusOfStranger(pid);
    if (reaped !== undefined) return { kind: "ended", status: reaped };
    const facts = this.#kernel.processFacts(pid);
    if (facts === undefined || !(memory.starting || isRemembered(memory, facts.startNs))) return ENDED;
    return this.#hold(unit, who, pid, facts);
  }

  /**
   * Whatever was there at the start has begun. But a process that has executed itself has children of services that
   * could not begin yet, too.
   */
  allBegun(): void {
    if (this.#kernel.wordOfLastLife === "") this.#children.forgetStrangers();
  }

  /** The logger of the tree, which goes on without its fleet: the log is to be had by the next one. */
  #sendAway(holder: Holder): void {
    const { pid } = holder;
    if (this.#sentAway.has(pid)) return;
    const facts = this.#kernel.processFacts(pid);
    if (facts === undefined || facts.status !== undefined || !isRemembered(holder, facts.startNs)) return;
    let fd: Fd = -1;
    try {
      fd = this.#kernel.openProcess(pid);
      if (this.#kernel.processFacts(pid)?.startNs === facts.startNs) {
        this.#kernel.signalProcess(fd, SIGNAL.TERM);
      }
      this.#sentAway.set(pid, facts.startNs);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (errno === ERRNO.ENOSYS) this.#kernel.kill(pid, SIGNAL.TERM);
      else if (errno !== ERRNO.ESRCH) throw thrown;
    } finally {
      if (fd >= 0) this.#kernel.close(fd);
    }
  }

  /** The log of this one is to be written by another one, which is about to be started. */
  handOver(unit: Unit): void {
    if (unit.heldBy === undefined) return;
    this.#sendAway(unit.heldBy);
    this.handedOver(unit);
  }

  /** Another one has the log, whatever became of the one that had it. */
  handedOver(unit: Unit): void {
    if (unit.heldBy === undefined) return;
    unit.heldBy = undefined;
    this.#held.delete(unit);
    this.#options.onHandedOver(unit);
  }

  /** Whether loggers of dead fleets have logs. */
  get hasHolders(): boolean {
    return this.#held.size > 0;
  }

  /** Sends TERM to the loggers of dead fleets: another logger is there to take over their logs. Throws SysError. */
  dismissHolders(): void {
    for (const unit of [...this.#held]) this.handOver(unit);
  }

  /** True when the dismissed loggers of dead fleets have ended, and their log directories are free. Throws SysError. */
  holdersHaveLeft(): boolean {
    for (const [pid, startNs] of this.#sentAway) {
      const facts = this.#kernel.processFacts(pid);
      if (facts?.startNs === startNs && facts.status === undefined) return false;
      this.#sentAway.delete(pid);
    }
    return true;
  }

  #hold(
    unit: Unit,
    who: Who,
    pid: number,
    { parent, startNs, status }: ProcessFacts,
  ): ReturnType<Adoption["take"]> {
    if (parent === this.#kernel.pid()) {
      this.#options.onOwn(unit, who, pid);
      return { kind: "alive", pid, startNs };
    }
    if (status !== undefined) return { kind: "ended", status };
    const adopted: Adopted = {
      unit,
      who,
      pid,
      startNs,
      fd: -1,
      watched: false,
      wakeAtMs: Infinity,
      wake: () => {},
    };
    adopted.wake = () => this.#look(adopted);
    if (!this.#open(adopted)) return ENDED;
    this.#adopted.set(pid, adopted);
    this.#watch(adopted);
    return { kind: "alive", pid, startNs };
  }

  /** False for one that is no more. */
  #open(adopted: Adopted): boolean {
    try {
      adopted.fd = this.#kernel.openProcess(adopted.pid);
    } catch (thrown) {
      return errnoOf(thrown) !== ERRNO.ESRCH;
    }
    let isSame = false;
    try {
      isSame = this.#kernel.processFacts(adopted.pid)?.startNs === adopted.startNs;
    } finally {
      if (!isSame) {
        this.#kernel.close(adopted.fd);
        adopted.fd = -1;
      }
    }
    return isSame;
  }

  #watch(adopted: Adopted): void {
    try {
      if (adopted.fd < 0) throw new SysError({ call: "pidfd_open", errno: ERRNO.ENOSYS });
      this.#loop.watch(adopted.fd, "read", () => this.#ready(adopted));
      adopted.watched = true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#loop.schedule(adopted, this.#kernel.monotonicMs() + LOOK_MS);
    }
  }

  /** Without a pidfd, or without anybody to watch it. */
  #look(adopted: Adopted): void {
    if (this.#adopted.get(adopted.pid) !== adopted) return;
    try {
      this.#lookNow(adopted);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#loop.schedule(adopted, this.#kernel.monotonicMs() + LOOK_MS);
    }
  }

  #lookNow(adopted: Adopted): void {
    const facts = this.#kernel.processFacts(adopted.pid);
    if (facts?.startNs !== adopted.startNs || facts.status !== undefined) {
      return this.#ended(adopted, facts?.startNs === adopted.startNs ? facts.status : undefined);
    }
    if (adopted.fd >= 0 || this.#open(adopted)) return this.#watch(adopted);
    this.#ended(adopted, undefined);
  }

  #ready(adopted: Adopted): void {
    this.#unwatch(adopted);
    this.#ended(adopted, undefined);
  }

  #unwatch(adopted: Adopted): void {
    if (adopted.watched) this.#loop.unwatch(adopted.fd);
    adopted.watched = false;
  }

  #ended(adopted: Adopted, known: number | undefined): void {
    const { unit, who, pid, fd } = adopted;
    const status = known ?? this.#statusOf(adopted) ?? UNKNOWN_STATUS;
    this.#release(adopted);
    if (fd >= 0) this.#kernel.close(fd);
    this.#options.onEnded(unit, who, pid, status);
  }

  /** The kernel tells it of one that was reaped, /proc of one that was not: which may change in between. */
  #statusOf({ pid, fd, startNs }: Adopted): number | undefined {
    if (fd < 0) return undefined;
    const told = this.#kernel.exitOf(fd);
    if (told !== undefined) return told;
    try {
      const facts = this.#kernel.processFacts(pid);
      if (facts?.startNs === startNs) return facts.status;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
    return this.#kernel.exitOf(fd);
  }

  #release(adopted: Adopted): void {
    this.#adopted.delete(adopted.pid);
    this.#loop.schedule(adopted, Infinity);
    this.#unwatch(adopted);
  }

  /** True when it is one of these. Throws SysError. */
  signal(pid: number, signal: number): boolean {
    const adopted = this.#adopted.get(pid);
    if (adopted === undefined) return false;
    if (adopted.fd >= 0) this.#kernel.signalProcess(adopted.fd, signal);
    else if (this.#kernel.processFacts(pid)?.startNs === adopted.startNs) this.#kernel.kill(pid, signal);
    return true;
  }

  /** Its service has gone. */
  forget(unit: Unit): void {
    this.#held.delete(unit);
    for (const adopted of [...this.#adopted.values()]) {
      if (adopted.unit !== unit) continue;
      this.#release(adopted);
      if (adopted.fd >= 0) this.#kernel.close(adopted.fd);
    }
  }

  get size(): number {
    return this.#adopted.size;
  }

  // A start that nobody knows the end of

  /** 0 where there is none. */
  #startedPid(unit: Unit, who: Who, memory: Memory): number {
    const candidates: Candidate[] = [];
    for (const pid of this.#kernel.everyPid()) {
      const facts = this.#kernel.processFacts(pid);
      if (facts !== undefined && !this.#adopted.has(pid) && !this.#children.has(pid)) {
        candidates.push({ pid, ...facts });
      }
    }
    const those = mayBeStarted(memory, candidates);
    const known = those.map((one) => ({ ...one, ...this.#evidence(unit, who, memory, one.pid) }));
    return startedOne(memory, known, () => this.#options.others(unit))?.pid ?? 0;
  }

  #evidence(unit: Unit, who: Who, { phase }: Memory, pid: number): Evidence {
    const { directory, stdin, stdout, argv } = this.#kernel.processLinks(pid);
    const pipe = unit.pipe === undefined ? undefined : fileKeyOf(this.#kernel.statFd(unit.pipe.read));
    const home = fileKeyOf(this.#kernel.stat(unit.dir, who === "log" ? "log" : "."));
    const name = phase === "finish" ? "./finish" : "./run";
    return {
      belongs: directory === home || (pipe !== undefined && (who === "log" ? stdin : stdout) === pipe),
      isNamed: argv.slice(0, 2).includes(name),
    };
  }
}

/** Of another one nobody knows how it ended. */
const ENDED: Found = { kind: "ended", status: UNKNOWN_STATUS };
