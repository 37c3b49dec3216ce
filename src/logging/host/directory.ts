/**
 * One log directory of a feed: two machines (`rotation/machine.ts`, `rotation/processor.ts`; or for a script of
 * multilog(8) only `rotation/multilog.ts`), whose calls are made here, and a stream (`stream.ts`), which turns a read
 * into what is written.
 */
import type { Now } from "../../time/now.ts";
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { builtinProcessor } from "../../rotation/builtin_processor.ts";
import {
  type Call,
  type Descriptors,
  type How,
  type ProcessLog,
  type Reply,
  type Role,
  type Say,
} from "../../rotation/effects.ts";
import { isNoRoom } from "../../rotation/log_room.ts";
import { canClose } from "../../rotation/machine.ts";
import { type LogEvent } from "../../rotation/orders.ts";
import { isOldLog } from "../../rotation/names.ts";
import {
  idleProcessor,
  type ProcessorEvent,
  type ProcessorState,
  stepProcessor,
} from "../../rotation/processor.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { type Accounts, markerText, noAccounts, parseStatus, statusText } from "../accounts.ts";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import type { Dialect } from "../dialect.ts";
import { latinBytes, latinText } from "../latin.ts";
import type { Ledger } from "../ledger.ts";
import { decisiveSize, endsWithLine, fitting, isFull, nextDeadline } from "../limits.ts";
import { type Arena, type Batch, restAt } from "../lines.ts";
import type { LogMachine } from "../log_machine.ts";
import { type Forwarding, type Position, Stream } from "../stream.ts";
import type { DatagramSender } from "./datagrams.ts";

const CONFIG_BYTES = 4096;
/** The status file of a log that is written to is at most so old. */
const STATUS_AGE_MS = 30_000;
const STATUS_MODE = 0o644;
/** Of a directory that multilog(8) makes. */
export const DIRECTORY_MODE = 0o700;
/** What a processor finds on descriptors besides 0 and 1. */
const STATE_FD: Fd = 4;
export const NEWSTATE_FD: Fd = 5;

const FLAGS: { readonly [H in How]: number } = {
  directory: OPEN.read | OPEN.nonBlock,
  read: OPEN.read | OPEN.nonBlock,
  append: OPEN.write | OPEN.append | OPEN.create | OPEN.nonBlock,
  truncate: OPEN.write | OPEN.truncate | OPEN.create | OPEN.nonBlock,
};
/** Logs are made private and opened up when they are in use; what a processor writes is readable at once. */
const MODES: { readonly [H in How]: number } = { directory: 0, read: 0, append: 0o600, truncate: 0o644 };

export type DirectoryKernel = Pick<
  Kernel,
  | "monotonicMs"
  | "wallNs"
  | "readWall"
  | "open"
  | "close"
  | "read"
  | "write"
  | "stat"
  | "statFd"
  | "mkdir"
  | "rename"
  | "unlink"
  | "readDirectory"
  | "chmodFd"
  | "sync"
  | "truncate"
  | "lock"
  | "spawn"
>;

/** What a directory has of its feed. */
export interface DirectoryOwner {
  readonly kernel: DirectoryKernel;
  /** Names of directories are relative to it. */
  readonly base: Fd;
  readonly arena: Arena;
  /** The output area from its beginning, for writes that start there. */
  readonly area: Uint8Array<ArrayBuffer>;
  readonly batch: Batch;
  readonly ledger: Ledger;
  /** Where positions of the ledger are counted from. */
  readonly ledgerAt: number;
  readonly lineBytes: number;
  /** A log is over with a line that ends so close to its size. */
  readonly marginBytes: number;
  /** What svlogd(8) and multilog(8) do differently. */
  readonly dialect: Dialect;
  readonly stampBytes: number;
  /** Where it is given, `config` files are not read. */
  readonly config: Config | undefined;
  /** denit's own program; undefined where sh is to run every processor. */
  readonly program: string | undefined;
  /** Absent where nothing may be sent. */
  readonly datagrams: DatagramSender | undefined;
  /** What the text of a file `config` says. */
  configOf(text: string): Config;
  /** The stamp of now. */
  stampNow(): Uint8Array;
  say(said: Say): void;
}

export class LogDirectory {
  readonly name: string;
  readonly stream: Stream;
  processorPid = 0;
  config: Config = DEFAULT_CONFIG;
  /** ALRM came, or the time is over. */
  rotates = false;
  /** To be opened, or closed and opened again. */
  reopens = true;
  /** It was not in use: what is under way is not for it. */
  joins = true;
  /** Its record in the ledger; undefined while it has none. */
  #record: number | undefined;
  readonly #owner: DirectoryOwner;
  readonly #fds: Descriptors = {};
  /** That of `current` once more, for every write. */
  #current: Fd = -1;
  #processorFds: Descriptors | undefined;
  readonly #machine: LogMachine;
  /** Where it is given, the file `config` is not read. */
  readonly #given: Config | undefined;
  /** Undefined while it is idle. */
  #working: ProcessorState | undefined;
  /** Bytes in `current`, and which file that is. */
  #size = 0;
  #file = 0;
  #rotateAtMs = Infinity;
  #accounts: Accounts = noAccounts();
  /** When the status file is due; Infinity when it is right. */
  #statusAtMs = Infinity;
  /** Why the last write failed; that of a dead logger had no other reason to drop anything. */
  #errno: number = ERRNO.ENOSPC;

  constructor(owner: DirectoryOwner, name: string, given: Config | undefined) {
    const { batch } = owner;
    this.name = name;
    this.#owner = owner;
    this.stream = new Stream(batch.start, owner.stampBytes, owner.dialect.patternsSeeStamp);
    this.#machine = owner.dialect.newLog(name);
    this.#given = given;
  }

  get #processor(): ProcessorState {
    return this.#working ?? idleProcessor(this.name);
  }

  get #log(): LogMachine["state"] {
    return this.#machine.state;
  }

  get isGone(): boolean {
    return this.#log.step === "closed" && !this.reopens;
  }

  get hasIdleProcessor(): boolean {
    return this.#working === undefined;
  }

  get record(): number | undefined {
    return this.#record;
  }

  /** When the directory next needs to hear of time. An empty log does not age. */
  get deadlineMs(): number {
    return Math.min(
      this.#log.retryAtMs ?? Infinity,
      this.#working?.retryAtMs ?? Infinity,
      this.#size > 0 ? this.#rotateAtMs : Infinity,
      this.#statusAtMs,
    );
  }

  passTime(): void {
    if (this.#log.retryAtMs !== undefined) this.#drive({ kind: "wake" });
    if (this.#working?.retryAtMs !== undefined) this.driveProcessor({ kind: "wake" });
    if (this.#rotateAtMs !== Infinity) this.#passPeriod();
    if (this.#statusAtMs !== Infinity && this.#owner.kernel.monotonicMs() >= this.#statusAtMs) {
      this.#writeStatus();
    }
  }

  #passPeriod(): void {
    const nowMs = this.#owner.kernel.monotonicMs();
    if (nowMs < this.#rotateAtMs) return;
    this.#rotateAtMs = nextDeadline(this.#rotateAtMs, this.config.rotateSeconds * 1000, nowMs);
    this.rotates = this.#size > 0;
  }

  // Writing

  /** Writes what the batch has for it. False when it has to wait: for time, or for its processor. */
  pump(): boolean {
    const { arena, batch, lineBytes, marginBytes } = this.#owner;
    const { stream } = this;
    for (;;) {
      if (this.#drops) return this.#dropBatch();
      if (this.#log.step !== "ready") return false;
      if (this.#accounts.toldBytes < this.#accounts.droppedBytes && !this.#tellDropped()) continue;
      if (stream.owesNote && !this.#writeNote()) continue;
      const from = stream.position();
      const room = decisiveSize(this.config.sizeBytes, marginBytes) - this.#size;
      const all = stream.fillArea(arena, batch, lineBytes, room);
      if (!this.#drain(from)) {
        if (this.#drops) continue;
        return false;
      }
      if (all) return this.#log.step === "ready";
    }
  }

  /** Writes what the output area holds, under the rules of size. What is left of it is made again from `from`. */
  #drain(from: Position): boolean {
    const { stream, config } = this;
    const wrote = stream.written < stream.fill;
    while (stream.written < stream.fill) {
      const going = isFull(config.sizeBytes, this.#size) ? this.rotate() : this.#write(from);
      if (going) continue;
      stream.goBack(this.#owner.arena, from);
      return false;
    }
    stream.wroteAll();
    if (!wrote && stream.at !== from.at) this.#pass(stream.at);
    if (wrote && stream.endsLine && endsWithLine(config.sizeBytes, this.#owner.marginBytes, this.#size)) {
      this.rotate();
    }
    return true;
  }

  #pass(at: number): void {
    const { ledger, ledgerAt } = this.#owner;
    if (this.#record !== undefined) ledger.pass(this.#record, at - ledgerAt, this.stream.open);
  }

  #write(from: Position): boolean {
    const { kernel, arena } = this.#owner;
    const { stream, config } = this;
    const count = fitting(config.sizeBytes, this.#size, stream.fill - stream.written);
    const bytes = stream.written === arena.outputAt
      ? this.#owner.area
      : arena.bytes.subarray(stream.written, stream.fill);
    this.#intend(from, count);
    let errno: number;
    try {
      const wrote = kernel.write(this.#current, bytes, count);
      if (wrote >= 0) {
        if (wrote < count) this.#intend(from, wrote);
        if (this.#record !== undefined) this.#owner.ledger.fulfil(this.#record);
        stream.wrote(wrote);
        this.#size += wrote;
        this.#accounts.writtenBytes += wrote;
        return true;
      }
      errno = ERRNO.EAGAIN;
    } catch (thrown) {
      errno = errnoOf(thrown);
    }
    if (this.#record !== undefined) this.#owner.ledger.withdraw(this.#record);
    return this.#couldNotWrite(errno);
  }

  #couldNotWrite(errno: number): boolean {
    this.#errno = errno;
    this.#drive({ kind: "writeFailed", errno });
    return this.#log.step === "ready";
  }

  /** Lays down what a write of `count` bytes will have done: all of the area, or a part of what is made from `from`. */
  #intend(from: Position, count: number): void {
    if (this.#record === undefined) return;
    const { ledger, ledgerAt, arena } = this.#owner;
    const { stream } = this;
    const all = stream.written + count === stream.fill;
    const { at, open } = all ? stream : from;
    const skip = all ? 0 : stream.written + count - arena.outputAt;
    ledger.intend(this.#record, this.#file, this.#size, count, at - ledgerAt, skip, open);
  }

  /** Writes what goes before the line that is next. False when not all of it could be written. */
  #writeNote(): boolean {
    const { stream, config } = this;
    const { kernel, lineBytes } = this.#owner;
    for (let { note } = stream; note !== undefined; note = stream.note) {
      if (isFull(config.sizeBytes, this.#size) && !this.rotate()) return false;
      const count = fitting(config.sizeBytes, this.#size, note.length);
      let wrote = 0;
      try {
        wrote = Math.max(kernel.write(descriptor(this.#fds, "current"), note.slice(), count), 0);
      } catch (thrown) {
        if (!this.#couldNotWrite(errnoOf(thrown))) return false;
      }
      this.#size += wrote;
      this.#accounts.writtenBytes += wrote;
      stream.wroteNote(wrote);
    }
    return !endsWithLine(config.sizeBytes, lineBytes, this.#size) || this.rotate();
  }

  // Dropping, and accounts

  /** There is no room, and lines do not wait for it. */
  get #drops(): boolean {
    return this.#log.step === "noRoom" && isNoRoom(this.#errno, this.#log.retention) &&
      this.config.whenFull === "drop";
  }

  /** All that the batch still has for it goes, and is counted; what is in the file in part is cut off again. */
  #dropBatch(): true {
    const { batch, arena } = this.#owner;
    const { stream } = this;
    const end = batch.givesRest ? batch.end : restAt(arena, batch);
    if (end <= stream.at) return true;
    const whole = stream.skip === 0 || this.#takeBack(stream.skip);
    const accounts = this.#accounts;
    accounts.droppedBytes += end - stream.at;
    accounts.droppedLines += stream.linesLeft(batch);
    stream.drop(batch, end, whole);
    this.#pass(end);
    this.#keepAccounts();
    return true;
  }

  #takeBack(bytes: number): boolean {
    try {
      this.#owner.kernel.truncate(descriptor(this.#fds, "current"), this.#size - bytes);
      this.#size -= bytes;
      this.#accounts.writtenBytes -= bytes;
      return true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  /** A line in the log where something is missing. False when there is no room for it either. */
  #tellDropped(): boolean {
    const { kernel } = this.#owner;
    const { stream, config } = this;
    const accounts = this.#accounts;
    const [bytes, lines] = [
      accounts.droppedBytes - accounts.toldBytes,
      accounts.droppedLines - accounts.toldLines,
    ];
    const marker = latinBytes(markerText(bytes, lines, errnoText(this.#errno)));
    const end = latinBytes(stream.endsLine ? "" : "\n");
    const line = new Uint8Array([...end, ...this.#owner.stampNow(), ...config.prefix, ...marker]);
    let wrote = 0;
    try {
      wrote = Math.max(kernel.write(descriptor(this.#fds, "current"), line, line.length), 0);
    } catch (thrown) {
      this.#errno = errnoOf(thrown);
    }
    this.#size += wrote;
    accounts.writtenBytes += wrote;
    if (wrote < line.length) {
      if (wrote > 0) this.#takeBack(wrote);
      this.#couldNotWrite(this.#errno);
      return false;
    }
    stream.wroteLine();
    accounts.toldBytes = accounts.droppedBytes;
    accounts.toldLines = accounts.droppedLines;
    this.#keepAccounts();
    return true;
  }

  /** A batch is over, of which `bytes` in `lines` are done with. */
  account(bytes: number, lines: number): void {
    const accounts = this.#accounts;
    accounts.inBytes += bytes;
    accounts.inLines += lines;
    this.stream.takeDeselected(accounts);
    this.#keepAccounts();
  }

  #keepAccounts(): void {
    if (this.#record !== undefined) this.#owner.ledger.keep(this.#record, this.#accounts);
    // multilog(8) leaves nothing of its own but logs.
    if (!this.#owner.dialect.keepsStatusFile) return;
    if (this.#statusAtMs === Infinity) this.#statusAtMs = this.#owner.kernel.monotonicMs() + STATUS_AGE_MS;
  }

  /** Written beside and renamed. Where it cannot be written the old one stays, and the accounts go on. */
  #writeStatus(): void {
    const { kernel } = this.#owner;
    const directory = descriptor(this.#fds, "directory");
    const text = latinBytes(statusText(this.#accounts));
    this.#statusAtMs = Infinity;
    try {
      const fd = kernel.open(directory, "status.new", FLAGS.truncate, STATUS_MODE);
      try {
        if (kernel.write(fd, text, text.length) < text.length) return this.#removeNewStatus(directory);
      } finally {
        kernel.close(fd);
      }
      kernel.rename(directory, "status.new", "status");
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#removeNewStatus(directory);
    }
  }

  #removeNewStatus(directory: Fd): void {
    try {
      this.#owner.kernel.unlink(directory, "status.new");
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  #readStatus(): Accounts {
    const { kernel } = this.#owner;
    try {
      const fd = kernel.open(descriptor(this.#fds, "directory"), "status", FLAGS.read);
      try {
        return parseStatus(readText(kernel, fd));
      } finally {
        kernel.close(fd);
      }
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return noAccounts();
    }
  }

  rotate(): boolean {
    this.#drive({ kind: "rotate", size: this.#size, processorBusy: !this.hasIdleProcessor });
    return this.#log.step === "ready";
  }

  // Opening and closing

  reopen(): void {
    this.close();
    // A step of it is being tried again; this will be, too.
    if (this.#log.step !== "closed") return;
    const joins = this.joins;
    this.reopens = this.joins = false;
    this.#drive({ kind: "open", resumes: this.hasIdleProcessor });
    if (joins && !this.isGone) this.#join();
    this.driveProcessor({ kind: "command", command: this.config.processor });
  }

  /** Takes part from the next line on. */
  #join(): void {
    const { batch } = this.#owner;
    const between = batch.from === batch.end;
    this.stream.skipBatch(batch, between);
    this.#pass(between ? batch.start : this.stream.at);
  }

  close(): void {
    if (!canClose(this.#log)) return;
    this.#inform(`close: ${this.name}`);
    if (this.#statusAtMs !== Infinity) this.#writeStatus();
    this.#drive({ kind: "close" });
  }

  /** Finds the record of the directory in the ledger, or makes one, and sees what became of the last write. */
  #recover(): Reply {
    const { ledger, kernel, batch, ledgerAt } = this.#owner;
    const { device, inode, birthNs } = kernel.statFd(descriptor(this.#fds, "directory"));
    const birth = birthNs > 0n ? Number(birthNs) : device;
    const known = ledger.find(birth, inode);
    if (known === undefined) {
      this.#accounts = this.#owner.dialect.keepsStatusFile ? this.#readStatus() : noAccounts();
      this.#record = ledger.add(birth, inode, { at: batch.start - ledgerAt, skip: 0, open: 0 });
      if (this.#record !== undefined) ledger.keep(this.#record, this.#accounts);
      return {};
    }
    this.#record = known;
    this.#accounts = ledger.accounts(known);
    const intent = ledger.intent(known);
    if (intent === undefined) return {};
    if (intent.file === undefined || this.#isWritten(intent.file)) ledger.fulfil(known);
    else ledger.withdraw(known);
    return {};
  }

  /** True when the file has it all; what it has in part is cut off again. One that is not there has been processed. */
  #isWritten({ inode, sizeBefore, length }: { inode: number; sizeBefore: number; length: number }): boolean {
    const { kernel } = this.#owner;
    const directory = descriptor(this.#fds, "directory");
    const name = ["current", ...this.#list(directory).filter(isOldLog)].find((name) =>
      this.#inodeOf(directory, name) === inode
    );
    if (name === undefined) return true;
    const { size } = kernel.stat(directory, name);
    if (size >= sizeBefore + length) return true;
    if (size > sizeBefore) this.#cut(directory, name, sizeBefore);
    return false;
  }

  #inodeOf(directory: Fd, name: string): number | undefined {
    try {
      return this.#owner.kernel.stat(directory, name).inode;
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return undefined;
      throw thrown;
    }
  }

  #cut(directory: Fd, name: string, size: number): void {
    const { kernel } = this.#owner;
    const fd = kernel.open(directory, name, OPEN.write | OPEN.nonBlock);
    try {
      kernel.truncate(fd, size);
    } finally {
      kernel.close(fd);
    }
  }

  /** Reads `config`; what it says counts from here on. */
  #configure(): Reply {
    this.config = DEFAULT_CONFIG;
    try {
      this.config = this.#given ?? this.#owner.config ?? this.#readConfig();
    } finally {
      this.#applyConfig();
    }
    const { keep, keepWhenFull, processor } = this.config;
    const dropsWhenFull = this.config.whenFull === "drop";
    return { retention: { keep, keepWhenFull, dropsWhenFull, processed: processor !== "" }, processor };
  }

  #applyConfig(): void {
    const { config } = this;
    const { kernel, batch } = this.#owner;
    this.stream.configure(batch, config.rules, config.prefix, this.#forwarding());
    for (const text of config.complaints) this.#owner.say({ call: "say", kind: "warning", text });
    this.#rotateAtMs = config.rotateSeconds > 0
      ? kernel.monotonicMs() + config.rotateSeconds * 1000
      : Infinity;
  }

  #forwarding(): Forwarding | undefined {
    const { forward } = this.config;
    const { datagrams } = this.#owner;
    if (forward !== undefined && datagrams === undefined) {
      const text = `udp is not supported here, only the file is written: ${this.name}`;
      this.#owner.say({ call: "say", kind: "warning", text });
    }
    return forward === undefined ? undefined : datagrams?.to(forward);
  }

  #readConfig(): Config {
    const { kernel } = this.#owner;
    let fd: Fd;
    try {
      fd = kernel.open(descriptor(this.#fds, "directory"), "config", FLAGS.read);
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return DEFAULT_CONFIG;
      throw thrown;
    }
    try {
      this.#inform(`read: ${this.name}/config`);
      return this.#owner.configOf(readText(kernel, fd));
    } finally {
      kernel.close(fd);
    }
  }

  // The machines

  #drive(event: LogEvent): void {
    for (let next: LogEvent | undefined = event; next !== undefined;) {
      const effects = this.#machine.send(next, this.#now());
      next = undefined;
      for (const effect of effects) {
        if (effect.call === "say") this.#owner.say(effect);
        else if (effect.call === "process") this.#startProcessor(effect);
        else next = this.callOf(this.#fds, this.#owner.base, effect);
      }
    }
  }

  #startProcessor({ label, final }: ProcessLog): void {
    this.driveProcessor({ kind: "start", label, final, command: this.config.processor });
  }

  /** Its processor has ended. */
  processed(status: number): void {
    this.processorPid = 0;
    if (this.#owner.dialect.rotationProcesses) this.#drive({ kind: "exited", status });
    else this.driveProcessor({ kind: "exited", status });
  }

  driveProcessor(event: ProcessorEvent): void {
    for (let next: ProcessorEvent | undefined = event; next !== undefined;) {
      const answer = stepProcessor(this.#processor, next, this.#now());
      this.#working = answer.state.step === "idle" ? undefined : answer.state;
      next = undefined;
      for (const effect of answer.effects) {
        if (effect.call === "say") this.#owner.say(effect);
        else if (effect.call !== "process") next = this.#processorCall(effect);
      }
    }
    if (this.hasIdleProcessor) this.#drive({ kind: "processorFree" });
  }

  /** Most directories have no processor, and no place for its descriptors. */
  #processorCall(call: Call): ReturnType<LogDirectory["callOf"]> {
    return this.callOf(this.#processorFds ??= {}, this.#fds.directory, call);
  }

  /** Makes a call of a machine, and tells it what came of it. */
  callOf(
    fds: Descriptors,
    base: Fd | undefined,
    call: Call,
  ): { kind: "done"; reply: Reply } | { kind: "failed"; errno: number } {
    try {
      return { kind: "done", reply: this.#perform(fds, base, call) };
    } catch (thrown) {
      return { kind: "failed", errno: errnoOf(thrown) };
    }
  }

  #perform(fds: Descriptors, base: Fd | undefined, call: Call): Reply {
    const { kernel } = this.#owner;
    switch (call.call) {
      case "open":
        fds[call.role] = this.#open(fds, base, call);
        if (call.role === "current") this.#opened(descriptor(fds, "current"));
        return {};
      case "make":
        kernel.mkdir(this.#owner.base, call.path, DIRECTORY_MODE);
        return {};
      case "lock":
        if (kernel.lock(descriptor(fds, call.role), false)) return {};
        throw new SysError({ call: "lock", errno: ERRNO.EAGAIN });
      case "recover":
        return this.#recover();
      case "configure":
        return this.#configure();
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
        fds[call.role] = undefined;
        return {};
      case "rename":
        kernel.rename(descriptor(fds, "directory"), call.from, call.to);
        return {};
      case "unlink":
        kernel.unlink(descriptor(fds, "directory"), call.path);
        return {};
      case "spawn":
        this.processorPid = this.#spawn(fds, call.command);
        return {};
    }
  }

  /** Asked of the file itself: a dead process may have got further than it had told the machine. */
  #opened(current: Fd): void {
    this.#current = current;
    const { size, inode } = this.#owner.kernel.statFd(current);
    this.#size = size;
    this.#file = inode;
  }

  /** While the log directory is closed its processor finds it by name. */
  #open(fds: Descriptors, base: Fd | undefined, call: Call & { call: "open" }): Fd {
    const { kernel, base: outside } = this.#owner;
    const { role, path, how } = call;
    if (role !== "directory") {
      return kernel.open(descriptor(fds, "directory"), path, FLAGS[how], MODES[how]);
    }
    return base === undefined
      ? kernel.open(outside, this.name, FLAGS[how])
      : kernel.open(base, path, FLAGS[how]);
  }

  #list(directory: Fd): string[] {
    const { kernel } = this.#owner;
    const fd = kernel.open(directory, ".", OPEN.read | OPEN.directory);
    try {
      return kernel.readDirectory(fd);
    } finally {
      kernel.close(fd);
    }
  }

  #spawn(fds: Descriptors, command: string): number {
    const { program } = this.#owner;
    const builtin = program === undefined ? undefined : builtinProcessor(command);
    return this.#owner.kernel.spawn({
      path: builtin === undefined ? "/bin/sh" : program ?? "",
      argv: builtin === undefined ? ["sh", "-c", command] : ["denit", ...builtin],
      directoryFd: descriptor(fds, "directory"),
      stdin: descriptor(fds, "input"),
      stdout: descriptor(fds, "output"),
      others: [[STATE_FD, descriptor(fds, "state")], [NEWSTATE_FD, descriptor(fds, "newstate")]],
    });
  }

  #inform(text: string): void {
    this.#owner.say({ call: "say", kind: "info", text });
  }

  #now(): Now {
    return { monotonicMs: this.#owner.kernel.monotonicMs(), wallNs: this.#owner.kernel.wallNs() };
  }
}

/** All of a file, as a byte string. */
export function readText(kernel: Pick<Kernel, "read">, fd: Fd): string {
  const piece = new Uint8Array(CONFIG_BYTES);
  let text = "";
  for (;;) {
    const read = kernel.read(fd, piece);
    if (read <= 0) return text;
    text += latinText(piece, 0, read);
  }
}

function descriptor(fds: Readonly<Descriptors>, role: Role): Fd {
  const fd = fds[role];
  if (fd === undefined) throw new Error(`no descriptor for ${role}`);
  return fd;
}
