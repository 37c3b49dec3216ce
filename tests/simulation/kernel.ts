/**
 * A simulated kernel: all that `Kernel` offers, over a tree, pipes and actors that live in memory.
 *
 * Time passes a little with every call (so anything may happen between two of them) and otherwise only in `wait`,
 * where the world advances to what happens next or to the end of the timeout. A wait for ever with nothing to come
 * is the idle moment: `onIdle` looks at everything then, and says whether there is more to do.
 *
 * Broken invariants are remembered and thrown out of `wait`, where nothing of the program can catch them: a call
 * that would block, a descriptor that is closed and used, closed and still watched, and a turn without end.
 */
import { CWD, type Fd } from "../../src/posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../src/posix/errno.ts";
import { SIGNAL } from "../../src/posix/signal.ts";
import {
  CHANGE,
  type Change,
  type EndedChild,
  type FileStat,
  type Held,
  type Interest,
  type Kernel,
  OPEN,
  type Peer,
  type ProcessFacts,
  type ProcessLinks,
  type Received,
  type SpawnRequest,
  WOULD_BLOCK,
} from "../../src/runtime/kernel.ts";
import { bytesOf, byteString } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import { unpackStatus } from "../../src/runit/status.ts";
import { type Actor, Actors, type Role, type Service } from "./actors.ts";
import { type Call, Faults } from "./faults.ts";
import { Notifications } from "../kernel/notifications.ts";
import { type Given, Loggers } from "./loggers.ts";
import { Pipe } from "../kernel/pipe.ts";
import { Random } from "../random.ts";
import { Listener, type Passed, Socket } from "../kernel/sockets.ts";
import { type Directory, type Inode, Tree } from "../kernel/tree.ts";
import { Violation, World } from "../kernel/world.ts";

interface OpenFile {
  readonly kind:
    | "inode"
    | "pipe"
    | "socket"
    | "listener"
    | "signals"
    | "changes"
    | "stderr"
    | "process"
    | "nothing";
  readonly inode: Inode | undefined;
  readonly pipe: Pipe | undefined;
  readonly socket: Socket | undefined;
  readonly listener: Listener | undefined;
  readonly actor: Actor | undefined;
  readonly reads: boolean;
  readonly writes: boolean;
  nonBlocking: boolean;
  wrote: boolean;
  /** Stays open when another program is executed. */
  kept: boolean;
  /** Of a regular file: what has been read. */
  offset: number;
  references: number;
}

export interface KernelOptions {
  /** What one call costs at most. */
  readonly costMs: number;
  readonly thriftyInodes: boolean;
  readonly adopts: boolean;
  readonly pid: number;
  readonly lastArgument: Uint8Array | undefined;
  /** The kernel tells how somebody else's child ended (Linux 6.15). */
  readonly tellsExits?: boolean;
}

/**
 * The supervisor is no more: it was killed, or has executed itself. Every call throws it from then on, so that nothing
 * it still does has any effect.
 */
export class Gone extends Error {}

/** A kernel in which nothing is left to chance, for tests of one thing. */
export function plainKernel(): SimulatedKernel {
  const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
  return new SimulatedKernel(new World(new Random(1)), options);
}

/** More turns than this without anything happening or any time passing is a busy loop. */
const TURNS_WITHOUT_CHANGE = 300;
/** More calls than this between two waits is work without bound. */
const CALLS_A_TURN = 6000;
/** More processes than any simulation needs: there must be free pids. */
const MOST_PROCESSES = 300;
/** What is left for the next supervisor. */
const MEMORY = "supervise/process";
/** What /proc counts in. */
const TICK_MS = 10;
/** Whoever is in no service's directory. */
const OUTSIDE: ReadonlySet<Role | undefined> = new Set(["logger", "stranger", "probe"] as const);
/** What one epoll_wait tells. */
const BATCH = 64;

export class SimulatedKernel implements Kernel {
  readonly world: World;
  readonly tree: Tree;
  readonly faults: Faults;
  readonly actors: Actors;
  readonly notifications: Notifications;
  readonly loggers: Loggers;
  readonly environment: readonly string[] = ["PATH=/bin"];
  readonly lastArgument: Uint8Array | undefined;
  /** Lines on standard error. */
  readonly reports: string[] = [];
  /** Defects are planted, and what is reported of them breaks no invariant. */
  expectsFaults = false;
  /** Standard error is a terminal stopped by Ctrl-S. */
  stderrBlocked = false;
  /** The supervisor is at work: what happens now happens between two of its calls. */
  inTurn = false;
  /** Called between two turns, when no call is under way. */
  beforeWait: (() => void) | undefined;
  /** Nothing is ready and nothing will happen. True: there is more, go on. */
  onIdle: () => boolean = () => false;
  turns = 0;
  calls = 0;
  descriptorLimit = 1000;
  /** The signal after which it must do nothing more; 0 for none. */
  abandonsAt = 0;
  /** The idle moment must come before this. */
  idleByMs = Infinity;
  /** The last end of a pipe was closed, and there was something in it. */
  onLost: (text: string, pipe: Pipe, service?: Service) => void = () => {};
  /** It is about to execute itself. */
  onExecution: () => void = () => {};
  /** Something was asked for at the start that is never asked for again, and failed: see `Fleet`. */
  cannotWatch = false;
  /** It is killed before this call, if that is not put off. */
  diesAtCall = Infinity;
  /** Killed, or executed again with this word. */
  #gone: "no" | "killed" | { readonly word: string } = "no";
  wordOfLastLife = "";
  readonly again = { path: "/bin/denit", argv: ["runsvdir"] };
  /** This life is of the same process as the last one. */
  #executed = false;
  /** Descriptors that this life has from the one before. */
  readonly #kept = new Map<Fd, OpenFile>();
  /** Pipes with a name that this supervisor has opened. */
  readonly #taken = new Set<Pipe>();
  readonly #options: KernelOptions;
  readonly #files = new Map<Fd, OpenFile>();
  /** Open files without a descriptor. */
  readonly #held = new Map<Held, OpenFile>();
  #lastHeld = 0n;
  readonly #locks = new Map<Inode, OpenFile>();
  readonly #watched = new Map<Fd, Interest>();
  readonly #pending = new Set<number>();
  #heard: readonly number[] = [];
  #ready: Fd[] = [];
  #callsAtTurn = 0;
  #turnsWithoutChange = 0;
  #seenHappenings = 0;
  #partOfReport = "";
  #mayReport = false;

  constructor(world: World, options: KernelOptions) {
    this.world = world;
    this.#options = options;
    this.lastArgument = options.lastArgument;
    this.tree = new Tree(world, options.thriftyInodes);
    this.faults = new Faults(world);
    this.actors = new Actors(world, options.adopts, options.tellsExits === true);
    this.loggers = new Loggers(world, this.actors, given);
    this.actors.memoryOf = ({ directory }) => {
      const file = this.tree.find(directory, MEMORY);
      return file?.kind === "file" ? file.text : "";
    };
    this.actors.onSignal = (signal) => this.raise(signal);
    this.notifications = new Notifications(world);
    this.tree.onChange = (inode, mask, name) => this.notifications.happened(inode, mask, name);
    this.tree.onGone = (inode) => this.notifications.forget(inode);
    this.begin();
  }

  /** As a process starts: standard input and output, and nothing else. */
  begin(): void {
    this.#files.clear();
    this.#taken.clear();
    for (const [fd, file] of this.#kept) this.#files.set(fd, file);
    this.#watched.clear();
    if (!this.#executed) this.#pending.clear();
    this.#executed = false;
    for (const fd of [0, 1]) this.#files.set(fd, openFile({ kind: "nothing" }));
    this.#files.set(2, openFile({ kind: "stderr", writes: true }));
  }

  /** As a process ends: every descriptor is closed. */
  end(): void {
    this.#watched.clear();
    for (const fd of [...this.#files.keys()]) this.close(fd);
    for (const held of [...this.#held.keys()]) this.letGo(held);
    this.notifications.reset();
  }

  // Death

  /** At once: it makes no further call. */
  die(): void {
    this.diesAtCall = this.calls;
    this.#dieWhenDue();
  }

  #dieWhenDue(): void {
    if (this.calls < this.diesAtCall || this.#gone !== "no") return;
    this.world.note("the supervisor is killed");
    this.faults.count("supervisor killed");
    this.#gone = "killed";
  }

  /** This supervisor has had it open by its name: it knows of that log. */
  hasTaken(pipe: Pipe): boolean {
    return this.#taken.has(pipe);
  }

  get isGone(): boolean {
    return this.#gone !== "no";
  }

  /** It has returned, and there may be children of it. */
  leave(): void {
    this.end();
    this.#heard = [];
    this.wordOfLastLife = "";
    this.actors.orphan();
  }

  /** The kernel's part of it: everything is closed, and init gets the children of one that was killed. */
  bury(): void {
    const gone = this.#gone;
    this.#gone = "no";
    this.diesAtCall = Infinity;
    this.#kept.clear();
    if (typeof gone === "object") return this.#execute(gone.word);
    this.end();
    this.#heard = [];
    if (gone === "killed") this.actors.orphan();
    this.wordOfLastLife = "";
  }

  /** Signals stay blocked, and pend; children stay children. */
  #execute(word: string): void {
    this.#executed = true;
    this.wordOfLastLife = word;
    this.loggers.leaveBehind();
    const unread = [...this.#files.values()].flatMap(({ inode }) =>
      inode?.kind === "fifo" && inode.name === "control" && inode.pipe.text !== "" ? [inode.pipe] : []
    );
    for (const [fd, file] of this.#files) if (file.kept) this.#kept.set(fd, file);
    for (const fd of this.#kept.keys()) {
      this.#files.delete(fd);
      this.#watched.delete(fd);
    }
    this.end();
    this.actors.goOnAfterExecution();
    for (const { text } of unread) if (text === "") this.world.violate("no command is lost", word);
  }

  // What the world sees

  /** A signal for the supervisor; several of one kind are one. */
  raise(signal: number): void {
    if (!this.#heard.includes(signal)) return;
    if (signal === SIGNAL.CHLD && this.#pending.has(signal)) this.faults.count("exits merged");
    this.#pending.add(signal);
  }

  /** How many open files of a kind there are, with a descriptor or without. */
  openOf(kind: OpenFile["kind"]): number {
    return [...this.#files.values(), ...this.#held.values()].filter((file) => file.kind === kind).length;
  }

  /** Standard error is a pipe that is read here. */
  get hasTitle(): boolean {
    return this.#files.get(2)?.kind === "pipe";
  }

  /** For a report: what is open. */
  describeDescriptors(): string {
    return [...this.#files].map(([fd, { kind, inode }]) => `${fd}=${inode?.name ?? kind}`).join(" ");
  }

  get watchedDescriptors(): number {
    return this.#watched.size;
  }

  /** Somebody else takes or gives back the lock of a file. */
  setForeignLock(inode: Inode, held: boolean): void {
    if (held && !this.#locks.has(inode)) this.#locks.set(inode, FOREIGN);
    else if (!held && this.#locks.get(inode) === FOREIGN) this.#locks.delete(inode);
  }

  get locks(): number {
    return [...this.#locks.values()].filter((holder) => holder !== FOREIGN).length;
  }

  // Every call

  #enter(): void {
    this.calls++;
    this.#mustLive();
    const { world } = this;
    if (this.#options.costMs > 0) world.nowMs += world.random.between(0, this.#options.costMs);
    if (world.nextMs() <= world.nowMs) {
      world.catchUp();
      this.#mustLive();
    }
    if (this.calls - this.#callsAtTurn === CALLS_A_TURN) {
      world.violate("a turn has an end", `${CALLS_A_TURN} calls without a wait`);
      // A loop inside one callback would never reach the wait that throws the violation.
      throw world.violation ?? new Violation("a turn has an end", "");
    }
  }

  #mustLive(): void {
    this.#dieWhenDue();
    if (this.#gone !== "no") throw new Gone();
  }

  #mayFail(call: Call, path = ""): void {
    const errno = this.faults.of(call);
    if (errno !== 0) throw new SysError({ call: ERROR_NAMES[call] ?? call, path, errno });
  }

  #file(fd: Fd): OpenFile {
    const file = this.#files.get(fd);
    if (file !== undefined) return file;
    this.world.violate("no use of a closed descriptor", `${fd}`);
    throw new SysError({ call: "fd", errno: ERRNO.EBADF });
  }

  #directory(fd: Fd): Directory {
    if (fd === CWD) return this.tree.root;
    const { inode } = this.#file(fd);
    if (inode?.kind !== "directory") throw new SysError({ call: "openat", errno: ERRNO.ENOTDIR });
    return inode;
  }

  #add(file: OpenFile, call: string): Fd {
    let fd = 3;
    while (this.#files.has(fd)) fd++;
    if (fd >= this.descriptorLimit) {
      this.faults.count("descriptors used up");
      throw new SysError({ call, errno: ERRNO.EMFILE });
    }
    this.#files.set(fd, file);
    return fd;
  }

  // Clocks

  monotonicMs(): number {
    return this.world.nowMs;
  }

  localTime(): undefined {
    return undefined;
  }

  readWall(into: { seconds: number; nanoseconds: number }): void {
    const now = this.wallNs();
    into.seconds = Number(now / 1_000_000_000n);
    into.nanoseconds = Number(now % 1_000_000_000n);
  }

  wallNs(): bigint {
    return this.world.wallNs();
  }

  // Files

  open(dir: Fd, path: string, flags: number, mode = 0o644): Fd {
    this.#enter();
    const writes = (flags & 3) !== OPEN.read;
    const isMemory = path.endsWith(MEMORY);
    try {
      const errno = this.faults.of(writes ? "open to write" : "open");
      // Where nothing can be left for the next supervisor nothing survives: that is not played.
      if (errno !== 0 && (!isMemory || SHORTAGES.has(errno))) {
        throw new SysError({ call: "open", path, errno });
      }
      const fd = this.#open(this.#directory(dir), path, flags, mode);
      this.#probed(dir, path, "found");
      return fd;
    } catch (thrown) {
      const errno = thrown instanceof SysError ? thrown.errno : 0;
      this.#probed(dir, path, SHORTAGES.has(errno) ? "unsure" : "absent");
      throw thrown;
    }
  }

  /** Whether there is a finish is what opening it says. */
  #probed(dir: Fd, path: string, found: "found" | "unsure" | "absent"): void {
    if (path !== "finish") return;
    const service = this.actors.serviceOf(this.#directory(dir));
    if (service?.finish === "due" || service?.finish === "unsure") service.finish = found;
  }

  #open(from: Directory, path: string, flags: number, mode: number): Fd {
    const inode = this.#openedInode(from, path, flags, mode);
    const reads = (flags & 3) !== OPEN.write;
    const writes = (flags & 3) !== OPEN.read;
    const place = (flags & OPEN.path) !== 0;
    if ((flags & OPEN.directory) !== 0 && inode.kind !== "directory") {
      throw new SysError({ call: "open", path, errno: ERRNO.ENOTDIR });
    }
    const pipe = inode.kind === "fifo" && !place ? inode.pipe : undefined;
    const waits = reads !== writes && (reads ? pipe?.writers : pipe?.readers) === 0;
    if (waits && (flags & OPEN.nonBlock) === 0) {
      this.world.violate("no call waits", `open ${path} without O_NONBLOCK`);
    }
    if (waits && writes) throw new SysError({ call: "open", path, errno: ERRNO.ENXIO });
    if (pipe !== undefined && path.endsWith("/pipe")) {
      this.#taken.add(pipe);
      pipe.onLost = (text) => this.onLost(text, pipe, this.actors.serviceOf(from));
    }
    const nonBlocking = (flags & OPEN.nonBlock) !== 0;
    const fd = this.#add(openFile({ kind: "inode", inode, pipe, reads, writes, nonBlocking }), "open");
    this.tree.hold(inode);
    pipe?.openEnd(reads, writes);
    if ((flags & OPEN.truncate) !== 0 && inode.kind === "file") this.tree.write(inode, "");
    return fd;
  }

  #openedInode(from: Directory, path: string, flags: number, mode: number): Inode {
    const followLast = (flags & OPEN.noFollow) === 0;
    const found = this.tree.locate(from, path, followLast, "open").inode;
    if (found !== undefined) return found;
    if ((flags & OPEN.create) === 0) throw new SysError({ call: "open", path, errno: ERRNO.ENOENT });
    return this.tree.file(from, path, mode);
  }

  close(fd: Fd): void {
    this.#enter();
    const file = this.#file(fd);
    if (this.#watched.has(fd)) this.world.violate("no watched descriptor is closed", `${fd}`);
    this.#files.delete(fd);
    this.#release(file);
  }

  #release(file: OpenFile): void {
    if (--file.references > 0) return;
    file.pipe?.closeEnd(file.reads, file.writes);
    file.socket?.close();
    file.listener?.close();
    if (file.actor !== undefined) file.actor.holders--;
    if (file.inode === undefined) return;
    if (this.#locks.get(file.inode) === file) this.#locks.delete(file.inode);
    if (file.wrote) this.tree.tell(file.inode, CHANGE.closeWrite);
    this.tree.release(file.inode);
  }

  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number {
    this.#enter();
    const file = this.#file(fd);
    const { pipe, inode, nonBlocking } = file;
    if (inode?.kind === "file") {
      const text = inode.text.slice(file.offset, file.offset + into.length);
      for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
      file.offset += text.length;
      return text.length;
    }
    if (inode?.kind === "directory") throw new SysError({ call: "read", errno: ERRNO.EISDIR });
    if (pipe === undefined) throw new SysError({ call: "read", errno: ERRNO.EINVAL });
    if (pipe.text === "" && pipe.writers > 0) {
      if (!nonBlocking) this.world.violate("no call waits", `read from ${fd}, which is empty`);
      return WOULD_BLOCK;
    }
    const text = pipe.take(into.length);
    for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
    return text.length;
  }

  readAt(fd: Fd, into: Uint8Array<ArrayBuffer>, at: number): number {
    this.#enter();
    const { inode } = this.#file(fd);
    if (inode?.kind !== "file") throw new SysError({ call: "pread", errno: ERRNO.ESPIPE });
    const text = inode.text.slice(at, at + into.length);
    for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
    return text.length;
  }

  /** In place: it needs no room, and does not fail. */
  writeAt(fd: Fd, from: Uint8Array<ArrayBuffer>, at: number): void {
    this.#enter();
    const { inode } = this.#file(fd);
    if (inode?.kind !== "file") throw new SysError({ call: "pwrite", errno: ERRNO.ESPIPE });
    const { text } = inode;
    this.tree.write(
      inode,
      text.slice(0, at) + byteString(from, 0, from.length) + text.slice(at + from.length),
    );
  }

  write(fd: Fd, from: Uint8Array<ArrayBuffer>, length = from.length): number {
    this.#enter();
    const file = this.#file(fd);
    if (file.kind === "stderr") return this.#report(byteString(from, 0, length));
    if (file.pipe !== undefined) return file.pipe.put(byteString(from, 0, length)) || WOULD_BLOCK;
    if (file.inode?.kind !== "file") throw new SysError({ call: "write", errno: ERRNO.EINVAL });
    const errno = this.faults.of("write");
    if (errno > 0) throw new SysError({ call: "write", errno });
    const taken = errno < 0 ? this.world.random.below(length) : length;
    file.wrote = true;
    const { text } = file.inode;
    const written = text.slice(0, file.offset) + byteString(from, 0, taken);
    file.offset += taken;
    this.tree.write(file.inode, written + text.slice(file.offset));
    return taken;
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

  stat(dir: Fd, path: string, followLink = true): FileStat {
    this.#enter();
    const errno = this.faults.of("stat");
    if (errno !== 0) {
      this.#unseen(dir, path);
      this.#probed(dir, path, "absent");
      throw new SysError({ call: "stat", path, errno });
    }
    const found = this.tree.find(this.#directory(dir), path, followLink);
    if (found === undefined) this.#probed(dir, path, "absent");
    return this.tree.stat(this.tree.resolve(this.#directory(dir), path, followLink));
  }

  /** A log that cannot be looked at is none, as in runsv; and who cannot look cannot know what is being filled. */
  #unseen(dir: Fd, path: string): void {
    const inode = this.tree.find(this.#directory(dir), path.replace(/(^|\/)(log|run|log\/run)$/, "$1."));
    const service = inode?.kind === "directory" ? this.actors.serviceOf(inode) : undefined;
    if (service === undefined) return;
    service.logged = false;
    // Nobody has its logger then, nor the pipe: it may see the end of it.
    service.logRuns = -Infinity;
  }

  statFd(fd: Fd): FileStat {
    this.#enter();
    const { inode } = this.#file(fd);
    if (inode === undefined) throw new SysError({ call: "fstat", errno: ERRNO.EINVAL });
    return this.tree.stat(inode);
  }

  mkdir(dir: Fd, path: string, mode: number): void {
    this.#enter();
    this.#mayFail("mkdir", path);
    this.tree.mkdir(this.#directory(dir), path, mode);
  }

  mkfifo(dir: Fd, path: string, mode: number): void {
    this.#enter();
    try {
      this.#mayFail("mkfifo", path);
    } catch (thrown) {
      const service = path.endsWith("/pipe") ? this.actors.serviceOf(this.#directory(dir)) : undefined;
      if (service !== undefined) service.hasUnnamedPipe = true;
      throw thrown;
    }
    this.tree.mkfifo(this.#directory(dir), path, mode);
  }

  rename(dir: Fd, from: string, to: string): void {
    this.#enter();
    this.#mayFail("rename", from);
    const directory = this.#directory(dir);
    this.tree.rename(directory, from, directory, to);
    if (to.endsWith("supervise/status")) this.#checkStatus(directory, to);
  }

  /** A status names nobody, or a process of this service that has not been reaped. */
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

  unlink(dir: Fd, path: string): void {
    this.#enter();
    this.tree.unlink(this.#directory(dir), path);
  }

  symlink(target: string, dir: Fd, path: string): void {
    this.#enter();
    this.tree.symlink(target, this.#directory(dir), path);
  }

  readLink(dir: Fd, path: string): string {
    this.#enter();
    this.#mayFail("readlink", path);
    const inode = this.tree.resolve(this.#directory(dir), path, false, "readlink");
    if (inode.kind !== "link") throw new SysError({ call: "readlink", path, errno: ERRNO.EINVAL });
    return inode.target;
  }

  readDirectory(fd: Fd): string[] {
    this.#enter();
    this.#mayFail("read directory");
    return this.world.random.shuffle([...this.#directory(fd).entries.keys()]);
  }

  chmodFd(fd: Fd, mode: number): void {
    this.#enter();
    const { inode } = this.#file(fd);
    if (inode !== undefined) this.tree.chmod(inode, mode);
  }

  chmod(dir: Fd, path: string, mode: number): void {
    this.#enter();
    this.tree.chmod(this.tree.resolve(this.#directory(dir), path), mode);
  }

  sync(fd: Fd): void {
    this.#enter();
    this.#file(fd);
  }

  truncate(fd: Fd, size: number): void {
    this.#enter();
    const { inode } = this.#file(fd);
    if (inode?.kind === "file") this.tree.write(inode, inode.text.slice(0, size).padEnd(size, "\0"));
  }

  lock(fd: Fd, wait: boolean): boolean {
    this.#enter();
    this.#mayFail("lock");
    const file = this.#file(fd);
    if (file.inode === undefined) throw new SysError({ call: "flock", errno: ERRNO.EINVAL });
    const holder = this.#locks.get(file.inode);
    if (holder !== undefined && holder !== file) {
      if (wait) this.world.violate("no call waits", "lock that another holds");
      return false;
    }
    this.#locks.set(file.inode, file);
    return true;
  }

  holdOpen(fd: Fd): Held | undefined {
    this.#enter();
    const file = this.#file(fd);
    if (this.faults.of("mmap") !== 0) return undefined;
    this.#files.delete(fd);
    this.#held.set(++this.#lastHeld, file);
    return this.#lastHeld;
  }

  letGo(held: Held): void {
    this.#enter();
    const file = this.#held.get(held);
    if (file === undefined) return this.world.violate("no use of a closed descriptor", `held ${held}`);
    this.#held.delete(held);
    this.#release(file);
  }

  pipe(): { readonly read: Fd; readonly write: Fd } {
    this.#enter();
    this.#mayFail("pipe");
    const pipe = new Pipe();
    pipe.onLost = (text) => this.onLost(text, pipe);
    const read = this.#add(openFile({ kind: "pipe", pipe, reads: true }), "pipe");
    pipe.openEnd(true, false);
    try {
      const write = this.#add(openFile({ kind: "pipe", pipe, writes: true }), "pipe");
      pipe.openEnd(false, true);
      return { read, write };
    } catch (thrown) {
      this.#files.delete(read);
      throw thrown;
    }
  }

  setNonBlocking(fd: Fd, on: boolean): void {
    this.#enter();
    this.#file(fd).nonBlocking = on;
  }

  duplicate(from: Fd, to: Fd): void {
    this.#enter();
    const file = this.#file(from);
    if (from === to) return void (file.kept = true);
    this.#files.delete(to);
    file.references++;
    this.#files.set(to, file);
  }

  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    this.#enter();
    const ready = this.#isReady(fd, interest);
    this.#mayReport = ready;
    if (!ready && timeoutMs !== 0) this.world.violate("no call waits", `poll for ${timeoutMs} ms`);
    return ready;
  }

  changeDirectory(fd: Fd): void {
    this.world.violate("the working directory stays", `${fd}`);
  }

  // Processes

  spawn(request: SpawnRequest): number {
    this.#enter();
    const { path, argv } = request;
    if (argv[1] === "svlogfleet") return this.#spawnLogger(request);
    if (argv[1] === "--version") return this.#spawnProbe(request);
    const unit = this.#directory(request.directoryFd ?? CWD);
    const service = this.actors.serviceOf(unit);
    if (service === undefined) {
      this.world.violate("only services are started", `${path} in ${unit.name}`);
      throw new SysError({ call: "exec", path, errno: ERRNO.ENOENT });
    }
    this.#mayFail("fork", path);
    if (this.actors.all.size >= MOST_PROCESSES) throw new SysError({ call: "fork", errno: ERRNO.EAGAIN });
    const role = roleOf(request);
    try {
      this.#mayFail("exec", path);
      this.#executable(unit, request);
    } catch (thrown) {
      this.actors.failed(service, role);
      throw thrown;
    }
    const stdin = request.stdin === undefined ? undefined : this.#file(request.stdin);
    const stdout = request.stdout === undefined ? undefined : this.#file(request.stdout);
    return this.actors.begin(service, role, argv, stdin, stdout);
  }

  /** The program file is asked for its version before it is executed. */
  #spawnProbe({ path, argv }: SpawnRequest): number {
    this.#mayFail("fork", path);
    this.#mayFail("exec", path);
    this.#executable(this.tree.root, { path, argv });
    return this.actors.beginProbe();
  }

  #spawnLogger({ path, argv, others = [] }: SpawnRequest): number {
    this.#mayFail("fork", path);
    if (this.actors.all.size >= MOST_PROCESSES) throw new SysError({ call: "fork", errno: ERRNO.EAGAIN });
    this.#mayFail("exec", path);
    this.#executable(this.tree.root, { path, argv });
    const [control, ...more] = others;
    const file = control === undefined ? undefined : this.#file(control[1]);
    if (control?.[0] !== 3 || file?.socket === undefined || more.length > 0) {
      this.world.violate("a logger gets a control socket and nothing else", JSON.stringify(others));
      throw new SysError({ call: "exec", path, errno: ERRNO.EBADF });
    }
    file.references++;
    return this.loggers.begin(argv[2] ?? "", file.socket);
  }

  #executable(unit: Directory, { path, directoryPath }: SpawnRequest): void {
    const from = directoryPath === undefined ? unit : this.tree.directory(unit, directoryPath, "exec");
    const program = this.tree.resolve(from, path, true, "exec");
    if (program.kind !== "file" || (program.mode & 0o111) === 0) {
      throw new SysError({ call: "exec", path, errno: ERRNO.EACCES });
    }
    // A script whose interpreter is missing, and a file that is no script and no program.
    if (program.text.startsWith("#!/missing")) {
      throw new SysError({ call: "exec", path, errno: ERRNO.ENOENT });
    }
    if (!program.text.startsWith("#!")) throw new SysError({ call: "exec", path, errno: ERRNO.ENOEXEC });
  }

  kill(pid: number, signal: number): void {
    this.#enter();
    this.actors.signal(pid, signal);
  }

  reap(): EndedChild | undefined {
    this.#enter();
    return this.actors.reap();
  }

  waitFor(pid: number): EndedChild {
    this.world.violate("no call waits", `waitpid for ${pid}`);
    return { pid, status: 0 };
  }

  // Survival

  bootNs(): bigint {
    return BigInt(Math.round(this.world.nowMs * 1e6));
  }

  lifetime(): string {
    return "simulated";
  }

  processFacts(pid: number): ProcessFacts | undefined {
    this.#enter();
    this.#mayFail("processes", `/proc/${pid}/stat`);
    const actor = this.actors.all.get(pid);
    if (actor === undefined) return undefined;
    return {
      parent: actor.orphan ? 1 : this.#options.pid,
      startNs: BigInt(Math.floor(actor.startedMs / TICK_MS) * TICK_MS) * 1_000_000n,
      status: actor.state === "ended" ? actor.status : undefined,
    };
  }

  /** Every third has gone elsewhere. */
  processLinks(pid: number): ProcessLinks {
    this.#enter();
    const actor = this.actors.all.get(pid);
    const { directory } = actor?.service ?? {};
    const home = actor?.role === "log" ? directory?.entries.get("log") : directory;
    const place = (inode: Inode | undefined) => inode === undefined ? "" : `2049:${inode.number}`;
    return {
      directory: pid % 3 === 0 || OUTSIDE.has(actor?.role) ? "/" : place(home),
      stdin: place(actor?.stdin?.inode),
      stdout: place(actor?.stdout?.inode),
      argv: actor?.argv ?? [],
    };
  }

  everyPid(): number[] {
    this.#enter();
    this.#mayFail("processes", "/proc");
    return [...this.actors.all.keys()];
  }

  openProcess(pid: number): Fd {
    this.#enter();
    this.#mayFail("pidfd_open");
    const actor = this.actors.all.get(pid);
    if (actor === undefined) throw new SysError({ call: "pidfd_open", errno: ERRNO.ESRCH });
    if (!actor.orphan && actor.role !== "logger") this.world.violate("children are waited for", actor.label);
    const fd = this.#add(openFile({ kind: "process", actor }), "pidfd_open");
    actor.holders++;
    return fd;
  }

  signalProcess(fd: Fd, signal: number): void {
    this.#enter();
    const { actor } = this.#file(fd);
    if (actor?.state !== "alive") throw new SysError({ call: "kill", errno: ERRNO.ESRCH });
    this.actors.signalAdopted(actor, signal);
  }

  exitOf(fd: Fd): number | undefined {
    this.#enter();
    const { actor } = this.#file(fd);
    return this.#options.tellsExits === true && actor?.state === "reaped" ? actor.status : undefined;
  }

  startAgain(word: string): never {
    this.#throwViolation();
    this.#enter();
    this.#mayFail("execute again");
    this.onExecution();
    this.world.note(`the supervisor executes itself: ${word}`);
    this.#gone = { word };
    throw new Gone();
  }

  keptFromLastLife(): Fd[] {
    this.#enter();
    this.closeOnExec(3);
    const kept = [...this.#kept.keys()];
    this.#kept.clear();
    return kept;
  }

  pause(ms: number): void {
    this.#throwViolation();
    this.#enter();
    this.world.moveTo(this.world.nowMs + ms);
  }

  // Nothing that runs here maps files.
  readonly region = new Uint8Array(0);
  readonly regionMemory = undefined;

  userId(): number {
    return 0;
  }

  mapFile(): void {
    throw new SysError({ call: "mmap", errno: ERRNO.ENOSYS });
  }

  unmapFile(): void {
    throw new SysError({ call: "mmap", errno: ERRNO.ENOSYS });
  }

  allocate(): void {
    throw new SysError({ call: "allocate", errno: ERRNO.ENOSYS });
  }

  splice(): number {
    throw new SysError({ call: "splice", errno: ERRNO.ENOSYS });
  }

  // A machine without a network.

  datagramSocket(): Fd {
    throw new SysError({ call: "socket", errno: ERRNO.ENOSYS });
  }

  sendTo(): number {
    throw new SysError({ call: "sendto", errno: ERRNO.ENOSYS });
  }

  pid(): number {
    return this.#options.pid;
  }

  parentPid(): number {
    return 1;
  }

  raiseDescriptorLimit(): number {
    return this.descriptorLimit;
  }

  releaseMemory(): void {
    this.#enter();
  }

  releaseProgram(): void {
    this.#enter();
  }

  // Readiness

  watch(fd: Fd, interest: Interest): void {
    this.#enter();
    const { kind } = this.#file(fd);
    try {
      if (kind !== "signals") this.#mayFail("epoll_ctl");
    } catch (thrown) {
      if (kind === "changes") this.cannotWatch = true;
      throw thrown;
    }
    if (this.#watched.has(fd)) throw new SysError({ call: "epoll_ctl", errno: ERRNO.EEXIST });
    this.#watched.set(fd, interest);
  }

  unwatch(fd: Fd): void {
    this.#enter();
    this.#watched.delete(fd);
  }

  wait(timeoutMs: number): number {
    this.#mustLive();
    this.beforeWait?.();
    this.inTurn = false;
    const ready = this.#waited(timeoutMs);
    this.inTurn = true;
    return ready;
  }

  #waited(timeoutMs: number): number {
    this.#beginTurn();
    const untilMs = timeoutMs < 0 ? Infinity : this.world.nowMs + timeoutMs;
    this.#ready = this.#readyNow();
    while (this.#ready.length === 0) {
      const interrupted = this.faults.rate > 0 && this.world.random.chance(0.01);
      if (interrupted) this.faults.count("wait EINTR");
      if (interrupted || this.#passTime(untilMs)) break;
      this.#throwViolation();
      this.#mustLive();
      this.#ready = this.#readyNow();
    }
    this.#throwViolation();
    return this.#ready.length;
  }

  #throwViolation(): void {
    if (this.world.violation !== undefined) throw this.world.violation;
  }

  #beginTurn(): void {
    this.turns++;
    this.#throwViolation();
    this.#callsAtTurn = this.calls;
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

  /** To what happens next, or to the end of the timeout. True when that is over. */
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
    this.#ready = this.#readyNow();
    return true;
  }

  #whoIsLeft(): string {
    const left = this.actors.alive().map(({ label, pid, connection, hasJoined }) =>
      `${label} ${pid}${connection === undefined ? "" : hasJoined ? " (joined)" : " (joining)"}`
    );
    return left.length === 0 ? "nothing will happen any more" : left.join(", ");
  }

  #readyNow(): Fd[] {
    const ready: Fd[] = [];
    for (const [fd, interest] of this.#watched) if (this.#isReady(fd, interest)) ready.push(fd);
    if (ready.length > 1) this.world.random.shuffle(ready);
    return ready.length > BATCH ? ready.slice(0, BATCH) : ready;
  }

  #isReady(fd: Fd, interest: Interest): boolean {
    const { kind, pipe, socket, listener, actor } = this.#file(fd);
    if (kind === "process") return actor?.state !== "alive";
    if (kind === "signals") return this.#pending.size > 0;
    if (kind === "changes") return this.notifications.waiting;
    if (socket !== undefined) {
      return (interest !== "write" && socket.isReadable) || (interest !== "read" && socket.isWritable);
    }
    if (listener !== undefined) return listener.isReadable;
    if (kind === "stderr") return interest === "write" && !this.stderrBlocked;
    if (pipe === undefined) return true;
    return interest === "write" ? true : pipe.text !== "" || pipe.writers === 0;
  }

  ready(i: number): Fd {
    return this.#ready[i] ?? -1;
  }

  signals(signals: readonly number[]): Fd {
    this.#enter();
    this.#heard = signals;
    return this.#add(openFile({ kind: "signals", reads: true, nonBlocking: true }), "signalfd");
  }

  nextSignal(fd: Fd): number {
    this.#enter();
    this.#file(fd);
    if (this.#pending.size === 0) return 0;
    const signal = Math.min(...this.#pending);
    this.#pending.delete(signal);
    if (signal === this.abandonsAt) this.actors.abandoned = true;
    return signal;
  }

  changes(): Fd {
    this.#enter();
    const errno = this.faults.of("inotify_init");
    if (errno !== 0) this.cannotWatch = true;
    if (errno !== 0) throw new SysError({ call: "inotify_init", errno });
    return this.#add(openFile({ kind: "changes", reads: true, nonBlocking: true }), "inotify_init");
  }

  addChangeWatch(fd: Fd, path: string, mask: number): number {
    this.#enter();
    this.#file(fd);
    this.#mayFail("inotify_add_watch", path);
    const inode = this.tree.resolve(
      this.tree.root,
      path,
      (mask & CHANGE.dontFollow) === 0,
      "inotify_add_watch",
    );
    if ((mask & CHANGE.onlyDirectory) !== 0 && inode.kind !== "directory") {
      throw new SysError({ call: "inotify_add_watch", path, errno: ERRNO.ENOTDIR });
    }
    return this.notifications.add(inode, mask);
  }

  removeChangeWatch(fd: Fd, watch: number): void {
    this.#enter();
    this.#file(fd);
    this.notifications.remove(watch);
  }

  readChanges(fd: Fd): Change[] {
    this.#enter();
    this.#file(fd);
    return this.notifications.read();
  }

  // Sockets

  socketPair(): readonly [Fd, Fd] {
    this.#enter();
    this.#mayFail("socketpair");
    const [one, other] = Socket.pair(this.#self);
    const first = this.#add(openFile({ kind: "socket", socket: one, nonBlocking: true }), "socketpair");
    try {
      return [first, this.#add(openFile({ kind: "socket", socket: other, nonBlocking: true }), "socketpair")];
    } catch (thrown) {
      this.#files.delete(first);
      throw thrown;
    }
  }

  get #self(): Peer {
    return { pid: this.#options.pid, uid: 0, gid: 0, groups: [] };
  }

  listenAbstract(name: string): Fd {
    this.#enter();
    this.#mayFail("listen", name);
    const listener = new Listener(name);
    const fd = this.#add(openFile({ kind: "listener", listener, nonBlocking: true }), "socket");
    this.loggers.listener = listener;
    this.loggers.fleetPid = this.#options.pid;
    return fd;
  }

  accept(fd: Fd): Fd | undefined {
    this.#enter();
    const { listener } = this.#file(fd);
    this.#mayFail("accept");
    if (listener?.isReadable !== true) return undefined;
    if (this.#files.size >= this.descriptorLimit) throw new SysError({ call: "accept", errno: ERRNO.EMFILE });
    const socket = listener.accept();
    return this.#add(openFile({ kind: "socket", socket, nonBlocking: true }), "accept");
  }

  connectAbstract(name: string): never {
    this.world.violate("a fleet connects to nobody", name);
    throw new SysError({ call: "connect", errno: ERRNO.ECONNREFUSED });
  }

  peer(fd: Fd): Peer {
    this.#enter();
    this.#mayFail("peer");
    return this.#socket(fd).other?.owner ?? this.#self;
  }

  #socket(fd: Fd): Socket {
    const { socket } = this.#file(fd);
    if (socket === undefined) throw new SysError({ call: "socket", errno: ERRNO.ENOTSOCK });
    return socket;
  }

  send(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, descriptors: readonly Fd[]): number {
    this.#enter();
    const socket = this.#socket(fd);
    const errno = this.faults.of("send");
    if (errno !== 0) throw new SysError({ call: "sendmsg", errno });
    if (!socket.isWritable) return WOULD_BLOCK;
    const sent = socket.send(byteString(bytes, 0, length), descriptors.map((one) => this.#passed(one)));
    if (sent === "gone") throw new SysError({ call: "sendmsg", errno: ERRNO.EPIPE });
    return sent ? length : WOULD_BLOCK;
  }

  #passed(fd: Fd): Passed {
    const file = this.#file(fd);
    file.references++;
    return { file, release: () => this.#release(file) };
  }

  receive(fd: Fd, into: Uint8Array<ArrayBuffer>, peek = false): Received {
    this.#enter();
    const socket = this.#socket(fd);
    const message = peek ? socket.peek() : socket.take();
    if (message === undefined) return { length: socket.isEnded ? 0 : WOULD_BLOCK, descriptors: [] };
    const text = message.text.slice(0, into.length);
    for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
    if (!peek && message.passed.length > 0) this.world.violate("a fleet takes no descriptors", text);
    return { length: text.length, descriptors: [] };
  }

  closeOnExec(from: Fd): void {
    for (const [fd, file] of this.#files) if (fd >= from) file.kept = false;
  }

  hasFileSizeLimit(): boolean {
    return false;
  }

  becomeUser(uid: number): void {
    this.world.violate("a fleet stays what it is", `${uid}`);
  }

  giveUpPrivileges(): void {
    this.world.violate("a fleet stays what it is", "no_new_privs");
  }

  confine(): boolean {
    this.world.violate("a fleet stays what it is", "Landlock");
    return false;
  }
}

/** What actors make of a descriptor that was sent to them. */
function given({ file }: Passed): Given {
  const { pipe, socket, inode } = file as Partial<OpenFile>;
  return { pipe, socket, directory: inode?.kind === "directory" ? inode : undefined };
}

const FOREIGN = openFile({ kind: "nothing" });

/** `call` of a SysError, where it is not the name of the fault. */
const ERROR_NAMES: Partial<Readonly<Record<Call, string>>> = {
  "read directory": "getdents",
  "pipe": "pipe2",
  "lock": "flock",
};

function openFile(file: Partial<OpenFile> & Pick<OpenFile, "kind">): OpenFile {
  return {
    inode: undefined,
    pipe: undefined,
    socket: undefined,
    listener: undefined,
    actor: undefined,
    offset: 0,
    reads: false,
    writes: false,
    nonBlocking: false,
    wrote: false,
    kept: false,
    ...file,
    references: 1,
  };
}

function roleOf({ path, directoryPath }: SpawnRequest): Role {
  if (directoryPath === "log") return "log";
  if (path === "./run") return "run";
  return path === "./finish" ? "finish" : "hook";
}
