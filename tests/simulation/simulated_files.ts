/**
 * The additions of a simulation to files. Calls cost time and may fail, and the supervisor may die at any of them.
 * Checks look at what the supervisor finds and leaves in the directories of services.
 */
import { ERRNO, SHORTAGES } from "../../src/posix/errno.ts";
import type { Fd } from "../../src/posix/descriptor.ts";
import { type FileStat, OPEN } from "../../src/runtime/kernel.ts";
import { bytesOf } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import { unpackStatus } from "../../src/runit/status.ts";
import type { OpenKind } from "../kernel/open_file.ts";
import type { Pipe } from "../kernel/pipe.ts";
import { Sockets } from "../kernel/sockets.ts";
import { type Directory, Tree } from "../kernel/tree.ts";
import { Violation, type World } from "../kernel/world.ts";
import { Actors, type Service } from "./actors.ts";
import { type Call, Faults } from "./faults.ts";

export interface KernelOptions {
  /** The most time that one call costs. */
  readonly costMs: number;
  readonly thriftyInodes: boolean;
  readonly adopts: boolean;
  readonly pid: number;
  readonly lastArgument: Uint8Array | undefined;
  /** True when the kernel tells how the child of another process ended (Linux 6.15). */
  readonly tellsExits?: boolean;
}

/**
 * The supervisor is no more: it was killed, or has executed itself. Every call throws it from then on, so that nothing
 * it still does has any effect.
 */
export class Gone extends Error {}

/** More calls than this between two waits is work without bound. */
const CALLS_A_TURN = 6000;
/** The file that is left for the next supervisor. */
const MEMORY = "supervise/process";

/** `call` of a SysError, where it is not the name of the fault. */
const ERROR_NAMES: Partial<Readonly<Record<Call, string>>> = {
  "read directory": "getdents",
  "pipe": "pipe2",
  "lock": "flock",
  "send": "sendmsg",
};

export class SimulatedFiles extends Sockets {
  readonly faults: Faults;
  readonly actors: Actors;
  protected readonly options: KernelOptions;
  /** Lines on standard error. */
  readonly reports: string[] = [];
  /** True when defects are planted: reports of them break no invariant. */
  expectsFaults = false;
  /** True when standard error is a terminal stopped by Ctrl-S. */
  stderrBlocked = false;
  /** Called when the last end of a pipe is closed while there is something in the pipe. */
  onLost: (text: string, pipe: Pipe, service?: Service) => void = () => {};
  /** The number of the call before which the supervisor is killed, if that is not put off. */
  diesAtCall = Infinity;
  /** The end of the supervisor: killed, or executed again with this word. */
  protected gone: "no" | "killed" | { readonly word: string } = "no";
  /** The number of calls that had been made when the turn began. */
  protected callsAtTurn = 0;
  /** Pipes with a name that this supervisor has opened. */
  protected readonly takenPipes = new Set<Pipe>();
  #partOfReport = "";
  #mayReport = false;

  constructor(world: World, options: KernelOptions) {
    super(world, new Tree(world, options.thriftyInodes));
    this.options = options;
    this.faults = new Faults(world);
    this.actors = new Actors(world, options.adopts, options.tellsExits === true);
    this.actors.memoryOf = ({ directory }) => {
      const file = this.tree.find(directory, MEMORY);
      return file?.kind === "file" ? file.text : "";
    };
  }

  // Every call

  protected override enter(): void {
    this.calls++;
    this.mustLive();
    const { world } = this;
    if (this.options.costMs > 0) world.nowMs += world.random.between(0, this.options.costMs);
    if (world.nextMs() <= world.nowMs) {
      world.catchUp();
      this.mustLive();
    }
    if (this.calls - this.callsAtTurn === CALLS_A_TURN) {
      world.violate("a turn has an end", `${CALLS_A_TURN} calls without a wait`);
      // A loop inside one callback would never reach the wait that throws the violation.
      throw world.violation ?? new Violation("a turn has an end", "");
    }
  }

  protected mustLive(): void {
    this.dieWhenDue();
    if (this.gone !== "no") throw new Gone();
  }

  protected dieWhenDue(): void {
    if (this.calls < this.diesAtCall || this.gone !== "no") return;
    this.world.note("the supervisor is killed");
    this.faults.count("supervisor killed");
    this.gone = "killed";
  }

  protected override mayFail(call: Call, path = ""): void {
    const errno = this.faults.of(call);
    if (errno !== 0) throw new SysError({ call: ERROR_NAMES[call] ?? call, path, errno });
  }

  /** Remembered, and thrown out of `wait`, where nothing of the program can catch it. */
  protected override violate(invariant: string, text: string): void {
    this.world.violate(invariant, text);
  }

  protected override ranOut(): void {
    this.faults.count("descriptors used up");
  }

  protected override inSomeOrder<T>(list: T[]): T[] {
    return this.world.random.shuffle(list);
  }

  // What the world sees

  /** True when this supervisor has had the pipe open by its name: it knows of that log. */
  hasTaken(pipe: Pipe): boolean {
    return this.takenPipes.has(pipe);
  }

  /** Counts the open files of a kind, with a descriptor or without. */
  openOf(kind: OpenKind): number {
    return [...this.files.values(), ...this.held.values()].filter((file) => file.kind === kind).length;
  }

  /** True when standard error is a pipe that is read here. */
  get hasTitle(): boolean {
    return this.files.get(2)?.kind === "pipe";
  }

  /** Describes the open files, for a report. */
  describeDescriptors(): string {
    return [...this.files].map(([fd, { kind, inode }]) => `${fd}=${inode?.name ?? kind}`).join(" ");
  }

  // Files

  override open(dir: Fd, path: string, flags: number, mode = 0o644): Fd {
    this.enter();
    const writes = (flags & 3) !== OPEN.read;
    const isMemory = path.endsWith(MEMORY);
    try {
      const errno = this.faults.of(writes ? "open to write" : "open");
      // Where nothing can be left for the next supervisor nothing survives: that is not played.
      if (errno !== 0 && (!isMemory || SHORTAGES.has(errno))) {
        throw new SysError({ call: "open", path, errno });
      }
      const fd = this.openAt(dir, path, flags, mode);
      this.#probed(dir, path, "found");
      return fd;
    } catch (thrown) {
      const errno = thrown instanceof SysError ? thrown.errno : 0;
      this.#probed(dir, path, SHORTAGES.has(errno) ? "unsure" : "absent");
      throw thrown;
    }
  }

  /** Notes what opening `finish` says: found, absent, or unsure. */
  #probed(dir: Fd, path: string, found: "found" | "unsure" | "absent"): void {
    if (path !== "finish") return;
    const service = this.actors.serviceOf(this.directory(dir));
    if (service?.finish === "due" || service?.finish === "unsure") service.finish = found;
  }

  protected override opensPipe(pipe: Pipe, from: Directory, path: string): void {
    if (!path.endsWith("/pipe")) return;
    this.takenPipes.add(pipe);
    pipe.onLost = (text) => this.onLost(text, pipe, this.actors.serviceOf(from));
  }

  protected override makesPipe(pipe: Pipe): void {
    pipe.onLost = (text) => this.onLost(text, pipe);
  }

  protected override writeText(fd: Fd, text: string): number {
    return this.file(fd).kind === "stderr" ? this.#report(text) : super.writeText(fd, text);
  }

  protected override taken(text: string): string {
    const errno = this.faults.of("write");
    if (errno > 0) throw new SysError({ call: "write", errno });
    if (errno === 0) return text;
    const length = this.world.random.below(text.length);
    // A write of nothing cannot stop half-way.
    if (text === "") throw new SysError({ call: "write", errno: ERRNO.ENOSPC });
    return text.slice(0, length);
  }

  #report(text: string): number {
    // Between poll and write somebody else may have filled it: that cannot be helped.
    if (this.stderrBlocked && !this.#mayReport) {
      this.world.violate("no call waits", "write to a standard error that is full");
    }
    const lines = (this.#partOfReport + text).split("\n");
    this.#partOfReport = lines.pop() ?? "";
    for (const line of lines) {
      this.world.note(`stderr ${line}`);
      this.reports.push(line);
      if (line.includes("internal fault") && !this.expectsFaults) {
        this.world.violate("nothing thrown escapes", line);
      }
    }
    return text.length;
  }

  override poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    return this.#mayReport = super.poll(fd, interest, timeoutMs);
  }

  override stat(dir: Fd, path: string, followLink = true): FileStat {
    this.enter();
    const errno = this.faults.of("stat");
    if (errno !== 0) {
      this.#unseen(dir, path);
      this.#probed(dir, path, "absent");
      throw new SysError({ call: "stat", path, errno });
    }
    const found = this.tree.find(this.directory(dir), path, followLink);
    if (found === undefined) this.#probed(dir, path, "absent");
    return this.tree.stat(this.tree.resolve(this.directory(dir), path, followLink));
  }

  /** A log that cannot be looked at is none, as in runsv; and who cannot look cannot know what is being filled. */
  #unseen(dir: Fd, path: string): void {
    const inode = this.tree.find(this.directory(dir), path.replace(/(^|\/)(log|run|log\/run)$/, "$1."));
    const service = inode?.kind === "directory" ? this.actors.serviceOf(inode) : undefined;
    if (service === undefined) return;
    service.logged = false;
    // Nobody has its logger then, nor the pipe: it may see the end of it.
    service.logRuns = -Infinity;
  }

  override mkfifo(dir: Fd, path: string, mode: number): void {
    this.enter();
    try {
      this.mayFail("mkfifo", path);
    } catch (thrown) {
      const service = path.endsWith("/pipe") ? this.actors.serviceOf(this.directory(dir)) : undefined;
      if (service !== undefined) service.hasUnnamedPipe = true;
      throw thrown;
    }
    this.tree.mkfifo(this.directory(dir), path, mode);
  }

  override rename(dir: Fd, from: string, to: string): void {
    super.rename(dir, from, to);
    if (to.endsWith("supervise/status")) this.#checkStatus(this.directory(dir), to);
  }

  /** Checks that a status names no process, or one of this service that has not been reaped. */
  #checkStatus(directory: Directory, path: string): void {
    const file = this.tree.find(directory, path);
    const record = unpackStatus(bytesOf(file?.kind === "file" ? file.text : ""));
    const actor = this.actors.all.get(record?.pid ?? -1);
    // What ended while a hook runs is not looked at before the hook has ended.
    const behindHook = this.actors.isBehindHook(directory);
    const isLog = path.startsWith("log/");
    // Nobody waits for the children of a dead supervisor: such a one may have ended a moment ago.
    if (this.actors.lost.has(record?.pid ?? -1)) return;
    const isOne = actor !== undefined && (isLog && actor.label === "svlogfleet own" ||
      actor.service.directory === directory && actor.role === (isLog ? "log" : record?.phase));
    if (record?.pid !== 0 && !isOne && !behindHook) {
      this.world.violate("a status names a process that is", `${path} of ${directory.name}: ${record?.pid}`);
    }
  }

  override readDirectory(fd: Fd): string[] {
    return this.inSomeOrder(super.readDirectory(fd));
  }

  protected override canHold(): boolean {
    return this.faults.of("mmap") === 0;
  }

  changeDirectory(fd: Fd): void {
    this.world.violate("the working directory stays", `${fd}`);
  }
}
