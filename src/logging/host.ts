/**
 * svlogd(8) on a kernel: standard input to log directories, one read and one write at a time.
 *
 * A directory is two machines (`rotation/machine.ts`, `rotation/processor.ts`), whose calls are made here,
 * and a stream (`stream.ts`), which turns a read into what is written. Every directory takes the whole of a
 * read before the next is made. One that cannot go on (a full disk, a processor that is not done) therefore
 * holds up the feeder and loses nothing; signals are heard all the while. Nothing to do is no system call.
 *
 * Differs on purpose from runit: the last line is kept when input ends or TERM comes in its midst, and gets
 * its newline; standard input stays as blocking as it was found.
 */
import { closedLog, isResting, type LogEvent, type LogState, step } from "../rotation/machine.ts";
import type { Call, How, Now, Process, Reply, Role, Say } from "../rotation/effects.ts";
import {
  idleProcessor,
  type ProcessorEvent,
  type ProcessorState,
  stepProcessor,
} from "../rotation/processor.ts";
import { CWD, type Fd, type Kernel, OPEN, SIGNAL, WOULD_BLOCK } from "../runtime/kernel.ts";
import { errnoText, printLine } from "../runtime/report.ts";
import { ERRNO, errnoOf, SysError } from "../sys/error.ts";
import { type Config, DEFAULT_CONFIG, parseConfig } from "./config.ts";
import { copyErrors, errorBytes, type ErrorText } from "./errors.ts";
import { latinText } from "./latin.ts";
import {
  type Arena,
  type Batch,
  beginBatch,
  endBatch,
  isMidLine,
  makeArena,
  makeBatch,
  MOST_PREFIX_BYTES,
} from "./lines.ts";
import { decisiveSize, endsWithLine, fitting, isFull, nextDeadline } from "./limits.ts";
import type { Options } from "./options.ts";
import { replaceBytes, replacementTable } from "./replacement.ts";
import { makeStamp, setStamp, type Stamp } from "./stamp.ts";
import {
  beginStream,
  configure,
  copyLines,
  endStream,
  makeStream,
  skipBatch,
  type Stream,
} from "./stream.ts";

const STDIN: Fd = 0;
const STDERR: Fd = 2;
/** A pipe holds as much (pipe(7)); a longer read gains nothing. */
const READ_BYTES = 65_536;
const ERROR_BYTES = 65_536;
const CONFIG_BYTES = 4096;
const NEWLINE = 0x0a;
const FATAL = 111;
/** epoll's timeout is a 32-bit number of milliseconds. */
const LONGEST_WAIT_MS = 0x7fff_ffff;
/** What a processor finds on descriptors besides 0 and 1. */
const STATE_FD: Fd = 4;
const NEWSTATE_FD: Fd = 5;

const FLAGS: { readonly [H in How]: number } = {
  directory: OPEN.read | OPEN.nonBlock,
  read: OPEN.read | OPEN.nonBlock,
  append: OPEN.write | OPEN.append | OPEN.create | OPEN.nonBlock,
  truncate: OPEN.write | OPEN.truncate | OPEN.create | OPEN.nonBlock,
};
/** Logs are made private and opened up when they are in use; what a processor writes is readable at once. */
const MODES: { readonly [H in How]: number } = { directory: 0, read: 0, append: 0o600, truncate: 0o644 };

/** reading; the last line is under way; waiting for processors; closing. */
type Phase = "reading" | "lastLine" | "processors" | "closing";

interface Directory {
  readonly name: string;
  readonly stream: Stream;
  /** The output area from its beginning, for writes that start there. */
  readonly area: Uint8Array<ArrayBuffer>;
  readonly fds: Map<Role, Fd>;
  readonly processorFds: Map<Role, Fd>;
  log: LogState;
  processor: ProcessorState;
  processorPid: number;
  config: Config;
  /** Bytes in `current`. */
  size: number;
  rotateAtMs: number;
  /** ALRM came, or the time is over. */
  rotates: boolean;
  /** To be opened, or closed and opened again. */
  reopens: boolean;
  /** It was not in use: what is under way is not for it. */
  joins: boolean;
}

/** What a logger asks of the kernel. */
export type LoggerKernel = Pick<
  Kernel,
  | "monotonicMs"
  | "wallNs"
  | "open"
  | "close"
  | "read"
  | "write"
  | "stat"
  | "rename"
  | "unlink"
  | "readDirectory"
  | "chmodFd"
  | "sync"
  | "lock"
  | "poll"
  | "spawn"
  | "reap"
  | "signals"
  | "nextSignal"
  | "watch"
  | "unwatch"
  | "wait"
  | "ready"
>;

/** Runs until input ends or TERM comes; returns the exit code. */
export function runLogger(kernel: LoggerKernel, options: Options): number {
  return new Logger(kernel, options).run();
}

class Logger {
  readonly #kernel: LoggerKernel;
  readonly #options: Options;
  readonly #arena: Arena;
  readonly #batch: Batch;
  readonly #input: Uint8Array<ArrayBuffer>;
  readonly #stamp: Stamp;
  readonly #replacements: Uint8Array | undefined;
  readonly #errors: ErrorText;
  readonly #directories: readonly Directory[];
  #signals: Fd = -1;
  #phase: Phase = "reading";
  /** No more input is wanted; `#completes`: but the rest of a line that has begun. */
  #ends = false;
  #completes = false;
  #canRead = false;
  /** Standard input is in the set of what is waited for; or is never, and always ready. */
  #watching = false;
  #alwaysReady = false;

  constructor(kernel: LoggerKernel, options: Options) {
    this.#kernel = kernel;
    this.#options = options;
    const { directories, lineBytes } = options;
    this.#arena = makeArena({ directories: directories.length, lineBytes, inputBytes: READ_BYTES });
    this.#batch = makeBatch(this.#arena);
    this.#input = this.#arena.bytes.subarray(this.#arena.inputAt, this.#arena.inputAt + READ_BYTES);
    this.#stamp = makeStamp(options.stamp);
    this.#replacements = replacementTable(options);
    const mostError = errorBytes(lineBytes, this.#stamp.bytes.length + MOST_PREFIX_BYTES);
    this.#errors = { bytes: new Uint8Array(ERROR_BYTES + mostError), fill: 0 };
    this.#directories = directories.map((name, index) => this.#directory(name, index));
  }

  #directory(name: string, index: number): Directory {
    const stream = makeStream(this.#arena, index);
    return {
      name,
      stream,
      area: this.#arena.bytes.subarray(stream.outputAt, stream.outputEnd),
      fds: new Map(),
      processorFds: new Map(),
      log: closedLog(name),
      processor: idleProcessor(name),
      processorPid: 0,
      config: DEFAULT_CONFIG,
      size: 0,
      rotateAtMs: Infinity,
      rotates: false,
      reopens: true,
      joins: true,
    };
  }

  run(): number {
    const { TERM, INT, QUIT, HUP, ALRM, CHLD } = SIGNAL;
    this.#signals = this.#kernel.signals([TERM, INT, QUIT, HUP, ALRM, CHLD]);
    this.#kernel.watch(this.#signals, "read");
    this.#keepLowDescriptors();
    for (;;) {
      const code = this.#settle();
      if (code !== undefined) return code;
      this.#wait();
    }
  }

  /** A processor gets descriptors up to 5: none of ours may lie there, or one would take another's place. */
  #keepLowDescriptors(): void {
    let fd = this.#kernel.open(CWD, "/", OPEN.read);
    while (fd < NEWSTATE_FD) fd = this.#kernel.open(CWD, "/", OPEN.read);
    if (fd > NEWSTATE_FD) this.#kernel.close(fd);
  }

  // What can be done without waiting

  /** Returns the exit code when all is over. */
  #settle(): number | undefined {
    for (const directory of this.#directories) if (directory.reopens) this.#reopen(directory);
    if (this.#phase !== "closing" && this.#directories.every(isGone)) {
      this.#print("fatal: no functional log directories.");
      return FATAL;
    }
    if (this.#phase === "reading") this.#settleReading();
    if (this.#phase === "lastLine" && this.#consume()) this.#enterProcessors();
    if (this.#phase === "processors" && this.#directories.every(hasIdleProcessor)) this.#enterClosing();
    return this.#phase === "closing" && this.#directories.every(isGone) ? 0 : undefined;
  }

  #settleReading(): void {
    this.#canRead = this.#consume();
    if (!this.#canRead || !this.#ends) return;
    this.#canRead = false;
    this.#phase = "lastLine";
    if (isMidLine(this.#batch)) this.#endLine();
  }

  /** The line that has begun gets what is there of its rest, and a newline. */
  #endLine(): void {
    let read = this.#completes ? this.#readToNewline() : 0;
    if (read === 0 || this.#input[read - 1] !== NEWLINE) this.#input[read++] = NEWLINE;
    this.#takeIn(read);
  }

  /** Byte by byte: what lies behind the newline is for whoever reads next. Never waits. */
  #readToNewline(): number {
    let read = 0;
    try {
      while (read < READ_BYTES - 1 && this.#kernel.poll(STDIN, "read", 0)) {
        if (this.#kernel.read(STDIN, this.#input.subarray(read, read + 1)) <= 0) break;
        if (this.#input[read++] === NEWLINE) break;
      }
    } catch (thrown) {
      this.#warn("unable to read standard input", errnoOf(thrown));
    }
    return read;
  }

  #enterProcessors(): void {
    this.#phase = "processors";
    for (const directory of this.#directories) this.#driveProcessor(directory, { kind: "leave" });
  }

  #enterClosing(): void {
    this.#phase = "closing";
    for (const directory of this.#directories) this.#close(directory);
  }

  /** Gives the batch to every directory; true when all have it, and all could take another. */
  #consume(): boolean {
    let all = true;
    for (const directory of this.#directories) {
      if (!isGone(directory) && !this.#pump(directory)) all = false;
    }
    if (!all) return false;
    if (this.#batch.end !== this.#arena.inputAt) this.#endBatch();
    for (const directory of this.#directories) {
      if (directory.rotates && !isGone(directory) && !this.#rotate(directory)) all = false;
      directory.rotates = false;
    }
    return all;
  }

  #endBatch(): void {
    for (const { stream } of this.#directories) endStream(stream, this.#batch);
    endBatch(this.#arena, this.#batch);
  }

  /** False when the directory has to wait: for time, or for its processor. */
  #pump(directory: Directory): boolean {
    for (;;) {
      if (directory.log.step !== "ready" || !this.#drain(directory)) return false;
      const { lineBytes } = this.#options;
      if (copyLines(this.#arena, this.#batch, directory.stream, lineBytes)) return this.#drain(directory);
    }
  }

  /** Writes what the output area holds, under the rules of size. */
  #drain(directory: Directory): boolean {
    const { stream, config } = directory;
    const { lineBytes } = this.#options;
    const wrote = stream.written < stream.fill;
    while (stream.written < stream.fill) {
      const going = isFull(config.sizeBytes, directory.size)
        ? this.#rotate(directory)
        : this.#write(directory);
      if (!going) return false;
    }
    stream.written = stream.fill = stream.outputAt;
    if (wrote && stream.endsLine && endsWithLine(config.sizeBytes, lineBytes, directory.size)) {
      this.#rotate(directory);
    }
    stream.limit = stream.outputAt + decisiveSize(config.sizeBytes, lineBytes) - directory.size;
    return directory.log.step === "ready";
  }

  #write(directory: Directory): boolean {
    const { stream, config } = directory;
    const count = fitting(config.sizeBytes, directory.size, stream.fill - stream.written);
    const from = stream.written === stream.outputAt
      ? directory.area
      : this.#arena.bytes.subarray(stream.written, stream.fill);
    let errno: number;
    try {
      const wrote = this.#kernel.write(descriptor(directory.fds, "current"), from, count);
      if (wrote >= 0) {
        stream.written += wrote;
        directory.size += wrote;
        return true;
      }
      errno = ERRNO.EAGAIN;
    } catch (thrown) {
      errno = errnoOf(thrown);
    }
    this.#drive(directory, { kind: "writeFailed", errno });
    return directory.log.step === "ready";
  }

  #rotate(directory: Directory): boolean {
    const processorBusy = !hasIdleProcessor(directory);
    this.#drive(directory, { kind: "rotate", size: directory.size, processorBusy });
    return directory.log.step === "ready";
  }

  // Opening and closing

  #reopen(directory: Directory): void {
    this.#close(directory);
    // A step of it is being tried again; this will be, too.
    if (directory.log.step !== "closed") return;
    if (directory.joins) skipBatch(directory.stream, this.#arena, this.#batch);
    directory.reopens = directory.joins = false;
    this.#drive(directory, { kind: "open", resumes: hasIdleProcessor(directory) });
    this.#driveProcessor(directory, { kind: "command", command: directory.config.processor });
  }

  #close(directory: Directory): void {
    if (directory.log.step === "closed" || !isResting(directory.log)) return;
    this.#inform(`close: ${directory.name}`);
    this.#drive(directory, { kind: "close" });
  }

  /** Reads `config`; what it says counts from here on. */
  #configure(directory: Directory): Reply {
    directory.config = DEFAULT_CONFIG;
    try {
      directory.config = this.#readConfig(directory);
    } finally {
      this.#applyConfig(directory);
    }
    const { keep, keepWhenFull, processor } = directory.config;
    return { limits: { keep, keepWhenFull, processed: processor !== "" } };
  }

  #applyConfig(directory: Directory): void {
    const { config } = directory;
    configure(directory.stream, config.rules, config.prefix, this.#stamp.bytes.length);
    for (const complaint of config.complaints) this.#print(`warning: ${complaint}`);
    directory.rotateAtMs = config.rotateSeconds > 0
      ? this.#kernel.monotonicMs() + config.rotateSeconds * 1000
      : Infinity;
  }

  #readConfig(directory: Directory): Config {
    let fd: Fd;
    try {
      fd = this.#kernel.open(descriptor(directory.fds, "directory"), "config", FLAGS.read);
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return DEFAULT_CONFIG;
      throw thrown;
    }
    try {
      this.#inform(`read: ${directory.name}/config`);
      return parseConfig(this.#readText(fd));
    } finally {
      this.#kernel.close(fd);
    }
  }

  #readText(fd: Fd): string {
    const piece = new Uint8Array(CONFIG_BYTES);
    let text = "";
    for (;;) {
      const read = this.#kernel.read(fd, piece);
      if (read <= 0) return text;
      text += latinText(piece, 0, read);
    }
  }

  // The machines

  #drive(directory: Directory, event: LogEvent): void {
    for (let next: LogEvent | undefined = event; next !== undefined;) {
      const answer = step(directory.log, next, this.#now());
      directory.log = answer.state;
      next = undefined;
      for (const effect of answer.effects) {
        if (effect.call === "say") this.#say(effect);
        else if (effect.call === "process") this.#startProcessor(directory, effect);
        else next = this.#call(directory, directory.fds, CWD, effect);
      }
    }
  }

  #startProcessor(directory: Directory, { label, final }: Process): void {
    const command = directory.config.processor;
    this.#driveProcessor(directory, { kind: "start", label, final, command });
  }

  #driveProcessor(directory: Directory, event: ProcessorEvent): void {
    const fds = directory.processorFds;
    for (let next: ProcessorEvent | undefined = event; next !== undefined;) {
      const answer = stepProcessor(directory.processor, next, this.#now());
      directory.processor = answer.state;
      next = undefined;
      for (const effect of answer.effects) {
        if (effect.call === "say") this.#say(effect);
        else if (effect.call !== "process") {
          next = this.#call(directory, fds, directory.fds.get("directory"), effect);
        }
      }
    }
    if (hasIdleProcessor(directory)) this.#drive(directory, { kind: "processorFree" });
  }

  /** Makes a call of a machine, and tells it what came of it. */
  #call(
    directory: Directory,
    fds: Map<Role, Fd>,
    base: Fd | undefined,
    call: Call,
  ): { kind: "done"; reply: Reply } | { kind: "failed"; errno: number } {
    try {
      return { kind: "done", reply: this.#perform(directory, fds, base, call) };
    } catch (thrown) {
      return { kind: "failed", errno: errnoOf(thrown) };
    }
  }

  #perform(directory: Directory, fds: Map<Role, Fd>, base: Fd | undefined, call: Call): Reply {
    const kernel = this.#kernel;
    switch (call.call) {
      case "open":
        fds.set(call.role, this.#open(directory, fds, base, call));
        if (call.role === "current") directory.size = directory.log.size;
        return {};
      case "lock":
        if (kernel.lock(descriptor(fds, call.role), false)) return {};
        throw new SysError({ call: "lock", errno: ERRNO.EAGAIN });
      case "configure":
        return this.#configure(directory);
      case "stat":
        return kernel.stat(descriptor(fds, "directory"), call.path);
      case "list":
        return { names: this.#list(descriptor(fds, "directory")) };
      case "sync":
        kernel.sync(descriptor(fds, call.role));
        return {};
      case "mode":
        kernel.chmodFd(descriptor(fds, call.role), call.mode);
        return {};
      case "close":
        kernel.close(descriptor(fds, call.role));
        fds.delete(call.role);
        return {};
      case "rename":
        kernel.rename(descriptor(fds, "directory"), call.from, call.to);
        return {};
      case "unlink":
        kernel.unlink(descriptor(fds, "directory"), call.path);
        return {};
      case "spawn":
        directory.processorPid = this.#spawn(fds, call.command);
        return {};
    }
  }

  /** While the log directory is closed its processor finds it by name. */
  #open(directory: Directory, fds: Map<Role, Fd>, base: Fd | undefined, call: Call & { call: "open" }): Fd {
    const { role, path, how } = call;
    if (role !== "directory") {
      return this.#kernel.open(descriptor(fds, "directory"), path, FLAGS[how], MODES[how]);
    }
    return base === undefined
      ? this.#kernel.open(CWD, directory.name, FLAGS[how])
      : this.#kernel.open(base, path, FLAGS[how]);
  }

  #list(directory: Fd): string[] {
    const fd = this.#kernel.open(directory, ".", OPEN.read | OPEN.directory);
    try {
      return this.#kernel.readDirectory(fd);
    } finally {
      this.#kernel.close(fd);
    }
  }

  #spawn(fds: Map<Role, Fd>, command: string): number {
    return this.#kernel.spawn({
      path: "/bin/sh",
      argv: ["sh", "-c", command],
      directoryFd: descriptor(fds, "directory"),
      stdin: descriptor(fds, "input"),
      stdout: descriptor(fds, "output"),
      others: [[STATE_FD, descriptor(fds, "state")], [NEWSTATE_FD, descriptor(fds, "newstate")]],
    });
  }

  // Waiting

  #wait(): void {
    this.#watchInput();
    const ready = this.#kernel.wait(this.#timeoutMs());
    let readable = this.#alwaysReady;
    let signalled = false;
    for (let i = 0; i < ready; i++) {
      const fd = this.#kernel.ready(i);
      if (fd === STDIN) readable = true;
      if (fd === this.#signals) signalled = true;
    }
    if (signalled) this.#takeSignals();
    this.#passTime();
    if (readable && this.#canRead && !this.#ends) this.#read();
  }

  /** Input is waited for only while it is wanted: it would be ready all the time. */
  #watchInput(): void {
    if (this.#canRead === this.#watching || this.#alwaysReady) return;
    this.#watching = this.#canRead;
    if (!this.#canRead) return this.#kernel.unwatch(STDIN);
    try {
      this.#kernel.watch(STDIN, "read");
    } catch (thrown) {
      this.#watching = false;
      // A file is always ready and cannot be waited for (epoll_ctl(2), EPERM).
      if (errnoOf(thrown) === ERRNO.EPERM) this.#alwaysReady = true;
      else this.#loseInput(errnoOf(thrown));
    }
  }

  #loseInput(errno: number): void {
    this.#warn("unable to read standard input", errno);
    this.#ends = true;
  }

  #timeoutMs(): number {
    if (this.#canRead && (this.#alwaysReady || this.#ends)) return 0;
    const atMs = Math.min(...this.#directories.map(deadlineMs));
    if (atMs === Infinity) return -1;
    return Math.min(Math.max(Math.ceil(atMs - this.#kernel.monotonicMs()), 0), LONGEST_WAIT_MS);
  }

  #passTime(): void {
    for (const directory of this.#directories) {
      if (directory.log.retryAtMs !== undefined) this.#drive(directory, { kind: "wake" });
      if (directory.processor.retryAtMs !== undefined) this.#driveProcessor(directory, { kind: "wake" });
      if (directory.rotateAtMs !== Infinity) this.#passPeriod(directory);
    }
  }

  #passPeriod(directory: Directory): void {
    const nowMs = this.#kernel.monotonicMs();
    if (nowMs < directory.rotateAtMs) return;
    directory.rotateAtMs = nextDeadline(directory.rotateAtMs, directory.config.rotateSeconds * 1000, nowMs);
    directory.rotates = directory.size > 0;
  }

  #takeSignals(): void {
    for (;;) {
      const signal = this.#kernel.nextSignal(this.#signals);
      if (signal === 0) return;
      // A logger stopped from a terminal closes its logs as well.
      if (signal === SIGNAL.TERM || signal === SIGNAL.INT || signal === SIGNAL.QUIT) this.#takeTerm();
      if (signal === SIGNAL.HUP) this.#takeHup();
      if (signal === SIGNAL.ALRM) this.#takeAlrm();
      if (signal === SIGNAL.CHLD) this.#takeChld();
    }
  }

  #takeTerm(): void {
    this.#inform("sigterm received.");
    this.#completes ||= !this.#ends;
    this.#ends = true;
  }

  #takeHup(): void {
    this.#inform("sighangup received.");
    if (this.#phase !== "reading" || this.#ends) return;
    for (const directory of this.#directories) {
      directory.joins = isGone(directory);
      directory.reopens = true;
    }
  }

  #takeAlrm(): void {
    this.#inform("sigalarm received.");
    for (const directory of this.#directories) directory.rotates = true;
  }

  #takeChld(): void {
    this.#inform("sigchild received.");
    for (let exit = this.#kernel.reap(); exit !== undefined; exit = this.#kernel.reap()) {
      const { pid, status } = exit;
      const directory = this.#directories.find(({ processorPid }) => processorPid === pid);
      if (directory === undefined) continue;
      directory.processorPid = 0;
      this.#driveProcessor(directory, { kind: "exited", status });
    }
  }

  // Input and messages

  #read(): void {
    let read: number;
    try {
      read = this.#kernel.read(STDIN, this.#input);
    } catch (thrown) {
      return this.#loseInput(errnoOf(thrown));
    }
    if (read === 0) this.#ends = true;
    else if (read !== WOULD_BLOCK) this.#takeIn(read);
  }

  /** Makes a batch of what was read. */
  #takeIn(read: number): void {
    const { lineBytes, stamp } = this.#options;
    if (stamp !== 0) setStamp(this.#stamp, this.#kernel.wallNs());
    beginBatch(this.#arena, this.#batch, read, lineBytes);
    if (this.#replacements !== undefined) {
      replaceBytes(this.#arena, this.#batch, this.#replacements, lineBytes);
    }
    for (const { stream } of this.#directories) beginStream(stream, this.#batch, this.#stamp.bytes);
    this.#copyErrors();
  }

  #copyErrors(): void {
    const selecting = this.#directories.filter((one) => !isGone(one) && one.config.errorRules.length > 0);
    if (selecting.length === 0) return;
    const streams = selecting.map(({ stream, config }) => ({ stream, rules: config.errorRules }));
    const { lineBytes } = this.#options;
    const flush = () => this.#printErrors();
    copyErrors(this.#arena, this.#batch, streams, this.#errors, lineBytes, flush);
    flush();
  }

  /** What cannot be printed is dropped: there is nobody to tell. */
  #printErrors(): void {
    const { bytes, fill } = this.#errors;
    this.#errors.fill = 0;
    try {
      for (let at = 0; at < fill;) {
        const wrote = this.#kernel.write(STDERR, bytes.subarray(at, fill));
        if (wrote === WOULD_BLOCK) this.#kernel.poll(STDERR, "write", -1);
        else at += wrote;
      }
    } catch (thrown) {
      errnoOf(thrown);
    }
  }

  #say(said: Say): void {
    if (said.kind === "info" && !this.#options.verbose) return;
    const reason = said.errno === undefined ? "" : `: ${errnoText(said.errno)}`;
    this.#print(`${said.kind}: ${said.text}${reason}`);
  }

  #inform(text: string): void {
    this.#say({ call: "say", kind: "info", text });
  }

  #warn(text: string, errno: number): void {
    this.#say({ call: "say", kind: "warning", text, errno });
  }

  #print(text: string): void {
    try {
      printLine(this.#kernel, STDERR, `svlogd: ${text}`);
    } catch (thrown) {
      errnoOf(thrown);
    }
  }

  #now(): Now {
    return { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
  }
}

function isGone(directory: Directory): boolean {
  return directory.log.step === "closed" && !directory.reopens;
}

function hasIdleProcessor(directory: Directory): boolean {
  return directory.processor.step === "idle";
}

/** When the directory next needs to hear of time. An empty log does not age. */
function deadlineMs(directory: Directory): number {
  return Math.min(
    directory.log.retryAtMs ?? Infinity,
    directory.processor.retryAtMs ?? Infinity,
    directory.size > 0 ? directory.rotateAtMs : Infinity,
  );
}

function descriptor(fds: ReadonlyMap<Role, Fd>, role: Role): Fd {
  const fd = fds.get(role);
  if (fd === undefined) throw new Error(`no descriptor for ${role}`);
  return fd;
}
