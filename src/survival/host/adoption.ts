/**
 * Adoption: finding the processes of a supervisor that has died, hearing of their end, and signalling them.
 *
 * An adopted process is not a child of this one, so it cannot be reaped. It is held by a pidfd (`known_process.ts`),
 * which tells its end. Its wait status comes from the kernel through the pidfd (Linux 6.15), or from /proc while nobody
 * has reaped the process; else it is UNKNOWN_STATUS. Where there can be no pidfd, the process is looked at once a
 * second.
 *
 * `Owner` is whatever the process belongs to; an owner has at most one process, and nothing else is asked of it.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Children } from "../../runtime/children.ts";
import type { Kernel, ProcessFacts } from "../../runtime/kernel.ts";
import { type KnownProcess, openKnown } from "../../runtime/known_process.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import {
  beganInTime,
  type Candidate,
  type Evidence,
  type FoundProcess,
  mayBeStarted,
  startedOne,
  UNKNOWN_STATUS,
} from "../adoption.ts";
import type { ServiceRecord } from "../service_record.ts";

/** Pause between two looks at a process without a pidfd, or with one that cannot be watched for now. */
const LOOK_MS = 1000;

/** Calls back about adopted processes. */
export interface AdoptionOptions<Owner> {
  /** The process has ended. */
  readonly onEnded: (owner: Owner, pid: number, status: number) => void;
  /**
   * The process is a child of this process, from before it executed itself. Its end comes from `Children`, where the
   * owner is to register it.
   */
  readonly onChild: (owner: Owner, pid: number) => void;
}

/** Traces by which a process is recognized. Each is looked up when it is needed; all throw SysError. */
export interface Traces {
  /** `device:inode` of the directory that the process works in. */
  readonly home: () => string;
  /** `device:inode` of the log pipe; undefined when there is none. */
  readonly pipe: () => string | undefined;
  /** The end of the log pipe that the process has. */
  readonly pipeEnd: "stdin" | "stdout";
  /** The records of other services. */
  readonly others: () => readonly ServiceRecord[];
}

/** An adopted process. */
interface Adopted<Owner> extends Sleeper, KnownProcess {
  readonly owner: Owner;
  /** The process's pidfd; -1 for none. */
  fd: Fd;
  watched: boolean;
}

/** The adopted processes of one supervisor. */
export class Adoption<Owner> {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #options: AdoptionOptions<Owner>;
  readonly #adopted = new Map<number, Adopted<Owner>>();
  readonly #adoptedOf = new Map<Owner, Adopted<Owner>>();

  constructor(kernel: Kernel, loop: Loop, children: Children, options: AdoptionOptions<Owner>) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#children = children;
    this.#options = options;
  }

  /** The number of adopted processes. */
  get size(): number {
    return this.#adopted.size;
  }

  /**
   * Finds what became of the recorded process. One that lives is held from now on. Throws SysError where that cannot
   * be found out for now.
   */
  take(owner: Owner, record: ServiceRecord, traces: Traces): FoundProcess {
    const pid = record.starting ? this.#startedPid(record, traces) : record.pid;
    if (pid === 0) return { kind: "none" };
    const reaped = this.#children.statusOfStranger(pid);
    if (reaped !== undefined) return { kind: "ended", status: reaped };
    const facts = this.#kernel.processFacts(pid);
    if (facts === undefined || !(record.starting || beganInTime(record, facts.startNs))) return ENDED;
    return this.#hold(owner, pid, facts);
  }

  #hold(owner: Owner, pid: number, { parent, startNs, status }: ProcessFacts): FoundProcess {
    if (parent === this.#kernel.pid()) {
      this.#options.onChild(owner, pid);
      return { kind: "alive", pid };
    }
    if (status !== undefined) return { kind: "ended", status };
    const adopted = { owner, pid, startNs, fd: -1, watched: false, wakeAtMs: Infinity, wake: () => {} };
    adopted.wake = () => this.#look(adopted);
    if (!this.#open(adopted)) return ENDED;
    this.#adopted.set(pid, adopted);
    this.#adoptedOf.set(owner, adopted);
    this.#watch(adopted);
    return { kind: "alive", pid };
  }

  /** Opens the pidfd if the kernel gives one. False for a process that has gone. */
  #open(adopted: Adopted<Owner>): boolean {
    const fd = openKnown(this.#kernel, adopted, () => -1);
    if (fd === undefined) return false;
    adopted.fd = fd;
    return true;
  }

  #watch(adopted: Adopted<Owner>): void {
    try {
      if (adopted.fd < 0) throw new SysError({ call: "pidfd_open", errno: ERRNO.ENOSYS });
      this.#loop.watch(adopted.fd, "read", () => this.#ready(adopted));
      adopted.watched = true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#loop.schedule(adopted, this.#kernel.monotonicMs() + LOOK_MS);
    }
  }

  /** Looks at a process that has no pidfd, or whose pidfd cannot be watched. */
  #look(adopted: Adopted<Owner>): void {
    if (this.#adopted.get(adopted.pid) !== adopted) return;
    try {
      this.#lookNow(adopted);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#loop.schedule(adopted, this.#kernel.monotonicMs() + LOOK_MS);
    }
  }

  #lookNow(adopted: Adopted<Owner>): void {
    const facts = this.#kernel.processFacts(adopted.pid);
    if (facts?.startNs !== adopted.startNs || facts.status !== undefined) {
      return this.#ended(adopted, facts?.startNs === adopted.startNs ? facts.status : undefined);
    }
    if (adopted.fd >= 0 || this.#open(adopted)) return this.#watch(adopted);
    this.#ended(adopted, undefined);
  }

  #ready(adopted: Adopted<Owner>): void {
    this.#unwatch(adopted);
    this.#ended(adopted, undefined);
  }

  #unwatch(adopted: Adopted<Owner>): void {
    if (adopted.watched) this.#loop.unwatch(adopted.fd);
    adopted.watched = false;
  }

  #ended(adopted: Adopted<Owner>, known: number | undefined): void {
    const { owner, pid } = adopted;
    const status = known ?? this.#statusOf(adopted) ?? UNKNOWN_STATUS;
    this.#release(adopted);
    this.#options.onEnded(owner, pid, status);
  }

  /** The kernel tells the status of a reaped process, /proc that of an unreaped one; it may be reaped in between. */
  #statusOf({ pid, fd, startNs }: Adopted<Owner>): number | undefined {
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

  #release(adopted: Adopted<Owner>): void {
    // Two records may name the same process, if somebody has copied a service with its supervise/.
    if (this.#adopted.get(adopted.pid) === adopted) this.#adopted.delete(adopted.pid);
    this.#adoptedOf.delete(adopted.owner);
    this.#loop.schedule(adopted, Infinity);
    this.#unwatch(adopted);
    if (adopted.fd >= 0) this.#kernel.close(adopted.fd);
  }

  /** Signals the process if it is an adopted one, and returns whether it is. Throws SysError. */
  signal(pid: number, signal: number): boolean {
    const adopted = this.#adopted.get(pid);
    if (adopted === undefined) return false;
    if (adopted.fd >= 0) this.#kernel.signalProcess(adopted.fd, signal);
    else if (this.#kernel.processFacts(pid)?.startNs === adopted.startNs) this.#kernel.kill(pid, signal);
    return true;
  }

  /** The owner has gone; the end of its process is not told. */
  forget(owner: Owner): void {
    const adopted = this.#adoptedOf.get(owner);
    if (adopted !== undefined) this.#release(adopted);
  }

  // A start that was under way

  /** The pid of the process that was being started; 0 where there is none. */
  #startedPid(record: ServiceRecord, traces: Traces): number {
    const candidates: Candidate[] = [];
    for (const pid of this.#kernel.everyPid()) {
      const facts = this.#kernel.processFacts(pid);
      if (facts !== undefined && !this.#adopted.has(pid) && !this.#children.has(pid)) {
        candidates.push({ pid, ...facts });
      }
    }
    const those = mayBeStarted(record, candidates);
    const known = those.map((one) => ({ ...one, ...this.#evidenceOf(one.pid, record, traces) }));
    return startedOne(record, known, traces.others)?.pid ?? 0;
  }

  #evidenceOf(pid: number, { phase }: ServiceRecord, traces: Traces): Evidence {
    const links = this.#kernel.processLinks(pid);
    const pipe = traces.pipe();
    const name = phase === "finish" ? "./finish" : "./run";
    return {
      belongs: links.directory === traces.home() || (pipe !== undefined && links[traces.pipeEnd] === pipe),
      isNamed: links.argv.slice(0, 2).includes(name),
    };
  }
}

const ENDED: FoundProcess = { kind: "ended", status: UNKNOWN_STATUS };
