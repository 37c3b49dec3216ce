/**
 * The fleet's side of the conversation with svlogd and svlogfleet, played by the test's own process. That process is
 * the parent of both, listens where svlogd looks for a fleet, and passes connections on. A timer serves connections
 * while a test waits.
 */
import { CWD, type Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { join } from "@std/path";
import {
  decodeFrame,
  decodeReport,
  encodeMessage,
  fleetName,
  MOST_FRAME_BYTES,
  MOST_MESSAGE_BYTES,
  type Order,
  type Report,
} from "../../src/logging/joining.ts";
import { identityText } from "../../src/logging/identity.ts";
import { OPEN, WOULD_BLOCK } from "../../src/runtime/kernel.ts";
import type { LinuxKernel } from "../../src/runtime/linux.ts";
import { FLEET_CALLS, linuxKernel } from "../linux_kernel.ts";
import { bytesOf, byteString } from "../../src/sys/bytes.ts";
import { errnoOf, SysError } from "../../src/sys/error.ts";
import { isAlive, readText, signal } from "../processes.ts";
import { program } from "../program.ts";
import { eventually } from "../wait.ts";

const POLL_MS = 2;
const PATIENCE_MS = 2000;
/** The last signal for which a stand-in sets a trap, as a bit of a mask. */
const ALARM = 1n << 13n;

/** The end of a process as a shell tells it: its code, or 128 plus the signal. */
function shellCode(status: number): number {
  return (status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f);
}

/** Receives bytes. Returns 0 at the end, also if the other end was killed with unread bytes. */
function received(kernel: LinuxKernel, fd: Fd, into: Uint8Array<ArrayBuffer>): number {
  try {
    return kernel.receive(fd, into).length;
  } catch (thrown) {
    if (errnoOf(thrown) === ERRNO.ECONNRESET) return 0;
    throw thrown;
  }
}

/** A child of the fleet. */
export class Child {
  readonly kernel: LinuxKernel;
  readonly pid: number;
  #code: number | undefined;

  constructor(kernel: LinuxKernel, pid: number) {
    this.kernel = kernel;
    this.pid = pid;
  }

  /** True while the child runs. */
  get isAlive(): boolean {
    return this.#code === undefined && isAlive(this.pid);
  }

  /** Sends a signal, unless the child has been reaped. */
  signal(name: Deno.Signal): void {
    if (this.#code === undefined) signal(this.pid, name);
  }

  /** Waits for the child's end and reaps it. Returns its code, or 128 and the signal. */
  async ended(): Promise<number> {
    await eventually(`process ${this.pid} ends`, () => !this.isAlive);
    return this.#code ??= shellCode(this.kernel.waitFor(this.pid).status);
  }

  /** Kills the child and reaps it. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended();
  }

  /** Ends the child with TERM, and kills it if it does not end in time. */
  async terminate(): Promise<void> {
    this.signal("SIGTERM");
    await eventually(`process ${this.pid} ends`, () => !this.isAlive, PATIENCE_MS).catch(() => this.kill());
    await this.ended();
  }

  /** True when the child is a sh that stands in for a svlogd, with its traps set, and waits. */
  get standsIn(): boolean {
    const [name, option] = this.words;
    const status = readText(`/proc/${this.pid}/status`) ?? "";
    const caught = BigInt(`0x${/^SigCgt:\t(\w+)$/m.exec(status)?.[1] ?? "0"}`);
    return name === "sh" && option === "-c" && (caught & ALARM) !== 0n && /^State:\tS/m.test(status);
  }

  /** The child's command line, as proc(5) shows it. */
  get words(): readonly string[] {
    return (readText(`/proc/${this.pid}/cmdline`) ?? "").split("\0").slice(0, -1);
  }
}

/** A svlogfleet, with the reports that it has sent. */
export class FleetLogger extends Child {
  /** All reports so far, oldest first. */
  readonly reports: Report[] = [];
  /** Number of the svlogds that the fleet has passed to this logger. */
  joins = 0;
  #control: Fd;

  constructor(kernel: LinuxKernel, pid: number, control: Fd) {
    super(kernel, pid);
    this.#control = control;
  }

  /** Sends an order, with descriptors. */
  order(order: Order, descriptors: readonly Fd[] = []): void {
    if (order.do === "join") this.joins++;
    const bytes = encodeMessage(order);
    this.kernel.send(this.#control, bytes, bytes.length, descriptors);
  }

  /** Receives the reports that have arrived by now. */
  listen(): void {
    if (this.#control < 0) return;
    const into = new Uint8Array(MOST_MESSAGE_BYTES);
    for (;;) {
      const length = received(this.kernel, this.#control, into);
      if (length <= 0) return;
      const report = decodeReport(into, length);
      if (report === undefined) throw new Error(`no report: ${byteString(into, 0, length)}`);
      this.reports.push(report);
    }
  }

  /** Waits for a report. */
  async reported(report: Report): Promise<void> {
    const wanted = JSON.stringify(report);
    await eventually(`svlogfleet reports ${wanted}`, () => {
      this.listen();
      return this.reports.some((one) => JSON.stringify(one) === wanted);
    });
  }

  /** Closes the fleet's end, as if the fleet had died. */
  forsake(): void {
    if (this.#control >= 0) this.kernel.close(this.#control);
    this.#control = -1;
  }
}

/** The log pipe of a service. Like a fleet, the test holds both ends, so the pipe outlives its reader. */
export class Pipe {
  readonly kernel: LinuxKernel;
  readonly read: Fd;
  readonly #write: Fd;
  #open = true;

  constructor(kernel: LinuxKernel) {
    this.kernel = kernel;
    const { read, write } = kernel.pipe();
    this.read = read;
    this.#write = write;
    kernel.setNonBlocking(write, true);
  }

  /** Writes a text, and waits while the pipe is full. */
  async write(text: string): Promise<void> {
    for (let rest = bytesOf(text); rest.length > 0;) {
      const wrote = this.kernel.write(this.#write, rest);
      if (wrote !== WOULD_BLOCK) rest = rest.subarray(wrote);
      else await eventually("the pipe is read", () => this.kernel.poll(this.#write, "write", 0));
    }
  }

  /** Closes the writing end. */
  end(): void {
    if (this.#open) this.kernel.close(this.#write);
    this.#open = false;
  }

  /** Closes both ends. */
  close(): void {
    this.end();
    this.kernel.close(this.read);
  }
}

/** The logger's end of a connection, which the test plays. */
export class Connection {
  readonly #kernel: LinuxKernel;
  #fd: Fd;

  constructor(kernel: LinuxKernel, fd: Fd) {
    this.#kernel = kernel;
    this.#fd = fd;
  }

  /** Sends a text, with descriptors. */
  send(text: string, descriptors: readonly Fd[] = []): void {
    this.sendBytes(bytesOf(text), descriptors);
  }

  /** Sends bytes, with descriptors. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>, descriptors: readonly Fd[]): void {
    this.#kernel.send(this.#fd, bytes, bytes.length, descriptors);
  }

  /** True when bytes, or the end, have arrived. */
  isReadable(): boolean {
    return this.#kernel.poll(this.#fd, "read", 0);
  }

  /** Bytes that have arrived by now. Empty if there are none, undefined at the end. */
  receivedOrEnd(): string | undefined {
    const into = new Uint8Array(1000);
    const length = received(this.#kernel, this.#fd, into);
    return length === 0 ? undefined : byteString(into, 0, Math.max(length, 0));
  }

  /** Bytes that have arrived by now. Empty if there are none, and at the end. */
  received(): string {
    return this.receivedOrEnd() ?? "";
  }

  /** Closes the connection. */
  close(): void {
    if (this.#fd >= 0) this.#kernel.close(this.#fd);
    this.#fd = -1;
  }
}

/** A svlogd to start. */
export interface SvlogdPlan {
  readonly directory: string;
  readonly args: readonly string[];
  readonly stdin: Fd;
  /** Command in front of svlogd. The first word is a path. */
  readonly through?: readonly string[];
  readonly stderr?: Fd;
}

/** The fleet of a test, with all processes and descriptors that the test makes. */
export class FakeFleet {
  readonly kernel: LinuxKernel;
  readonly loggers: FleetLogger[] = [];
  /**
   * The fleet's answer to a child's connection: it passes the connection to a logger, leaves it waiting, or closes it
   * as if the fleet died.
   */
  answer: "join" | "wait" | "refuse" = "join";
  /** The logger that gets every svlogd, whatever its key; undefined: the key decides. */
  onlyLogger: FleetLogger | undefined;
  readonly #program: { readonly links: string };
  readonly #children: Child[] = [];
  readonly #pipes: Pipe[] = [];
  readonly #connections: Connection[] = [];
  readonly #places: Fd[] = [];
  readonly #byKey = new Map<string, FleetLogger>();
  readonly #waiting: Fd[] = [];
  readonly #errors: string;
  readonly errorsFd: Fd;
  readonly #listener: Fd;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(kernel: LinuxKernel, links: string, errors: string) {
    this.kernel = kernel;
    this.#program = { links };
    this.#errors = errors;
    this.errorsFd = this.kernel.open(CWD, errors, OPEN.write | OPEN.append | OPEN.create, 0o644);
    this.#listener = this.kernel.listenAbstract(fleetName(Deno.pid));
    this.#timer = setInterval(() => this.#serve(), POLL_MS);
  }

  /**
   * Makes a fleet and a directory for `use`. Afterwards ends every process, closes every descriptor, and removes the
   * directory.
   */
  static async use(use: (fleet: FakeFleet, directory: string) => Promise<void>): Promise<void> {
    const { links } = await program();
    const directory = await Deno.makeTempDir({ prefix: "denit-fleet-" });
    await Deno.chmod(directory, 0o755);
    const kernel = await linuxKernel(new Set(FLEET_CALLS), { args: [], longLived: true });
    const fleet = new FakeFleet(kernel, links, join(directory, "errors"));
    try {
      await use(fleet, directory);
    } catch (error) {
      console.error(fleet.errors);
      throw error;
    } finally {
      await fleet.#end();
      await Deno.remove(directory, { recursive: true });
    }
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer);
    for (const fd of [this.#listener, this.errorsFd, ...this.#waiting]) this.kernel.close(fd);
    // End the loggers in order, so that they remove their journals, too.
    for (const logger of this.loggers) logger.signal("SIGTERM");
    for (const logger of this.loggers) await logger.ended();
    for (const child of this.#children) await child.terminate();
    for (const logger of this.loggers) logger.forsake();
    for (const fd of this.#places) this.kernel.close(fd);
    for (const pipe of this.#pipes) pipe.close();
    for (const connection of this.#connections) connection.close();
  }

  /** Number of connections that wait for an answer. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** All output of the children on standard error. */
  get errors(): string {
    return readText(this.#errors) ?? "";
  }

  /** A descriptor of a directory, opened with O_PATH. */
  place(path: string): Fd {
    const fd = this.kernel.open(CWD, path, OPEN.path | OPEN.directory);
    this.#places.push(fd);
    return fd;
  }

  /** A log pipe, which is closed at the end. */
  pipe(): Pipe {
    const pipe = new Pipe(this.kernel);
    this.#pipes.push(pipe);
    return pipe;
  }

  /** Starts a svlogd as a child of the fleet. */
  svlogd({ directory, args, stdin, through = [], stderr = this.errorsFd }: SvlogdPlan): Child {
    const argv = [...through, join(this.#program.links, "svlogd"), ...args];
    const place = this.kernel.open(CWD, directory, OPEN.path | OPEN.directory);
    try {
      const path = argv[0] ?? "";
      const pid = this.kernel.spawn({ path, argv, directoryFd: place, stdin, stdout: stderr, stderr });
      const child = new Child(this.kernel, pid);
      this.#children.push(child);
      return child;
    } finally {
      this.kernel.close(place);
    }
  }

  /** Makes a connection: the logger's end, and the end that a program gets as descriptor 3. */
  connection(): { readonly ours: Connection; readonly theirs: Fd } {
    const name = `denit/test/${Deno.pid}/connection`;
    const listener = this.kernel.listenAbstract(name);
    try {
      const theirs = this.kernel.connectAbstract(name);
      const ours = new Connection(this.kernel, this.kernel.accept(listener) ?? -1);
      this.#connections.push(ours);
      return { ours, theirs };
    } finally {
      this.kernel.close(listener);
    }
  }

  /** Starts a program with a connection on descriptor 3. */
  connected(path: string, argv: readonly string[]): { readonly child: Child; readonly logger: Connection } {
    const { ours, theirs } = this.connection();
    this.kernel.setNonBlocking(theirs, false);
    const [stdout, stderr] = [this.errorsFd, this.errorsFd];
    const pid = this.kernel.spawn({ path, argv, stdout, stderr, others: [[3, theirs]] });
    this.kernel.close(theirs);
    const child = new Child(this.kernel, pid);
    this.#children.push(child);
    return { child, logger: ours };
  }

  /** Starts a svlogfleet. `identity` is UID:GID:GROUPS, or `own` for the logger of the tree. */
  logger(identity: string): FleetLogger {
    const [ours, theirs] = this.kernel.socketPair();
    try {
      const pid = this.kernel.spawn({
        path: join(this.#program.links, "svlogfleet"),
        argv: ["svlogfleet", identity],
        stdout: this.errorsFd,
        stderr: this.errorsFd,
        others: [[3, theirs]],
      });
      const logger = new FleetLogger(this.kernel, pid, ours);
      this.loggers.push(logger);
      return logger;
    } finally {
      this.kernel.close(theirs);
    }
  }

  #serve(): void {
    for (let fd = this.#accept(); fd !== undefined; fd = this.#accept()) this.#waiting.push(fd);
    if (this.answer === "refuse") { for (const fd of this.#waiting.splice(0)) this.kernel.close(fd); }
    if (this.answer === "join") { for (const fd of this.#waiting.splice(0)) this.#pass(fd); }
    for (const logger of this.loggers) logger.listen();
  }

  #accept(): Fd | undefined {
    return this.kernel.accept(this.#listener);
  }

  #pass(fd: Fd): void {
    try {
      if (!this.#passed(fd)) return void this.#waiting.push(fd);
    } catch (thrown) {
      // The svlogd that asks, or the logger that was to take it, has just been killed.
      if (!(thrown instanceof SysError)) throw thrown;
    }
    this.kernel.close(fd);
  }

  /** Passes a svlogd to a logger. Returns false if the svlogd has not asked yet. */
  #passed(fd: Fd): boolean {
    const peer = this.kernel.peer(fd);
    const into = new Uint8Array(MOST_FRAME_BYTES);
    const { length } = this.kernel.receive(fd, into, true);
    if (length === WOULD_BLOCK) return false;
    const joining = decodeFrame(into, length);
    if (joining !== undefined && this.#children.some(({ pid }) => pid === peer.pid)) {
      const logger = this.onlyLogger ??
        this.#loggerOf(`${identityText(peer)} ${joining.key}`, identityText(peer));
      logger.order({ do: "join", pid: peer.pid }, [fd]);
    }
    return true;
  }

  #loggerOf(key: string, identity: string): FleetLogger {
    const known = this.#byKey.get(key);
    if (known?.isAlive === true) return known;
    const logger = this.logger(identity);
    this.#byKey.set(key, logger);
    return logger;
  }
}
