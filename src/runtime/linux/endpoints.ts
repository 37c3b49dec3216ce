/** The real `Sockets`, `Datagrams`, `Terminals` and `Memory`: parts of `sys` that only some applets read in. */
import type { Fd } from "../../posix/descriptor.ts";
import type { DatagramCalls } from "../../sys/datagrams.ts";
import type { FileCalls } from "../../sys/files.ts";
import type { Bound } from "../../sys/libc.ts";
import type { MemoryCalls } from "../../sys/memory.ts";
import type { ReadinessCalls } from "../../sys/readiness.ts";
import type { SocketCalls } from "../../sys/sockets.ts";
import type { SymbolName } from "../../sys/symbols.ts";
import type { TerminalCalls } from "../../sys/terminal.ts";
import type { Datagrams, Memory, Peer, Received, Sockets, Terminals } from "../kernel.ts";
import { absent, type Parts } from "../parts.ts";
import { LinuxReadiness } from "./readiness.ts";

/** Address space of a logger for what it reads: four thousand feeds. Only what is touched takes memory. */
const REGION_BYTES = 1 << 29;

/** Files and waiting, and besides: sockets, terminals, mapped memory. */
export class LinuxEndpoints extends LinuxReadiness implements Sockets, Datagrams, Terminals, Memory {
  readonly #sockets: SocketCalls;
  readonly #datagrams: DatagramCalls;
  readonly #terminal: TerminalCalls;
  readonly #memory: MemoryCalls;

  /** `parts` are those that `symbols` belong to; a call of another one throws an Error. */
  constructor(
    calls: { readonly files: FileCalls; readonly readiness: ReadinessCalls },
    bound: Bound,
    symbols: ReadonlySet<SymbolName>,
    { datagrams, sockets, terminal, memory }: Parts,
  ) {
    super(calls.files, calls.readiness);
    const hasMessages = symbols.has("sendmsg") || symbols.has("recvmsg");
    const regionBytes = symbols.has("splice") ? REGION_BYTES : 0;
    this.#datagrams = datagrams === undefined ? absent("datagrams") : new datagrams(bound);
    this.#sockets = sockets === undefined ? absent("sockets") : new sockets(bound, hasMessages);
    this.#terminal = terminal === undefined ? absent("terminal") : new terminal(bound, symbols.has("ioctl"));
    this.#memory = memory === undefined ? absent("memory") : new memory(bound, regionBytes);
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
  datagramSocket(): Fd {
    return this.#datagrams.socket();
  }
  sendTo(fd: Fd, from: Uint8Array<ArrayBuffer>, length: number, host: number, port: number): number {
    return this.#datagrams.sendTo(fd, from, length, host, port);
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
}
