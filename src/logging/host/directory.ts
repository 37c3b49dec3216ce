/**
 * One log directory of a feed: the host of its two machines.
 *
 *   the log         opens the directory, rotates `current`, removes old logs (`rotation/machine.ts`; for a script of
 *                   multilog(8), `rotation/multilog.ts`)
 *   the processor   turns a finished log into its final form (`rotation/processor.ts`). The machine of multilog does that
 *                   itself
 *
 * This class gives the machines their events and makes their calls (`calls.ts`), reads `config` when the log machine asks
 * for it, and keeps the time of rotations. A LogWriter does what happens between two rotations: it writes lines
 * (`log_writer.ts`). It comes back here when a log is full or a write fails.
 */
import type { Fd } from "../../posix/descriptor.ts";
import type { Descriptors, LogCall, ProcessLog, Reply } from "../../rotation/effects.ts";
import { isNoRoom } from "../../rotation/log_room.ts";
import { canClose } from "../../rotation/machine.ts";
import type { LogEvent, Result } from "../../rotation/orders.ts";
import {
  idleProcessor,
  type ProcessorEvent,
  type ProcessorState,
  stepProcessor,
} from "../../rotation/processor.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Now } from "../../time/now.ts";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import type { Forwarding } from "../forwarding.ts";
import { nextDeadline } from "../limits.ts";
import type { LogMachine } from "../log_machine.ts";
import type { Stream } from "../stream.ts";
import { descriptorOf, makeCall } from "./calls.ts";
import { readConfigText } from "./config_file.ts";
import type { DirectoryOwner } from "./directory_owner.ts";
import { LogWriter, type WritableLog } from "./log_writer.ts";

/** One log directory. There may be a thousand in a process, so all have the same shape to the engine. */
export class LogDirectory implements WritableLog {
  readonly name: string;
  /** The process id of the processor; 0 while none is at work. */
  processorPid = 0;
  config: Config = DEFAULT_CONFIG;
  /** True when `current` is to be rotated before the next batch: ALRM came, or its time is over. */
  rotates = false;
  /** True when the directory is to be opened, or closed and opened again. */
  reopens = true;
  /** True when the directory was not in use, so it does not take part in the batch that is under way. */
  joins = true;
  readonly #owner: DirectoryOwner;
  readonly #writer: LogWriter;
  readonly #machine: LogMachine;
  /** The settings that count instead of the file `config`; undefined: the file is read. */
  readonly #given: Config | undefined;
  /** Descriptors of the log machine. An object, not a Map, from which nothing is ever deleted. */
  readonly #fds: Descriptors = {};
  /** Descriptors of the processor's machine. Most directories have no processor. */
  #processorFds: Descriptors | undefined = undefined;
  /** The processor's machine; undefined while it is idle. */
  #working: ProcessorState | undefined = undefined;
  /** The time at which to rotate `current`, however small it is. */
  #rotateAtMs = Infinity;

  /** Opens nothing yet: see `reopen`. `given` counts instead of the file `config`. */
  constructor(owner: DirectoryOwner, name: string, given: Config | undefined) {
    this.name = name;
    this.#owner = owner;
    this.#machine = owner.dialect.newLog(name);
    this.#writer = new LogWriter(owner, this);
    this.#given = given;
  }

  /** The lines on their way to the log. */
  get stream(): Stream {
    return this.#writer.stream;
  }

  /** The directory's number in the ledger; undefined where the ledger has no record of the directory. */
  get record(): number | undefined {
    return this.#writer.record.number;
  }

  /** True when the directory could not be opened, or has been closed. */
  get isGone(): boolean {
    return this.#log.step === "closed" && !this.reopens;
  }

  /** True when no processor is at work or waits for its next try. */
  get hasIdleProcessor(): boolean {
    return this.#working === undefined;
  }

  get isReady(): boolean {
    return this.#log.step === "ready";
  }

  get #log(): LogMachine["state"] {
    return this.#machine.state;
  }

  // Time

  /** The time at which the directory next needs a wake, on the monotonic clock. An empty log does not age. */
  get deadlineMs(): number {
    return Math.min(
      this.#log.retryAtMs ?? Infinity,
      this.#working?.retryAtMs ?? Infinity,
      this.#writer.size > 0 ? this.#rotateAtMs : Infinity,
      this.#writer.record.statusAtMs,
    );
  }

  /** A deadline may have come. */
  passTime(): void {
    if (this.#log.retryAtMs !== undefined) this.#drive({ kind: "wake" });
    if (this.#working?.retryAtMs !== undefined) this.driveProcessor({ kind: "wake" });
    if (this.#rotateAtMs !== Infinity) this.#passRotationTime();
    const { statusAtMs } = this.#writer.record;
    if (statusAtMs !== Infinity && this.#owner.kernel.monotonicMs() >= statusAtMs) this.#writeStatus();
  }

  #passRotationTime(): void {
    const nowMs = this.#owner.kernel.monotonicMs();
    if (nowMs < this.#rotateAtMs) return;
    this.#rotateAtMs = nextDeadline(this.#rotateAtMs, this.config.rotateSeconds * 1000, nowMs);
    this.rotates = this.#writer.size > 0;
  }

  #writeStatus(): void {
    this.#writer.record.writeStatus(descriptorOf(this.#fds, "directory"));
  }

  // Lines

  /** Writes the rest of the batch. False when it has to wait: for time, or for its processor. */
  pump(): boolean {
    return this.#writer.pump();
  }

  /** Counts a batch that is over: `bytes` in `lines`. */
  account(bytes: number, lines: number): void {
    this.#writer.account(bytes, lines);
  }

  /** Makes `current` an old log. False when writing has to wait for that. */
  rotate(): boolean {
    this.#drive({ kind: "rotate", size: this.#writer.size, processorBusy: !this.hasIdleProcessor });
    return this.isReady;
  }

  writeFailed(errno: number): boolean {
    this.#drive({ kind: "writeFailed", errno });
    return this.isReady;
  }

  lacksRoom(errno: number): boolean {
    return this.#log.step === "noRoom" && isNoRoom(errno, this.#log.retention);
  }

  // Opening and closing

  /** Opens the directory, after closing it where it is open. */
  reopen(): void {
    this.close();
    // A step of closing is being tried again. This call will be made again, too.
    if (this.#log.step !== "closed") return;
    const { joins } = this;
    this.reopens = this.joins = false;
    this.#drive({ kind: "open", resumes: this.hasIdleProcessor });
    if (joins && !this.isGone) this.#writer.join();
    this.driveProcessor({ kind: "command", command: this.config.processor });
  }

  /** Closes the directory, unless a step of other work is under way. */
  close(): void {
    if (!canClose(this.#log)) return;
    this.#inform(`close: ${this.name}`);
    this.#writeStatus();
    this.#drive({ kind: "close" });
  }

  /** Reads `config`, which counts from here on. If it cannot be read, the defaults count. */
  #configure(): Reply {
    this.config = DEFAULT_CONFIG;
    try {
      this.config = this.#given ?? this.#owner.config ?? this.#readConfig();
    } finally {
      this.#applyConfig();
    }
    const { keep, keepWhenFull, processor, whenFull } = this.config;
    const dropsWhenFull = whenFull === "drop";
    return { retention: { keep, keepWhenFull, dropsWhenFull, processed: processor !== "" }, processor };
  }

  #readConfig(): Config {
    const text = readConfigText(this.#owner.kernel, descriptorOf(this.#fds, "directory"));
    if (text === undefined) return DEFAULT_CONFIG;
    this.#inform(`read: ${this.name}/config`);
    return this.#owner.configOf(text);
  }

  #applyConfig(): void {
    const { rules, prefix, complaints, rotateSeconds } = this.config;
    const { kernel, batch } = this.#owner;
    this.stream.configure(batch, rules, prefix, this.#forwarding());
    for (const text of complaints) this.#owner.say({ call: "say", kind: "warning", text });
    this.#rotateAtMs = rotateSeconds > 0 ? kernel.monotonicMs() + rotateSeconds * 1000 : Infinity;
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

  // The machine of the log

  #drive(event: LogEvent): void {
    for (let next: LogEvent | undefined = event; next !== undefined;) {
      const effects = this.#machine.send(next, this.#now());
      next = undefined;
      for (const effect of effects) {
        if (effect.call === "say") this.#owner.say(effect);
        else if (effect.call === "process") this.#startProcessor(effect);
        else next = this.#resultOf(this.#fds, this.#owner.base, effect);
      }
    }
  }

  // The machine of the processor

  #startProcessor({ label, final }: ProcessLog): void {
    this.driveProcessor({ kind: "start", label, final, command: this.config.processor });
  }

  /** The processor has ended; `status` as in wait(2). */
  processed(status: number): void {
    this.processorPid = 0;
    if (this.#owner.dialect.rotationProcesses) this.#drive({ kind: "exited", status });
    else this.driveProcessor({ kind: "exited", status });
  }

  /** Gives the processor's machine an event. A log that waits for the processor goes on when it is free. */
  driveProcessor(event: ProcessorEvent): void {
    for (let next: ProcessorEvent | undefined = event; next !== undefined;) {
      const state = this.#working ?? idleProcessor(this.name);
      const answer = stepProcessor(state, next, this.#now());
      this.#working = answer.state.step === "idle" ? undefined : answer.state;
      next = undefined;
      for (const effect of answer.effects) {
        if (effect.call === "say") this.#owner.say(effect);
        else if (effect.call !== "process") next = this.#processorResultOf(effect);
      }
    }
    if (this.hasIdleProcessor) this.#drive({ kind: "processorFree" });
  }

  /** Makes a call of the processor's machine. While the log directory is closed, that machine opens it by its name. */
  #processorResultOf(call: LogCall): Result {
    const fds = this.#processorFds ??= {};
    const { directory } = this.#fds;
    if (directory !== undefined) return this.#resultOf(fds, directory, call);
    const opensDirectory = call.call === "open" && call.role === "directory";
    return this.#resultOf(fds, this.#owner.base, opensDirectory ? { ...call, path: this.name } : call);
  }

  // Calls

  /** Makes a call of a machine. `above`: the directory that this machine opens `directory` in. */
  #resultOf(fds: Descriptors, above: Fd, call: LogCall): Result {
    try {
      return { kind: "done", reply: this.#perform(fds, above, call) };
    } catch (thrown) {
      return { kind: "failed", errno: errnoOf(thrown) };
    }
  }

  #perform(fds: Descriptors, above: Fd, call: LogCall): Reply {
    if (call.call === "configure") return this.#configure();
    if (call.call === "recover") {
      this.#writer.record.recover(descriptorOf(fds, "directory"));
      return {};
    }
    const reply = makeCall(this.#owner, fds, above, call);
    if (call.call === "open" && call.role === "current") this.#writer.use(descriptorOf(fds, "current"));
    if (reply.pid !== undefined) this.processorPid = reply.pid;
    return reply;
  }

  #inform(text: string): void {
    this.#owner.say({ call: "say", kind: "info", text });
  }

  #now(): Now {
    return { monotonicMs: this.#owner.kernel.monotonicMs(), wallNs: this.#owner.kernel.wallNs() };
  }
}
