/**
 * The real `Kernel`: libc through `sys`, put together for one applet.
 *
 * Every call is handed on to the class of `sys` that makes it. Two of these are there for every applet (`linux/files.ts`,
 * `linux/readiness.ts`). The others are parts, which are read in only where an applet's symbols belong to them.
 */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { abiOf } from "../sys/abi.ts";
import type { ConfinementCalls } from "../sys/confinement.ts";
import { SysError } from "../sys/error.ts";
import { FileCalls } from "../sys/files.ts";
import type { LaunchCalls } from "../sys/launch.ts";
import { argumentMemory, bindLibc, startEnvironment } from "../sys/libc.ts";
import type { OtherProcesses } from "../sys/others.ts";
import type { ProcessCalls } from "../sys/processes.ts";
import type { ProgramPages } from "../sys/program_pages.ts";
import { ReadinessCalls } from "../sys/readiness.ts";
import type { SymbolName } from "../sys/symbols.ts";
import type {
  Again,
  Allowed,
  Becoming,
  EndedChild,
  Kernel,
  Launching,
  Limit,
  ProcessFacts,
  ProcessLinks,
  Resource,
  SpawnRequest,
  Terminals,
} from "./kernel.ts";
import { LinuxEndpoints } from "./linux/endpoints.ts";
import { type StartState, startStateOf, withWord } from "./linux/start_state.ts";
import { absent, type Parts } from "./parts.ts";
import { readFile } from "./small_file.ts";

export type { StartState } from "./linux/start_state.ts";

/** More than any fleet needs: 100,000 services with loggers hold 10 descriptors each. */
const MOST_DESCRIPTORS = 1 << 20;

/**
 * The room for variables that come in besides: the kernel takes 6 MiB of arguments and variables at most (execve(2)).
 */
const LAUNCH_ROOM = 6 << 20;

/** More than any command line is long that Linux lets a process have with an 8 MiB stack. */
const COMMAND_LINE_BYTES = 1 << 21;

/** The program that this process executes: the file of a compiled denit, or deno under `deno run`. */
export const OWN_PROGRAM = "/proc/self/exe";

/** The use that one applet makes of its kernel. */
export interface Use {
  /** The longest command line that will be executed. */
  readonly args: readonly string[];
  /** True when calls are made quicker at the cost of the start. */
  readonly longLived: boolean;
  /** True when the process becomes another program, with an environment of its own making. */
  readonly launches?: boolean;
  /** Absent: looked for in this process. */
  readonly startState?: StartState | undefined;
  /** The own program and its arguments, in a process that may execute itself again. */
  readonly again?: Again | undefined;
}

/** The operating system, as far as one applet asks for it. */
export class LinuxKernel extends LinuxEndpoints implements Kernel, Launching, Terminals {
  /** Empty where neither `environ` is bound nor what starts programs. */
  readonly environment: readonly string[];
  readonly lastArgument: Uint8Array | undefined;
  readonly again: Again | undefined;
  readonly wordOfLastLife: string;
  /** The descriptor limit before the script form's deno raised it; undefined where it was not raised. */
  readonly startSoftLimit: number | undefined;
  readonly #processes: ProcessCalls;
  readonly #others: OtherProcesses;
  readonly #confinement: ConfinementCalls;
  readonly #launch: LaunchCalls;
  readonly #programPages: ProgramPages | undefined;
  readonly #startEnvironment: readonly string[];

  /** Binds `symbols`; needs the ffi permission. `parts` are those that `symbols` belong to (`partsOf`). */
  constructor(
    symbols: ReadonlySet<SymbolName>,
    { args, longLived, launches = false, startState, again }: Use,
    parts: Parts,
  ) {
    const starts = symbols.has("posix_spawn") || symbols.has("execve");
    const reads = starts || symbols.has("environ");
    const bound = bindLibc(reads ? new Set([...symbols, "environ"]) : symbols, longLived);
    const abi = abiOf(Deno.build.arch);
    const files = new FileCalls(bound, abi);
    super({ files, readiness: new ReadinessCalls(bound, abi) }, bound, symbols, parts);
    const last = args.at(-1);
    this.lastArgument = last !== undefined && symbols.has("program_invocation_name")
      ? argumentMemory(bound.c, last)
      : undefined;
    this.#startEnvironment = reads && startState === undefined ? startEnvironment(bound.c) : [];
    const { environment, softLimit, word = "" } = startState ?? startStateOf(this.#startEnvironment);
    this.environment = environment;
    this.startSoftLimit = softLimit;
    this.again = again;
    this.wordOfLastLife = word;
    const { processes, others, confinement, launch, programPages } = parts;
    const starting = starts ? { environment, args, room: launches ? LAUNCH_ROOM : 0 } : undefined;
    this.#processes = processes === undefined ? absent("processes") : new processes(bound, starting);
    this.#others = others === undefined ? absent("others") : new others(bound, files);
    this.#confinement = confinement === undefined ? absent("confinement") : new confinement(bound);
    this.#launch = launch === undefined ? absent("launch") : new launch(bound);
    this.#programPages = programPages && new programPages(bound);
  }

  spawn(request: SpawnRequest): number {
    return this.#processes.spawn(request);
  }
  kill(pid: number, signal: number): void {
    this.#processes.kill(pid, signal);
  }
  reap(): EndedChild | undefined {
    return this.#processes.reap();
  }
  waitFor(pid: number): EndedChild {
    return this.#processes.waitFor(pid);
  }
  pid(): number {
    return this.#processes.pid();
  }
  parentPid(): number {
    return this.#processes.parentPid();
  }
  userId(): number {
    return this.#processes.userId();
  }
  hasFileSizeLimit(): boolean {
    return this.#processes.hasFileSizeLimit();
  }
  raiseDescriptorLimit(): number {
    return this.#processes.raiseDescriptorLimit(MOST_DESCRIPTORS, this.startSoftLimit);
  }
  releaseMemory(): void {
    // V8 has gc() only with --expose-gc, which the build bakes in.
    const { gc } = globalThis as { gc?: (how: unknown) => void };
    gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
    this.#processes.trim();
    this.releaseProgram();
  }
  releaseProgram(): void {
    this.#programPages?.giveUp();
  }

  lifetime(): string | undefined {
    return this.#others.lifetime();
  }
  processFacts(pid: number): ProcessFacts | undefined {
    return this.#others.facts(pid);
  }
  processLinks(pid: number): ProcessLinks {
    return this.#others.links(pid);
  }
  everyPid(): number[] {
    return this.#others.every();
  }
  openProcess(pid: number): Fd {
    return this.#others.open(pid);
  }
  signalProcess(fd: Fd, signal: number): void {
    this.#others.signal(fd, signal);
  }
  exitOf(fd: Fd): number | undefined {
    return this.#others.exitOf(fd);
  }
  keptFromLastLife(): Fd[] {
    return this.wordOfLastLife === "" ? [] : this.#others.kept();
  }
  /**
   * Under `deno run` this executes deno with the script that it was given, and not the script form's sh: that would reap
   * our children.
   */
  startAgain(word: string): never {
    const { again } = this;
    if (again === undefined) throw new SysError({ call: "exec", errno: ERRNO.ENOENT });
    if (Deno.build.standalone) {
      return this.#processes.executeAgain(again.path, again.argv, withWord(this.environment, word));
    }
    const environment = withWord(this.#startEnvironment, word);
    this.#processes.executeAgain(OWN_PROGRAM, this.ownCommandLine(), environment);
  }
  /** execve(2) of the own program, with the signal mask as it is and the environment of the start. Returns only by throwing. */
  executeOwnProgram(argv: readonly string[]): never {
    this.#processes.execute(OWN_PROGRAM, argv, this.#startEnvironment);
  }
  /** The command line of this process, as /proc has it. */
  ownCommandLine(): string[] {
    return readFile(this, CWD, "/proc/self/cmdline", COMMAND_LINE_BYTES).split("\0").slice(0, -1);
  }

  becomeUser(uid: number, gid: number, groups: readonly number[]): void {
    this.#confinement.becomeUser(uid, gid, groups);
  }
  giveUpPrivileges(): void {
    this.#confinement.giveUpPrivileges();
  }
  confine(allowed: readonly Allowed[], onlyFiles?: boolean): boolean {
    return this.#confinement.confine(allowed, onlyFiles);
  }
  takeOn(uid: number, gid: number, groups: readonly number[]): void {
    this.#confinement.takeOn(uid, gid, groups);
  }

  /** Makes the process look as after an execve(2) of another name, though none was made. */
  appearAs(name: string): void {
    this.#launch.appearAs(name);
  }
  newSession(): void {
    this.#launch.newSession();
  }
  changeRoot(): void {
    this.#launch.changeRoot();
  }
  addNice(by: number): void {
    this.#launch.addNice(by);
  }
  setNice(level: number): void {
    this.#launch.setNice(level);
  }
  setProcessors(cpus: readonly number[]): void {
    this.#launch.setProcessors(cpus);
  }
  checkExecutable(path: string): void {
    this.#launch.checkExecutable(path);
  }
  libcUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
    return this.#launch.userOfLibc(name);
  }
  libcGroup(name: string): number | undefined {
    return this.#launch.groupOfLibc(name);
  }
  hardLimit(resource: Resource): bigint {
    return this.#processes.hardLimit(resource);
  }
  setLimit(limit: Limit): void {
    this.#processes.setLimit(limit);
  }
  become({ path, argv, environment, keepsIgnored, limits }: Becoming): never {
    this.#processes.become(path, argv, environment, { softLimit: this.startSoftLimit, keepsIgnored, limits });
  }
}
