/** Processes: posix_spawn(3), kill(2), waitpid(2), and becoming another program (execve(2)). */
import { CWD, STDERR, STDIN, STDOUT } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { CLOSE_ON_EXEC, OPEN } from "../posix/open_flag.ts";
import { SIGNAL } from "../posix/signal.ts";
import { checkSpawnLayout, SIGSET_SIZE, SPAWN_ACTIONS_SIZE } from "./abi.ts";
import { CallArena, vectorSize } from "./arena.ts";
import { Calls } from "./calls.ts";
import { SysError } from "./error.ts";
import type { EndedChild, Limit, Resource, SpawnRequest } from "./facts.ts";
import type { Bound } from "./libc.ts";
import { type LimitBytes, Limits } from "./limits.ts";

/** Flags of posix_spawnattr_setflags(3) (spawn.h). */
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
/** Option of waitpid(2). */
const WNOHANG = 1;
/** Operation of pthread_sigmask(3): replace the mask (asm-generic/signal-defs.h). */
const SIG_SETMASK = 2;
/** A signal's default, as signal(2) takes it. */
const SIG_DFL = null;
/** The last of the real-time signals (signal(7)). */
const LAST_SIGNAL = 64;
/** Room for the arguments of programs that denit names itself (`./finish -1 9`, `/bin/sh -c COMMAND`). */
const ARENA_SIZE = 1 << 16;
/** More than glibc's posix_spawnattr_t needs; `checkSpawnLayout` measures it. */
const ATTRIBUTES_ROOM = 1024;
/** clone(2) could not make a process; any other error comes from the child's way to exec. */
const NO_PROCESS: ReadonlySet<number> = new Set([ERRNO.EAGAIN, ERRNO.ENOMEM]);

/** The manner in which a process becomes another program. */
export interface Manner {
  /** The soft limit of descriptors; undefined: unchanged. */
  readonly softLimit?: number | undefined;
  /** True when signals that were ignored at denit's start stay ignored. */
  readonly keepsIgnored?: boolean | undefined;
  /** Limits that are set just before the program is executed. */
  readonly limits?: readonly Limit[] | undefined;
}

/** The sizes and the environment that a process needs to know in order to start programs. */
export interface Starting {
  /** The environment of children when a request names none. */
  readonly environment: readonly string[];
  /** The longest command line that will be executed. */
  readonly args: readonly string[];
  /** Bytes for variables that come in besides. */
  readonly room?: number;
}

/** Starting and signalling programs, and becoming one. */
export class ProcessCalls extends Calls {
  readonly #bound: Bound;
  /** Memory for the arguments, and for an environment that a request names. */
  readonly #arena: CallArena | undefined;
  /** The environment denit was started with, laid out once. */
  readonly #own: CallArena | undefined;
  readonly #ownVector: number = 0;
  readonly #attributes = new Uint8Array(ATTRIBUTES_ROOM);
  #attributesReady = false;
  readonly #actions = new Uint8Array(SPAWN_ACTIONS_SIZE * 2);
  /** Larger than needed: typed arrays of more than 64 bytes live outside the JavaScript heap and never move. */
  readonly #pid = new Int32Array(32);
  readonly #pidBytes = new Uint8Array(this.#pid.buffer);
  readonly #limits = new Limits(this);

  /**
   * `starting` is undefined for an applet that starts nothing. Needs the ffi permission: the arenas are made here, and
   * large enough.
   */
  constructor(bound: Bound, starting: Starting | undefined) {
    super(bound);
    this.#bound = bound;
    if (starting === undefined) return;
    const { environment, args, room = 0 } = starting;
    this.#arena = new CallArena(ARENA_SIZE + vectorSize(environment) + vectorSize(args) + room);
    this.#own = new CallArena(vectorSize(environment));
    this.#ownVector = this.#own.vector(environment);
  }

  /**
   * posix_spawn(3) in a clean state: every signal at its default, an empty mask. Throws SysError with call
   * `fork` when no process could be made, `exec` when the program (or its directory) could not be entered.
   */
  spawn(request: SpawnRequest): number {
    this.#prepareAttributes(request.newSession === true);
    const arena = this.#filled(request);
    const returnTo = this.#addActions(request);
    this.#limits.setForChildren();
    let error: number;
    try {
      error = this.c.posix_spawn(
        this.#pidBytes,
        this.path(request.path),
        this.#actions,
        this.#attributes,
        arena.at(arena.argv),
        request.environment === undefined && this.#own !== undefined
          ? this.#own.at(this.#ownVector)
          : arena.at(arena.envp),
      );
    } finally {
      this.#limits.restore();
      this.c.posix_spawn_file_actions_destroy(this.#actions);
      if (returnTo >= 0) this.#leaveDirectory(returnTo);
    }
    if (error !== 0) {
      throw new SysError({ call: NO_PROCESS.has(error) ? "fork" : "exec", path: request.path, errno: error });
    }
    return this.#pid[0] ?? -1;
  }

  /** The arena with the arguments and the environment of the request. E2BIG when they do not fit. */
  #filled(
    request: Pick<SpawnRequest, "path" | "argv" | "environment">,
  ): CallArena {
    const arena = this.#arena;
    if (arena === undefined) throw new Error("this applet starts no programs");
    try {
      arena.reset();
      arena.argv = arena.vector(request.argv);
      if (request.environment !== undefined) arena.envp = arena.vector(request.environment);
      return arena;
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      throw new SysError({ call: "exec", path: request.path, errno: ERRNO.E2BIG });
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
  #addActions(request: SpawnRequest): number {
    const { c } = this;
    const actions = this.#actions;
    c.posix_spawn_file_actions_init(actions);
    if (request.stdin !== undefined) c.posix_spawn_file_actions_adddup2(actions, request.stdin, STDIN);
    if (request.stdout !== undefined) c.posix_spawn_file_actions_adddup2(actions, request.stdout, STDOUT);
    if (request.stderr !== undefined) c.posix_spawn_file_actions_adddup2(actions, request.stderr, STDERR);
    for (const [number, fd] of request.others ?? []) c.posix_spawn_file_actions_adddup2(actions, fd, number);
    if (request.directoryFd === undefined && request.directoryPath === undefined) return -1;
    if (c.posix_spawn_file_actions_addfchdir_np === null || c.posix_spawn_file_actions_addchdir_np === null) {
      return this.#enterDirectory(request);
    }
    if (request.directoryFd !== undefined) {
      c.posix_spawn_file_actions_addfchdir_np(actions, request.directoryFd);
    }
    if (request.directoryPath !== undefined) {
      c.posix_spawn_file_actions_addchdir_np(actions, this.otherPath(request.directoryPath));
    }
    return -1;
  }

  /** glibc before 2.29: the parent itself goes there and back. */
  #enterDirectory(request: SpawnRequest): number {
    const back = this.c.openat(CWD, this.otherPath("."), OPEN.path | CLOSE_ON_EXEC, 0);
    if (back < 0) this.fail("open", ".");
    let entered = request.directoryFd === undefined || this.c.fchdir(request.directoryFd) === 0;
    if (entered && request.directoryPath !== undefined) {
      const inner = this.c.openat(CWD, this.otherPath(request.directoryPath), OPEN.path | CLOSE_ON_EXEC, 0);
      entered = inner >= 0 && this.c.fchdir(inner) === 0;
      if (inner >= 0) this.c.close(inner);
    }
    if (entered) return back;
    const errno = this.lastErrno();
    this.#leaveDirectory(back);
    throw new SysError({ call: "exec", path: request.path, errno });
  }

  #leaveDirectory(back: number): void {
    this.c.fchdir(back);
    this.c.close(back);
  }

  /** kill(2). */
  kill(pid: number, signal: number): void {
    if (this.c.kill(pid, signal) < 0) this.fail("kill");
  }

  /** waitpid(2) for any child, without waiting; undefined when none has ended. */
  reap(): EndedChild | undefined {
    return this.#wait(-1, WNOHANG);
  }

  /** waitpid(2) for one child; waits until it has ended. */
  waitFor(pid: number): EndedChild {
    const ended = this.#wait(pid, 0);
    return ended ?? this.fail("waitpid");
  }

  #wait(pid: number, flags: number): EndedChild | undefined {
    for (;;) {
      const ended = this.c.waitpid(pid, this.#pidBytes, flags);
      if (ended > 0) return { pid: ended, status: this.#pid[0] ?? 0 };
      if (ended === 0 || this.lastErrno() !== ERRNO.EINTR) return undefined;
    }
  }

  /** getpid(2). */
  pid(): number {
    return this.c.getpid();
  }

  /** getppid(2). */
  parentPid(): number {
    return this.c.getppid();
  }

  /** geteuid(2). */
  userId(): number {
    return this.c.geteuid();
  }

  /** Raises the descriptor limit (`Limits.raiseDescriptors`). */
  raiseDescriptorLimit(most: number, startSoft: number | undefined): number {
    return this.#limits.raiseDescriptors(most, startSoft);
  }

  /** True when the size of files is limited (RLIMIT_FSIZE). */
  hasFileSizeLimit(): boolean {
    return this.#limits.hasFileSize();
  }

  /** Returns the hard limit of a resource (`Limits.hard`). */
  hardLimit(resource: Resource): bigint {
    return this.#limits.hard(resource);
  }

  /** Sets a limit (`Limits.set`). */
  setLimit(limit: Limit): void {
    this.#limits.set(limit);
  }

  /**
   * Executes as `execute` does, in a clean state: an empty mask, `softLimit` descriptors, and every signal at its
   * default. With `keepsIgnored` only SIGPIPE is put at its default: the runtime ignores SIGPIPE from its start, so the
   * state before that cannot be known.
   *
   * `limits` are set last. Under a small limit of memory JavaScript cannot go on, so everything else is done before.
   * They are taken back if the program cannot be executed.
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
    const [first, last] = keepsIgnored ? [SIGNAL.PIPE, SIGNAL.PIPE] : [1, LAST_SIGNAL];
    for (let signal = first; signal <= last; signal++) this.c.signal(signal, SIG_DFL);
    if (softLimit !== undefined) this.#limits.setDescriptors(softLimit);
    this.c.pthread_sigmask(SIG_SETMASK, new Uint8Array(SIGSET_SIZE), null);
    const { after, before } = this.#limits.bytesOf(limits);
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

  /**
   * Executes as `execute` does, with the descriptor limit that was found at the start. Blocked signals stay blocked.
   */
  executeAgain(path: string, argv: readonly string[], environment: readonly string[]): never {
    this.#limits.setForChildren();
    try {
      this.execute(path, argv, environment);
    } finally {
      this.#limits.restore();
    }
  }

  /** execve(2); comes back only by throwing. */
  execute(path: string, argv: readonly string[], environment: readonly string[]): never {
    const arena = this.#filled({ path, argv, environment });
    this.c.execve(this.path(path), arena.at(arena.argv), arena.at(arena.envp));
    this.fail("exec", path);
  }

  /** Returns free heap pages of malloc(3) to the kernel (malloc_trim(3)). */
  trim(): void {
    if (this.c.malloc_trim !== null) this.c.malloc_trim(0n);
  }
}

/**
 * Empties V8's young generation, which then has room for a thousand times the few objects that are made between the
 * limits and execve(2). Under a limit of data or address space a collection would abort the process. gc() exists with
 * --expose-gc, which the build bakes in.
 */
function collectYoungObjects(): void {
  const { gc } = globalThis as { gc?: (options: { readonly type: "minor" }) => void };
  gc?.({ type: "minor" });
}
