/**
 * Processes of a simulation: what the supervisor starts, signals and reaps are actors; and what it may learn of those that
 * a supervisor before it has left behind.
 */
import { CWD, type Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import type { EndedChild, ProcessFacts, ProcessLinks, SpawnRequest } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { type OpenFile, openFile } from "../kernel/open_file.ts";
import type { Passed } from "../kernel/socket.ts";
import type { Directory, Inode } from "../kernel/tree.ts";
import type { World } from "../kernel/world.ts";
import type { Actor, Role } from "./actors.ts";
import { type Given, Loggers } from "./loggers.ts";
import { type KernelOptions, SimulatedFiles } from "./simulated_files.ts";

/** More processes than any simulation needs: there must be free pids. */
const MOST_PROCESSES = 300;
/** The unit in which /proc counts time. */
const TICK_MS = 10;
/** The roles of processes that are in no service's directory. */
const OUTSIDE: ReadonlySet<Role | undefined> = new Set(["logger", "stranger", "probe"] as const);

export class SimulatedProcesses extends SimulatedFiles {
  readonly loggers: Loggers;
  /**
   * The hard limit of the process, which stays as it is. A supervisor asks for it once, so a shortage that somebody else
   * makes for a while (`descriptorLimit`) must not be taken for it.
   */
  mostDescriptors = 1000;
  readonly environment: readonly string[] = ["PATH=/bin"];
  readonly lastArgument: Uint8Array | undefined;
  /** Whom descriptors of processes stand for. */
  readonly #opened = new WeakMap<OpenFile, Actor>();

  constructor(world: World, options: KernelOptions) {
    super(world, options);
    this.lastArgument = options.lastArgument;
    this.loggers = new Loggers(world, this.actors, given);
  }

  spawn(request: SpawnRequest): number {
    this.enter();
    const { path, argv } = request;
    if (argv[1] === "svlogfleet") return this.#spawnLogger(request);
    if (argv[1] === "--version") return this.#spawnProbe(request);
    const unit = this.directory(request.directoryFd ?? CWD);
    const service = this.actors.serviceOf(unit);
    if (service === undefined) {
      this.world.violate("only services are started", `${path} in ${unit.name}`);
      throw new SysError({ call: "exec", path, errno: ERRNO.ENOENT });
    }
    this.mayFail("fork", path);
    if (this.actors.all.size >= MOST_PROCESSES) throw new SysError({ call: "fork", errno: ERRNO.EAGAIN });
    const role = roleOf(request);
    try {
      this.mayFail("exec", path);
      this.#executable(unit, request);
    } catch (thrown) {
      this.actors.failed(service, role);
      throw thrown;
    }
    const stdin = request.stdin === undefined ? undefined : this.file(request.stdin);
    const stdout = request.stdout === undefined ? undefined : this.file(request.stdout);
    return this.actors.begin(service, role, argv, stdin, stdout);
  }

  /** The program file is asked for its version before it is executed. */
  #spawnProbe({ path, argv }: SpawnRequest): number {
    this.mayFail("fork", path);
    this.mayFail("exec", path);
    this.#executable(this.tree.root, { path, argv });
    return this.actors.beginProbe();
  }

  #spawnLogger({ path, argv, others = [] }: SpawnRequest): number {
    this.mayFail("fork", path);
    if (this.actors.all.size >= MOST_PROCESSES) throw new SysError({ call: "fork", errno: ERRNO.EAGAIN });
    this.mayFail("exec", path);
    this.#executable(this.tree.root, { path, argv });
    const [control, ...more] = others;
    const file = control === undefined ? undefined : this.file(control[1]);
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
    this.enter();
    this.actors.signal(pid, signal);
  }

  reap(): EndedChild | undefined {
    this.enter();
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
    this.enter();
    this.mayFail("processes", `/proc/${pid}/stat`);
    const actor = this.actors.all.get(pid);
    if (actor === undefined) return undefined;
    return {
      parent: actor.orphan ? 1 : this.options.pid,
      startNs: BigInt(Math.floor(actor.startedMs / TICK_MS) * TICK_MS) * 1_000_000n,
      status: actor.state === "ended" ? actor.status : undefined,
    };
  }

  /** Every third has gone elsewhere. */
  processLinks(pid: number): ProcessLinks {
    this.enter();
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
    this.enter();
    this.mayFail("processes", "/proc");
    return [...this.actors.all.keys()];
  }

  openProcess(pid: number): Fd {
    this.enter();
    this.mayFail("pidfd_open");
    const actor = this.actors.all.get(pid);
    if (actor === undefined) throw new SysError({ call: "pidfd_open", errno: ERRNO.ESRCH });
    if (!actor.orphan && actor.role !== "logger") this.world.violate("children are waited for", actor.label);
    const fd = this.newFd(openFile({ kind: "process", process: actor }), "pidfd_open");
    actor.holders++;
    this.#opened.set(this.file(fd), actor);
    return fd;
  }

  signalProcess(fd: Fd, signal: number): void {
    this.enter();
    const actor = this.#opened.get(this.file(fd));
    if (actor?.state !== "alive") throw new SysError({ call: "kill", errno: ERRNO.ESRCH });
    this.actors.signalAdopted(actor, signal);
  }

  exitOf(fd: Fd): number | undefined {
    this.enter();
    const actor = this.#opened.get(this.file(fd));
    return this.options.tellsExits === true && actor?.state === "reaped" ? actor.status : undefined;
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
    return this.options.pid;
  }

  parentPid(): number {
    return 1;
  }

  raiseDescriptorLimit(): number {
    return this.descriptorLimit = this.mostDescriptors;
  }

  releaseMemory(): void {
    this.enter();
  }

  releaseProgram(): void {
    this.enter();
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

/** Returns what actors make of a descriptor that was sent to them. */
function given({ file }: Passed): Given {
  const { pipe, socket, inode } = file as Partial<OpenFile>;
  return { pipe, socket, directory: inode?.kind === "directory" ? inode : undefined };
}

function roleOf({ path, directoryPath }: SpawnRequest): Role {
  if (directoryPath === "log") return "log";
  if (path === "./run") return "run";
  return path === "./finish" ? "finish" : "hook";
}
