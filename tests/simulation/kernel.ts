/**
 * The kernel of a simulation: all that `Kernel` offers, over a tree, pipes and actors that live in memory.
 *
 * Time passes a little with every call (so anything may happen between two of them) and otherwise only in `wait`,
 * where the world advances to what happens next or to the end of the timeout. A wait for ever with nothing to come
 * is the idle moment: `onIdle` looks at everything then, and says whether there is more to do.
 *
 * Broken invariants are remembered and thrown out of `wait`, where nothing of the program can catch them: a call
 * that would block, a descriptor that is closed and used, closed and still watched, and a turn without end.
 *
 * This file has the life of the supervisor: its beginning, its turns, its death and its next life.
 */
import type { Fd } from "../../src/posix/descriptor.ts";
import { SIGNAL } from "../../src/posix/signal.ts";
import type { Interest, Kernel, Peer } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { type OpenFile, openFile, type OpenKind } from "../kernel/open_file.ts";
import type { Listener } from "../kernel/socket.ts";
import type { Inode } from "../kernel/tree.ts";
import { World } from "../kernel/world.ts";
import { Random } from "../random.ts";
import { Gone, type KernelOptions } from "./simulated_files.ts";
import { SimulatedProcesses } from "./simulated_processes.ts";

export { Gone, type KernelOptions };

/** A kernel in which nothing is left to chance, for tests of one thing. */
export function plainKernel(): SimulatedKernel {
  const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
  return new SimulatedKernel(new World(new Random(1)), options);
}

/** More turns than this without anything happening or any time passing is a busy loop. */
const TURNS_WITHOUT_CHANGE = 300;

export class SimulatedKernel extends SimulatedProcesses implements Kernel {
  /** True while the supervisor is at work: happenings come between two of its calls. */
  inTurn = false;
  /** Called between two turns, when no call is under way. */
  beforeWait: (() => void) | undefined;
  /** Called when nothing is ready and nothing will happen. True: there is more, go on. */
  onIdle: () => boolean = () => false;
  turns = 0;
  /** The signal after which the supervisor must do nothing more; 0 for none. */
  abandonsAt = 0;
  /** The idle moment must come before this. */
  idleByMs = Infinity;
  /** Called when the supervisor is about to execute itself. */
  onExecution: () => void = () => {};
  /** True when a call of the start has failed that is never made again: see `Fleet`. */
  cannotWatch = false;
  wordOfLastLife = "";
  readonly again = { path: "/bin/denit", argv: ["runsvdir"] };
  /** True when this life is of the same process as the last one. */
  #executed = false;
  /** Descriptors that this life has from the one before. */
  readonly #kept = new Map<Fd, OpenFile>();
  /** The descriptors of `#kept` that the supervisor has not closed yet. */
  readonly #leftOpen = new Set<Fd>();
  /**
   * Called when the supervisor has closed a control FIFO of the life before with a command in it, and no process has
   * the FIFO open any more.
   */
  onUnheard: (text: string, fifo: Inode) => void = () => {};
  #turnsWithoutChange = 0;
  #seenHappenings = 0;

  constructor(world: World, options: KernelOptions) {
    super(world, options);
    this.actors.onSignal = (signal) => this.raise(signal);
    this.begin();
  }

  /** Begins as a process starts: with standard input and output, and nothing else. */
  begin(): void {
    this.files.clear();
    this.takenPipes.clear();
    for (const [fd, file] of this.#kept) this.files.set(fd, file);
    this.watched.clear();
    if (!this.#executed) this.pending.clear();
    this.#executed = false;
    for (const fd of [0, 1]) this.files.set(fd, openFile({ kind: "nothing" }));
    this.files.set(2, openFile({ kind: "stderr", writes: true }));
  }

  /** Ends as a process ends: every descriptor is closed. */
  end(): void {
    this.#leftOpen.clear();
    this.watched.clear();
    for (const fd of [...this.files.keys()]) this.close(fd);
    for (const held of [...this.held.keys()]) this.letGo(held);
    this.notifications.reset();
  }

  // Death

  /** Kills the supervisor at once: it makes no further call. */
  die(): void {
    this.diesAtCall = this.calls;
    this.dieWhenDue();
  }

  get isGone(): boolean {
    return this.gone !== "no";
  }

  /** Tells that the supervisor has returned. It may have left children behind. */
  leave(): void {
    this.end();
    this.heard = [];
    this.wordOfLastLife = "";
    this.actors.orphan();
  }

  /**
   * Does the kernel's part of an end. Everything is closed, and init gets the children of a supervisor that was killed.
   */
  bury(): void {
    const gone = this.gone;
    this.gone = "no";
    this.diesAtCall = Infinity;
    this.#kept.clear();
    if (typeof gone === "object") return this.#execute(gone.word);
    this.end();
    this.heard = [];
    if (gone === "killed") this.actors.orphan();
    this.wordOfLastLife = "";
  }

  /** Signals stay blocked, and pend; children stay children. */
  #execute(word: string): void {
    this.#executed = true;
    this.wordOfLastLife = word;
    this.loggers.leaveBehind();
    const unread = [...this.files.values()].flatMap(({ inode }) =>
      inode?.kind === "fifo" && inode.name === "control" && inode.pipe.text !== "" ? [inode.pipe] : []
    );
    for (const [fd, file] of this.files) if (file.kept) this.#kept.set(fd, file);
    for (const fd of this.#kept.keys()) {
      this.files.delete(fd);
      this.watched.delete(fd);
    }
    this.end();
    this.actors.goOnAfterExecution();
    for (const { text } of unread) if (text === "") this.world.violate("no command is lost", word);
  }

  startAgain(word: string): never {
    this.#throwViolation();
    this.enter();
    this.mayFail("execute again");
    this.onExecution();
    this.world.note(`the supervisor executes itself: ${word}`);
    this.gone = { word };
    throw new Gone();
  }

  keptFromLastLife(): Fd[] {
    this.enter();
    this.closeOnExec(3);
    const kept = [...this.#kept.keys()];
    this.#kept.clear();
    for (const fd of kept) this.#leftOpen.add(fd);
    return kept;
  }

  override close(fd: Fd): void {
    const inode = this.#leftOpen.delete(fd) ? this.files.get(fd)?.inode : undefined;
    const fifo = inode?.kind === "fifo" && inode.name === "control" ? inode : undefined;
    const text = fifo?.pipe.text ?? "";
    super.close(fd);
    if (fifo !== undefined && text !== "" && fifo.pipe.text === "") this.onUnheard(text, fifo);
  }

  pause(ms: number): void {
    this.#throwViolation();
    this.enter();
    this.world.moveTo(this.world.nowMs + ms);
  }

  // Signals

  /** A signal for the supervisor; several of one kind are one. */
  override raise(signal: number): void {
    if (!this.heard.includes(signal)) return;
    if (signal === SIGNAL.CHLD && this.pending.has(signal)) this.faults.count("exits merged");
    this.pending.add(signal);
  }

  override nextSignal(fd: Fd): number {
    const signal = super.nextSignal(fd);
    if (signal !== 0 && signal === this.abandonsAt) this.actors.abandoned = true;
    return signal;
  }

  // Readiness

  protected override mayWatch(kind: OpenKind): void {
    if (kind === "signals") return;
    try {
      this.mayFail("epoll_ctl");
    } catch (thrown) {
      if (kind === "changes") this.cannotWatch = true;
      throw thrown;
    }
  }

  override wait(timeoutMs: number): number {
    this.mustLive();
    this.beforeWait?.();
    this.inTurn = false;
    const ready = this.#waited(timeoutMs);
    this.inTurn = true;
    return ready;
  }

  #waited(timeoutMs: number): number {
    this.#beginTurn();
    const untilMs = timeoutMs < 0 ? Infinity : this.world.nowMs + timeoutMs;
    this.readyNow = this.lookForReady();
    while (this.readyNow.length === 0) {
      const interrupted = this.faults.rate > 0 && this.world.random.chance(0.01);
      if (interrupted) this.faults.count("wait EINTR");
      if (interrupted || this.#passTime(untilMs)) break;
      this.#throwViolation();
      this.mustLive();
      this.readyNow = this.lookForReady();
    }
    this.#throwViolation();
    return this.readyNow.length;
  }

  #throwViolation(): void {
    if (this.world.violation !== undefined) throw this.world.violation;
  }

  #beginTurn(): void {
    this.turns++;
    this.#throwViolation();
    this.callsAtTurn = this.calls;
    if (this.world.happenings !== this.#seenHappenings) this.#turnsWithoutChange = 0;
    this.#seenHappenings = this.world.happenings;
    if (this.world.nowMs > this.idleByMs) {
      this.world.violate(
        "what is at rest asks for no time",
        `deadlines and no end of them: ${this.#whoIsLeft()}`,
      );
    }
    if (++this.#turnsWithoutChange > TURNS_WITHOUT_CHANGE) {
      this.world.violate("no busy loop", `${TURNS_WITHOUT_CHANGE} turns in which nothing happened`);
    }
  }

  /** Lets time pass to the next happening, or to the end of the timeout. True when the timeout is over. */
  #passTime(untilMs: number): boolean {
    const { world } = this;
    const nextMs = world.nextMs();
    if (nextMs === Infinity && untilMs === Infinity) {
      if (!this.onIdle()) world.violate("what was told to leave leaves", this.#whoIsLeft());
      return false;
    }
    if (nextMs <= untilMs) {
      world.moveTo(nextMs);
      world.catchUp();
      return false;
    }
    if (untilMs > world.nowMs) this.#turnsWithoutChange = 0;
    // Nobody is woken to the moment.
    world.moveTo(untilMs + world.random.between(0, 2));
    world.catchUp();
    this.readyNow = this.lookForReady();
    return true;
  }

  #whoIsLeft(): string {
    const left = this.actors.alive().map(({ label, pid, connection, hasJoined }) =>
      `${label} ${pid}${connection === undefined ? "" : hasJoined ? " (joined)" : " (joining)"}`
    );
    return left.length === 0 ? "nothing will happen any more" : left.join(", ");
  }

  protected override isReady(fd: Fd, interest: Interest): boolean {
    const { kind } = this.file(fd);
    return kind === "stderr" ? interest === "write" && !this.stderrBlocked : super.isReady(fd, interest);
  }

  protected override addChanges(): Fd {
    const errno = this.faults.of("inotify_init");
    if (errno !== 0) this.cannotWatch = true;
    if (errno !== 0) throw new SysError({ call: "inotify_init", errno });
    return super.addChanges();
  }

  // Sockets

  protected override self(): Peer {
    return { pid: this.options.pid, uid: 0, gid: 0, groups: [] };
  }

  protected override listens(listener: Listener): void {
    this.loggers.listener = listener;
    this.loggers.fleetPid = this.options.pid;
  }
}
