/** Processes: posix_spawn(3), kill(2), waitpid(2), and the descriptor limit. */
import { SIGNAL } from "../posix/signal.ts";
import { CWD } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { checkSpawnLayout, SIGSET_SIZE, SPAWN_ACTIONS_SIZE } from "./abi.ts";
import { putCString } from "./bytes.ts";
import { Calls } from "./calls.ts";
import { SysError } from "./error.ts";
import type { Bound } from "./libc.ts";

const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const WNOHANG = 1;
const SIG_SETMASK = 2;
const SIG_DFL = null;
/** The one signal that Deno ignores from its start; what it was before cannot be known. */
/** The last of the real-time signals. */
const LAST_SIGNAL = 64;
const RLIMIT_FSIZE = 1;
const RLIMIT_NOFILE = 7;
const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;
/** Room for the arguments of programs that denit names itself (`./finish -1 9`, `/bin/sh -c COMMAND`). */
const ARENA = 1 << 16;

/** How a process becomes another program. */
export interface Manner {
  /** Descriptors; undefined: as they are. */
  readonly softLimit?: number | undefined;
  /** Signals that were ignored when denit was started stay so. */
  readonly keepsIgnored?: boolean | undefined;
  readonly limits?: readonly SoftLimit[] | undefined;
}

export interface SoftLimit {
  readonly resource: keyof typeof RESOURCE_NUMBERS;
  readonly soft: bigint;
}

/** A resource's number, and a struct rlimit. */
type LimitBytes = readonly [number: number, bytes: Uint8Array<ArrayBuffer>];

/** asm-generic/resource.h, the same on x86_64 and aarch64. */
const RESOURCE_NUMBERS = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
} as const;

export interface SpawnPlan {
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment?: readonly string[];
  readonly directoryFd?: number;
  readonly directoryPath?: string;
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
  readonly others?: readonly (readonly [number, number])[];
  readonly newSession?: boolean;
}

export class ProcessCalls extends Calls {
  readonly #bound: Bound;
  /** Typed arrays over 64 bytes live outside the JavaScript heap: their addresses never change. */
  readonly #arena: Arena | undefined;
  readonly #own: Arena | undefined;
  readonly #ownVector: number = 0;
  readonly #attributes = new Uint8Array(1024);
  #attributesReady = false;
  readonly #actions = new Uint8Array(SPAWN_ACTIONS_SIZE * 2);
  readonly #pid = new Int32Array(32);
  readonly #pidBytes = new Uint8Array(this.#pid.buffer);
  #limit:
    | { readonly found: BigUint64Array<ArrayBuffer>; readonly raised: BigUint64Array<ArrayBuffer> }
    | undefined;

  /**
   * `starts`: the environment that children get when a plan names none, and the longest command line that will be
   * executed; undefined for an applet that starts nothing. An arena takes its address when it is made, which needs
   * the ffi permission: so arenas are made here, and large enough.
   */
  constructor(
    bound: Bound,
    starts:
      | { readonly environment: readonly string[]; readonly args: readonly string[]; readonly room?: number }
      | undefined,
  ) {
    super(bound);
    this.#bound = bound;
    if (starts === undefined) return;
    const { environment, args, room = 0 } = starts;
    this.#arena = new Arena(ARENA + vectorSize(environment) + vectorSize(args) + room);
    this.#own = new Arena(vectorSize(environment));
    this.#ownVector = this.#own.vector(environment);
  }

  /**
   * posix_spawn(3) in a clean state: every signal at its default, an empty mask. Throws SysError with call
   * `fork` when no process could be made, `exec` when the program (or its directory) could not be entered.
   */
  spawn(plan: SpawnPlan): number {
    this.#prepareAttributes(plan.newSession === true);
    const arena = this.#filled(plan);
    const returnTo = this.#addActions(plan);
    this.#setLimit("found");
    let error: number;
    try {
      error = this.c.posix_spawn(
        this.#pidBytes,
        this.path(plan.path),
        this.#actions,
        this.#attributes,
        arena.at(arena.argv),
        plan.environment === undefined && this.#own !== undefined
          ? this.#own.at(this.#ownVector)
          : arena.at(arena.envp),
      );
    } finally {
      this.#setLimit("raised");
      this.c.posix_spawn_file_actions_destroy(this.#actions);
      if (returnTo >= 0) this.#leaveDirectory(returnTo);
    }
    if (error !== 0) {
      throw new SysError({ call: NO_PROCESS.has(error) ? "fork" : "exec", path: plan.path, errno: error });
    }
    return this.#pid[0] ?? -1;
  }

  #filled(plan: SpawnPlan): Arena {
    const arena = this.#arena;
    if (arena === undefined) throw new Error("this applet starts no programs");
    try {
      arena.reset();
      arena.argv = arena.vector(plan.argv);
      if (plan.environment !== undefined) arena.envp = arena.vector(plan.environment);
      return arena;
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      throw new SysError({ call: "exec", path: plan.path, errno: ERRNO.E2BIG });
    }
  }

  #prepareAttributes(newSession: boolean): void {
    if (!this.#attributesReady) {
      checkSpawnLayout(this.#bound);
      this.c.posix_spawnattr_init(this.#attributes);
      this.c.posix_spawnattr_setsigmask(this.#attributes, new Uint8Array(SIGSET_SIZE));
      this.c.posix_spawnattr_setsigdefault(this.#attributes, new Uint8Array(SIGSET_SIZE).fill(0xff, 0, 8));
      this.#attributesReady = true;
    }
    this.c.posix_spawnattr_setflags(this.#attributes, SETSIGDEF | SETSIGMASK | (newSession ? SETSID : 0));
  }

  /** Returns a descriptor of the directory to go back to where glibc cannot change it in the child, else -1. */
  #addActions(plan: SpawnPlan): number {
    const { c } = this;
    const actions = this.#actions;
    c.posix_spawn_file_actions_init(actions);
    if (plan.stdin !== undefined) c.posix_spawn_file_actions_adddup2(actions, plan.stdin, 0);
    if (plan.stdout !== undefined) c.posix_spawn_file_actions_adddup2(actions, plan.stdout, 1);
    if (plan.stderr !== undefined) c.posix_spawn_file_actions_adddup2(actions, plan.stderr, 2);
    for (const [number, fd] of plan.others ?? []) c.posix_spawn_file_actions_adddup2(actions, fd, number);
    if (plan.directoryFd === undefined && plan.directoryPath === undefined) return -1;
    if (c.posix_spawn_file_actions_addfchdir_np === null || c.posix_spawn_file_actions_addchdir_np === null) {
      return this.#enterDirectory(plan);
    }
    if (plan.directoryFd !== undefined) c.posix_spawn_file_actions_addfchdir_np(actions, plan.directoryFd);
    if (plan.directoryPath !== undefined) {
      c.posix_spawn_file_actions_addchdir_np(actions, this.otherPath(plan.directoryPath));
    }
    return -1;
  }

  /** glibc before 2.29: the parent itself goes there and back. */
  #enterDirectory(plan: SpawnPlan): number {
    const back = this.c.openat(CWD, this.otherPath("."), O_PATH_DIRECTORY, 0);
    if (back < 0) this.fail("open", ".");
    let entered = plan.directoryFd === undefined || this.c.fchdir(plan.directoryFd) === 0;
    if (entered && plan.directoryPath !== undefined) {
      const inner = this.c.openat(CWD, this.otherPath(plan.directoryPath), O_PATH_DIRECTORY, 0);
      entered = inner >= 0 && this.c.fchdir(inner) === 0;
      if (inner >= 0) this.c.close(inner);
    }
    if (entered) return back;
    const errno = this.lastErrno();
    this.#leaveDirectory(back);
    throw new SysError({ call: "exec", path: plan.path, errno });
  }

  #leaveDirectory(back: number): void {
    this.c.fchdir(back);
    this.c.close(back);
  }

  kill(pid: number, signal: number): void {
    if (this.c.kill(pid, signal) < 0) this.fail("kill");
  }

  /** waitpid(2) for any child, without waiting; undefined when none has ended. */
  reap(): { readonly pid: number; readonly status: number } | undefined {
    return this.#wait(-1, WNOHANG);
  }

  waitFor(pid: number): { readonly pid: number; readonly status: number } {
    const ended = this.#wait(pid, 0);
    return ended ?? this.fail("waitpid");
  }

  #wait(pid: number, flags: number): { readonly pid: number; readonly status: number } | undefined {
    for (;;) {
      const ended = this.c.waitpid(pid, this.#pidBytes, flags);
      if (ended > 0) return { pid: ended, status: this.#pid[0] ?? 0 };
      if (ended === 0 || this.lastErrno() !== ERRNO.EINTR) return undefined;
    }
  }

  pid(): number {
    return this.c.getpid();
  }

  parentPid(): number {
    return this.c.getppid();
  }

  userId(): number {
    return this.c.geteuid();
  }

  /**
   * Raises the soft descriptor limit as far as it goes (root: to `most` where the hard one is lower). Children
   * start with the limit found here, or with `foundSoft` where a launcher had raised it before.
   */
  raiseDescriptorLimit(most: number, foundSoft: number | undefined): number {
    const found = new BigUint64Array(2);
    if (this.c.getrlimit(RLIMIT_NOFILE, new Uint8Array(found.buffer)) < 0) return -1;
    const [soft = 0n, hard = 0n] = found;
    const raised = new BigUint64Array([hard, hard]);
    const wanted = new BigUint64Array([BigInt(most), BigInt(most)]);
    if (hard < BigInt(most) && this.c.setrlimit(RLIMIT_NOFILE, new Uint8Array(wanted.buffer)) === 0) {
      raised.set(wanted);
    } else if (this.c.setrlimit(RLIMIT_NOFILE, new Uint8Array(raised.buffer)) < 0) return Number(soft);
    const childSoft = foundSoft === undefined ? soft : BigInt(foundSoft);
    if (childSoft === raised[0] && hard === raised[1]) return Number(hard);
    this.#limit = { found: new BigUint64Array([childSoft, hard]), raised };
    return Number(raised[0] ?? soft);
  }

  #setLimit(which: "found" | "raised"): void {
    if (this.#limit === undefined) return;
    this.c.setrlimit(RLIMIT_NOFILE, new Uint8Array(this.#limit[which].buffer));
  }

  /**
   * As `execute`, in a clean state: an empty mask, `softLimit` descriptors, and every signal at its default; with
   * `keepsIgnored` only the one that the runtime ignores. `limits` hold from just before: with little address space
   * left not much can be done, so all that can be is done before, and they are taken back if the program cannot be
   * executed.
   */
  become(
    path: string,
    argv: readonly string[],
    environment: readonly string[],
    { softLimit, keepsIgnored = false, limits = [] }: Manner,
  ): never {
    const arena = this.#filled({ path, argv, environment });
    const cPath = this.path(path);
    const vectors = [arena.at(arena.argv), arena.at(arena.envp)] as const;
    for (
      let signal = keepsIgnored ? SIGNAL.PIPE : 1;
      signal <= (keepsIgnored ? SIGNAL.PIPE : LAST_SIGNAL);
      signal++
    ) {
      this.c.signal(signal, SIG_DFL);
    }
    if (softLimit !== undefined) this.#setSoftLimit(softLimit);
    this.c.pthread_sigmask(SIG_SETMASK, new Uint8Array(SIGSET_SIZE), null);
    const [after, before] = this.#limitBuffers(limits);
    if (limits.length > 0) collectYoungObjects();
    const errno = this.#executeLimited(cPath, vectors, after);
    for (const [resource, bytes] of before) this.c.setrlimit(resource, bytes);
    throw new SysError({ call: "exec", path, errno });
  }

  #executeLimited(
    path: Uint8Array<ArrayBuffer>,
    [argv, envp]: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>],
    limits: readonly LimitBytes[],
  ): number {
    for (const [resource, bytes] of limits) {
      if (this.c.setrlimit(resource, bytes) < 0) return this.lastErrno();
    }
    this.c.execve(path, argv, envp);
    return this.lastErrno();
  }

  /** As they are to be, and as they are. */
  #limitBuffers(limits: readonly SoftLimit[]): readonly [readonly LimitBytes[], readonly LimitBytes[]] {
    const before: LimitBytes[] = [];
    const after: LimitBytes[] = [];
    for (const { resource, soft } of limits) {
      const number = RESOURCE_NUMBERS[resource];
      const found = new BigUint64Array(2);
      const bytes = new Uint8Array(found.buffer);
      if (this.c.getrlimit(number, bytes) < 0) this.fail("getrlimit");
      const [, hard = 0n] = found;
      before.push([number, bytes]);
      after.push([number, new Uint8Array(new BigUint64Array([soft > hard ? hard : soft, hard]).buffer)]);
    }
    return [after, before];
  }

  #setSoftLimit(soft: number): void {
    const limit = new BigUint64Array(2);
    const bytes = new Uint8Array(limit.buffer);
    if (this.c.getrlimit(RLIMIT_NOFILE, bytes) < 0) return;
    limit[0] = BigInt(soft);
    this.c.setrlimit(RLIMIT_NOFILE, bytes);
  }

  hasFileSizeLimit(): boolean {
    const limit = new BigUint64Array(2);
    return this.c.getrlimit(RLIMIT_FSIZE, new Uint8Array(limit.buffer)) < 0 || limit[0] !== RLIM_INFINITY;
  }

  hardLimit(resource: SoftLimit["resource"]): bigint {
    return this.#limitOf(resource)[1] ?? 0n;
  }

  setLimit({ resource, soft }: SoftLimit): void {
    const limit = this.#limitOf(resource);
    const [, hard = 0n] = limit;
    limit[0] = soft > hard ? hard : soft;
    if (this.c.setrlimit(RESOURCE_NUMBERS[resource], new Uint8Array(limit.buffer)) < 0) {
      this.fail("setrlimit");
    }
  }

  /** Soft, hard. */
  #limitOf(resource: SoftLimit["resource"]): BigUint64Array<ArrayBuffer> {
    const limit = new BigUint64Array(2);
    if (this.c.getrlimit(RESOURCE_NUMBERS[resource], new Uint8Array(limit.buffer)) < 0) {
      this.fail("getrlimit");
    }
    return limit;
  }

  /** As `execute`, with the descriptor limit that was found; what is blocked stays blocked. */
  executeAgain(path: string, argv: readonly string[], environment: readonly string[]): never {
    this.#setLimit("found");
    try {
      this.execute(path, argv, environment);
    } finally {
      this.#setLimit("raised");
    }
  }

  /** execve(2); comes back only by throwing. */
  execute(path: string, argv: readonly string[], environment: readonly string[]): never {
    const arena = this.#filled({ path, argv, environment });
    this.c.execve(this.path(path), arena.at(arena.argv), arena.at(arena.envp));
    this.fail("exec", path);
  }

  /** Gives free heap pages back to the kernel (malloc_trim(3)). */
  trim(): void {
    if (this.c.malloc_trim !== null) this.c.malloc_trim(0n);
  }
}

/**
 * Leaves V8 room for a thousand times the few objects that are made between the limits and execve(2): under a limit of
 * data or address space a collection aborts the process. gc() is there with --expose-gc, which the build bakes in.
 */
function collectYoungObjects(): void {
  const { gc } = globalThis as { gc?: (options: { readonly type: "minor" }) => void };
  gc?.({ type: "minor" });
}

const O_PATH_DIRECTORY = 0o12000000; // O_PATH | O_CLOEXEC
/** clone(2) could not make a process; any other error comes from the child's way to exec. */
const NO_PROCESS: ReadonlySet<number> = new Set([ERRNO.EAGAIN, ERRNO.ENOMEM]);

/** Bytes that `vector` needs for these strings, alignment included. */
function vectorSize(strings: readonly string[]): number {
  return strings.reduce((sum, text) => sum + text.length + 9, 32);
}

/** C strings and pointer vectors for one exec. */
class Arena {
  argv = 0;
  envp = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #base: bigint;
  #end = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#bytes));
  }

  reset(): void {
    this.#end = 0;
  }

  /** Lays out the strings and a NULL-terminated vector of their addresses; returns where the vector is. */
  vector(strings: readonly string[]): number {
    const starts: number[] = [];
    for (const text of strings) {
      starts.push(this.#end);
      const end = putCString(this.#bytes, this.#end, text);
      if (end < 0) throw new RangeError("arena full");
      this.#end = end;
    }
    const vector = (this.#end + 7) & ~7;
    this.#end = vector + 8 * (strings.length + 1);
    if (this.#end > this.#bytes.length) throw new RangeError("arena full");
    starts.forEach((start, i) => this.#view.setBigUint64(vector + 8 * i, this.#base + BigInt(start), true));
    this.#view.setBigUint64(vector + 8 * strings.length, 0n, true);
    return vector;
  }

  at(offset: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(offset);
  }
}
