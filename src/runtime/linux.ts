/** The real `Kernel`: libc through `sys`, put together for one applet. */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { abiOf } from "../sys/abi.ts";
import type { DatagramCalls } from "../sys/datagrams.ts";
import type { ConfinementCalls } from "../sys/confinement.ts";
import { FileCalls } from "../sys/files.ts";
import type { LaunchCalls } from "../sys/launch.ts";
import { argumentMemory, bindLibc, startEnvironment } from "../sys/libc.ts";
import type { MemoryCalls } from "../sys/memory.ts";
import type { ProgramPages } from "../sys/program_pages.ts";
import type { OtherProcesses } from "../sys/others.ts";
import type { ProcessCalls } from "../sys/processes.ts";
import { ReadinessCalls } from "../sys/readiness.ts";
import type { SocketCalls } from "../sys/sockets.ts";
import type { SymbolName } from "../sys/symbols.ts";
import type { TerminalCalls } from "../sys/terminal.ts";
import {
  type Allowed,
  type Becoming,
  type Change,
  type EndedChild,
  type FileStat,
  type Held,
  type Interest,
  type Kernel,
  type Launching,
  type Limit,
  type LocalTime,
  OPEN,
  type Peer,
  type ProcessFacts,
  type ProcessLinks,
  type Received,
  type Resource,
  type SpawnRequest,
  type Terminals,
} from "./kernel.ts";
import { byteString } from "../sys/bytes.ts";
import { SysError } from "../sys/error.ts";
import { absent, type Parts } from "./parts.ts";

/** More than any fleet needs: 100,000 services with loggers hold 10 descriptors each. */
const MOST_DESCRIPTORS = 1 << 20;

/** Address space of a logger for what it reads: four thousand feeds. Only what is touched takes memory. */
const REGION_BYTES = 1 << 29;

/** For variables that come in besides: the kernel takes 6 MiB of arguments and variables at most (execve(2)). */
const LAUNCH_ROOM = 6 << 20;

/** What a process was started with, or what a launcher before leaves to this applet. */
export interface StartState {
  readonly environment: readonly string[];
  readonly softLimit: number | undefined;
  /** What the life before this one had to say. */
  readonly word?: string;
}

/** What a kernel is for. */
export interface Use {
  readonly args: readonly string[];
  readonly longLived: boolean;
  /** Becomes another program with an environment of its own making. */
  readonly launches?: boolean;
  /** Absent: looked for in this process. */
  readonly startState?: StartState | undefined;
  /** Of a process that may execute itself again. */
  readonly again?: { readonly path: string; readonly argv: readonly string[] } | undefined;
}

/**
 * Names that the sh head of the script form adds to the environment stand in DENIT_HEAD, with the descriptor
 * limit it was started with; a service must see neither.
 */
const HEAD = "DENIT_HEAD=";
/** Also there: what one life of a process tells the next. */
const LIFE = "life=";

export class LinuxKernel implements Kernel, Launching, Terminals {
  /** Empty where neither `environ` is bound nor what starts programs. */
  readonly environment: readonly string[];
  readonly lastArgument: Uint8Array | undefined;
  readonly #files: FileCalls;
  readonly #processes: ProcessCalls;
  readonly #others: OtherProcesses;
  readonly #readiness: ReadinessCalls;
  readonly #sockets: SocketCalls;
  readonly #confinement: ConfinementCalls;
  readonly #launch: LaunchCalls;
  readonly #terminal: TerminalCalls;
  readonly #memory: MemoryCalls;
  readonly #programPages: ProgramPages | undefined;
  readonly #datagrams: DatagramCalls;
  readonly #startEnvironment: readonly string[];
  readonly again: { readonly path: string; readonly argv: readonly string[] } | undefined;
  readonly wordOfLastLife: string;
  /** The descriptor limit before the script form's deno raised it; undefined where nobody did. */
  readonly startSoftLimit: number | undefined;

  /**
   * Binds `symbols`; needs the ffi permission. `args` is the longest command line that will be executed. For a
   * process that is `longLived` calls are made quicker at the cost of its start. `parts`: those of `symbols` (partsOf).
   */
  constructor(
    symbols: ReadonlySet<SymbolName>,
    { args, longLived, launches = false, startState, again }: Use,
    parts: Parts,
  ) {
    const starts = symbols.has("posix_spawn") || symbols.has("execve");
    const reads = starts || symbols.has("environ");
    const bound = bindLibc(reads ? new Set([...symbols, "environ"]) : symbols, longLived);
    const last = args.at(-1);
    this.lastArgument = last !== undefined && symbols.has("program_invocation_name")
      ? argumentMemory(bound.c, last)
      : undefined;
    const abi = abiOf(Deno.build.arch);
    this.#startEnvironment = reads && startState === undefined ? startEnvironment(bound.c) : [];
    const { environment, softLimit, word = "" } = startState ?? withoutHead(this.#startEnvironment);
    this.environment = environment;
    this.startSoftLimit = softLimit;
    this.again = again;
    this.wordOfLastLife = word;
    this.#files = new FileCalls(bound, abi);
    const starting = { environment: this.environment, args, room: launches ? LAUNCH_ROOM : 0 };
    this.#processes = parts.processes === undefined
      ? absent("processes")
      : new parts.processes(bound, starts ? starting : undefined);
    this.#readiness = new ReadinessCalls(bound, abi);
    const hasMessages = symbols.has("sendmsg") || symbols.has("recvmsg");
    const hasRegion = symbols.has("splice");
    const { others, datagrams, sockets, confinement, launch, terminal, memory, programPages } = parts;
    this.#others = others === undefined ? absent("others") : new others(bound, this.#files);
    this.#datagrams = datagrams === undefined ? absent("datagrams") : new datagrams(bound);
    this.#sockets = sockets === undefined ? absent("sockets") : new sockets(bound, hasMessages);
    this.#confinement = confinement === undefined ? absent("confinement") : new confinement(bound);
    this.#launch = launch === undefined ? absent("launch") : new launch(bound);
    this.#terminal = terminal === undefined ? absent("terminal") : new terminal(bound, symbols.has("ioctl"));
    this.#memory = memory === undefined ? absent("memory") : new memory(bound, hasRegion ? REGION_BYTES : 0);
    this.#programPages = programPages && new programPages(bound);
  }

  monotonicMs(): number {
    return this.#readiness.monotonicMs();
  }
  wallNs(): bigint {
    return this.#readiness.wallNs();
  }
  readWall(into: { seconds: number; nanoseconds: number }): void {
    this.#readiness.readWall(into);
  }

  localTime(second: bigint): LocalTime | undefined {
    return this.#readiness.localTime(second);
  }
  pause(ms: number): void {
    this.#readiness.pause(ms);
  }

  open(dir: Fd, path: string, flags: number, mode?: number): Fd {
    return this.#files.open(dir, path, flags, mode);
  }
  close(fd: Fd): void {
    this.#files.close(fd);
  }
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number {
    return this.#files.read(fd, into);
  }
  readAt(fd: Fd, into: Uint8Array<ArrayBuffer>, at: number): number {
    return this.#files.readAt(fd, into, at);
  }
  write(fd: Fd, from: Uint8Array<ArrayBuffer>, length = from.length): number {
    return this.#files.write(fd, from, length);
  }
  stat(dir: Fd, path: string, followLink?: boolean): FileStat {
    return this.#files.stat(dir, path, followLink);
  }
  statFd(fd: Fd): FileStat {
    return this.#files.statFd(fd);
  }
  mkdir(dir: Fd, path: string, mode: number): void {
    this.#files.mkdir(dir, path, mode);
  }
  mkfifo(dir: Fd, path: string, mode: number): void {
    this.#files.mkfifo(dir, path, mode);
  }
  rename(dir: Fd, from: string, to: string): void {
    this.#files.rename(dir, from, to);
  }
  unlink(dir: Fd, path: string): void {
    this.#files.unlink(dir, path);
  }
  symlink(target: string, dir: Fd, path: string): void {
    this.#files.symlink(target, dir, path);
  }
  readLink(dir: Fd, path: string): string {
    return this.#files.readLink(dir, path);
  }
  readDirectory(fd: Fd): string[] {
    return this.#files.readDirectory(fd);
  }
  chmodFd(fd: Fd, mode: number): void {
    this.#files.chmodFd(fd, mode);
  }
  chmod(dir: Fd, path: string, mode: number): void {
    this.#files.chmod(dir, path, mode);
  }
  sync(fd: Fd): void {
    this.#files.sync(fd);
  }
  truncate(fd: Fd, size: number): void {
    this.#files.truncate(fd, size);
  }
  lock(fd: Fd, wait: boolean): boolean {
    return this.#files.lock(fd, wait);
  }
  holdOpen(fd: Fd): Held | undefined {
    return this.#files.holdOpen(fd);
  }
  letGo(held: Held): void {
    this.#files.letGo(held);
  }
  pipe(): { readonly read: Fd; readonly write: Fd } {
    return this.#files.pipe();
  }
  setNonBlocking(fd: Fd, on: boolean): void {
    this.#files.setNonBlocking(fd, on);
  }
  duplicate(from: Fd, to: Fd): void {
    this.#files.duplicate(from, to);
  }
  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    return this.#files.poll(fd, interest, timeoutMs);
  }
  changeDirectory(fd: Fd): void {
    this.#files.changeDirectory(fd);
  }
  closeOnExec(from: Fd): void {
    this.#files.closeOnExec(from);
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
  hasFileSizeLimit(): boolean {
    return this.#processes.hasFileSizeLimit();
  }
  userId(): number {
    return this.#processes.userId();
  }

  get architecture(): string {
    return Deno.build.arch;
  }
  settings(fd: Fd, bytes: number): Uint8Array<ArrayBuffer> {
    return this.#terminal.settings(fd, bytes);
  }
  setSettings(fd: Fd, record: Uint8Array<ArrayBuffer>): void {
    this.#terminal.setSettings(fd, record);
  }
  discard(fd: Fd, queue: "input" | "both"): void {
    this.#terminal.discard(fd, queue);
  }
  unsent(fd: Fd): number {
    return this.#terminal.unsent(fd);
  }
  sessionOf(fd: Fd): number | undefined {
    return this.#terminal.sessionOf(fd);
  }
  controlTerminal(fd: Fd): void {
    this.#terminal.control(fd);
  }
  setForeground(fd: Fd, group: number): void {
    this.#terminal.setForeground(fd, group);
  }
  letTerminalGo(fd: Fd): void {
    this.#terminal.letGo(fd);
  }
  session(): number {
    return this.#terminal.session();
  }
  isReadWrite(fd: Fd): boolean {
    return this.#terminal.isReadWrite(fd);
  }
  terminalPath(fd: Fd): string {
    return this.#terminal.nameOf(fd);
  }
  changeOwner(fd: Fd, uid: number, gid: number): void {
    this.#terminal.changeOwner(fd, uid, gid);
  }
  copyOf(fd: Fd): Fd {
    return this.#terminal.copy(fd);
  }
  systemNames(): readonly string[] {
    return this.#terminal.names();
  }
  lockRecords(fd: Fd): boolean {
    return this.#terminal.lockRecords(fd);
  }
  writeAt(fd: Fd, bytes: Uint8Array<ArrayBuffer>, at: number): void {
    this.#files.writeAt(fd, bytes, at);
  }

  get region(): Uint8Array<ArrayBuffer> {
    return this.#memory.region;
  }
  get regionMemory(): WebAssembly.Memory | undefined {
    return this.#memory.regionMemory;
  }
  mapFile(fd: Fd, at: number, length: number): void {
    this.#memory.mapFile(fd, at, length);
  }
  unmapFile(at: number, length: number): void {
    this.#memory.unmapFile(at, length);
  }
  allocate(fd: Fd, length: number): void {
    this.#memory.allocate(fd, length);
  }
  splice(pipe: Fd, file: Fd, offset: Uint8Array<ArrayBuffer>, length: number): number {
    return this.#memory.splice(pipe, file, offset, length);
  }

  datagramSocket(): Fd {
    return this.#datagrams.socket();
  }
  sendTo(fd: Fd, from: Uint8Array<ArrayBuffer>, length: number, host: number, port: number): number {
    return this.#datagrams.sendTo(fd, from, length, host, port);
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
  /** execve(2) with the mask as it is and the environment as it was found; comes back only by throwing. */
  executeAgain(path: string, argv: readonly string[]): never {
    this.#processes.execute(path, argv, this.#startEnvironment);
  }
  ownCommandLine(): string[] {
    const fd = this.open(CWD, "/proc/self/cmdline", OPEN.read);
    const bytes = new Uint8Array(1 << 21);
    let length = 0;
    for (let n = this.read(fd, bytes); n > 0; n = this.read(fd, bytes.subarray(length))) length += n;
    this.close(fd);
    return byteString(bytes, 0, length).split("\0").slice(0, -1);
  }

  bootNs(): bigint {
    return this.#readiness.bootNs();
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

  /** Under `deno run` it is deno that is executed, with the script it was given: sh would reap our children. */
  startAgain(word: string): never {
    const { again } = this;
    if (again === undefined) throw new SysError({ call: "exec", errno: ERRNO.ENOENT });
    if (Deno.build.standalone) {
      return this.#processes.executeAgain(again.path, again.argv, withWord(this.environment, word));
    }
    const environment = withWord(this.#startEnvironment, word);
    this.#processes.executeAgain("/proc/self/exe", this.ownCommandLine(), environment);
  }

  watch(fd: Fd, interest: Interest): void {
    this.#readiness.watch(fd, interest);
  }
  unwatch(fd: Fd): void {
    this.#readiness.unwatch(fd);
  }
  wait(timeoutMs: number): number {
    return this.#readiness.wait(timeoutMs);
  }
  ready(i: number): Fd {
    return this.#readiness.ready(i);
  }
  signals(signals: readonly number[]): Fd {
    return this.#readiness.signals(signals);
  }
  nextSignal(fd: Fd): number {
    return this.#readiness.nextSignal(fd);
  }
  changes(): Fd {
    return this.#readiness.changes();
  }
  addChangeWatch(fd: Fd, path: string, mask: number): number {
    return this.#readiness.addChangeWatch(fd, path, mask);
  }
  removeChangeWatch(fd: Fd, watch: number): void {
    this.#readiness.removeChangeWatch(fd, watch);
  }
  readChanges(fd: Fd): Change[] {
    return this.#readiness.readChanges(fd);
  }

  socketPair(): readonly [Fd, Fd] {
    return this.#sockets.pair();
  }
  listenAbstract(name: string): Fd {
    return this.#sockets.listen(name);
  }
  accept(fd: Fd): Fd | undefined {
    return this.#sockets.accept(fd);
  }
  connectAbstract(name: string): Fd {
    return this.#sockets.connect(name);
  }
  peer(fd: Fd): Peer {
    return this.#sockets.peer(fd);
  }
  send(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, descriptors: readonly Fd[]): number {
    return this.#sockets.send(fd, bytes, length, descriptors);
  }
  receive(fd: Fd, into: Uint8Array<ArrayBuffer>, peek = false): Received {
    return this.#sockets.receive(fd, into, peek);
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

  /** As execve(2) makes a process look that goes on under another name. */
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
  takeOn(uid: number, gid: number, groups: readonly number[]): void {
    this.#confinement.takeOn(uid, gid, groups);
  }
  closeOpen(fd: Fd): void {
    this.#files.closeOpen(fd);
  }
  handOn(fd: Fd): void {
    this.#files.duplicate(fd, fd);
  }
  isHandedOn(fd: Fd): boolean {
    return this.#files.isHandedOn(fd);
  }
  checkExecutable(path: string): void {
    this.#launch.checkExecutable(path);
  }
  removeDirectory(dir: Fd, path: string): void {
    this.#files.removeDirectory(dir, path);
  }
  hardLimit(resource: Resource): bigint {
    return this.#processes.hardLimit(resource);
  }
  setLimit(limit: Limit): void {
    this.#processes.setLimit(limit);
  }
  libcUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
    return this.#launch.userOfLibc(name);
  }
  libcGroup(name: string): number | undefined {
    return this.#launch.groupOfLibc(name);
  }
  become({ path, argv, environment, keepsIgnored, limits }: Becoming): never {
    this.#processes.become(path, argv, environment, { softLimit: this.startSoftLimit, keepsIgnored, limits });
  }

  /** Whether a signal is blocked in this thread, as after a start through `env --block-signal`. */
  isBlocked(signal: number): boolean {
    return this.#readiness.isBlocked(signal);
  }
  block(signals: readonly number[]): void {
    this.#readiness.block(signals);
  }
  /** In this thread. */
  unblockAll(): void {
    this.#readiness.unblockAll();
  }
}

/** The environment with `word` for the next life. */
function withWord(entries: readonly string[], word: string): readonly string[] {
  const head = entries.find((entry) => entry.startsWith(HEAD)) ?? HEAD;
  const words = head.slice(HEAD.length).split(" ").filter((one) => one !== "" && !one.startsWith(LIFE));
  return [...entries.filter((entry) => entry !== head), `${HEAD}${[...words, LIFE + word].join(" ")}`];
}

function withoutHead(entries: readonly string[]): StartState {
  const head = entries.find((entry) => entry.startsWith(HEAD));
  if (head === undefined) return { environment: entries, softLimit: undefined, word: "" };
  const words = head.slice(HEAD.length).split(" ");
  const word = words.find((one) => one.startsWith(LIFE))?.slice(LIFE.length) ?? "";
  const limit = words.find((word) => word.startsWith("nofile="))?.slice("nofile=".length);
  const softLimit = limit !== undefined && /^[0-9]+$/.test(limit) ? Number(limit) : undefined;
  const added = new Set([...words, HEAD.slice(0, -1)]);
  return {
    environment: entries.filter((entry) => !added.has(entry.slice(0, entry.indexOf("=")))),
    softLimit,
    word,
  };
}
