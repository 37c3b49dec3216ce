/**
 * The input that one feed has read and not yet written, with everything that its log directories need to write it: the
 * slot in the region, the ledger, the batch, the stamp, the settings, and the way that messages take.
 *
 * Feeds share the arena. Its list of newlines belongs to the batch of one feed at a time, so a feed that comes back to
 * its batch has the newlines found again.
 *
 * There may be a thousand feeds in a process. What the plan or the workbench holds is therefore not kept here twice.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Say } from "../../rotation/effects.ts";
import { WOULD_BLOCK } from "../../runtime/kernel.ts";
import { errnoText, printLine } from "../../runtime/report.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import type { Config } from "../config.ts";
import { type Dialect, MULTILOG, SVLOGD } from "../dialect.ts";
import type { ErrorText } from "../errors.ts";
import { Ledger, LEDGER_BYTES } from "../ledger.ts";
import { type Arena, type Batch, beginBatch, findLines, makeBatch } from "../lines.ts";
import { replaceBytes, replacementTable } from "../replacement.ts";
import { setStamp, setStampAt, type Stamp } from "../stamp.ts";
import type { AsidesOwner } from "./asides.ts";
import { DatagramSender } from "./datagrams.ts";
import type { DirectoryOwner } from "./directory_owner.ts";
import type { FeedKernel, FeedPlan } from "./feed_plan.ts";
import type { Slot, Workbench } from "./workbench.ts";

/** The input of one feed, and everything that its directories ask for. */
export class Intake implements DirectoryOwner, AsidesOwner {
  readonly kernel: FeedKernel;
  readonly plan: FeedPlan;
  readonly slot: Slot;
  readonly ledger: Ledger;
  readonly batch: Batch;
  readonly marginBytes: number;
  readonly datagrams: DatagramSender | undefined;
  /** The stamp of the batch. Feeds with the same kind of stamp share it. */
  readonly stamp: Stamp;
  /** The settings for all directories, instead of their files `config`; undefined: the files are read. */
  config: Config | undefined;
  readonly #workbench: Workbench;
  /** The table of replacements (-r, -R): at the index of each byte, the byte that replaces it. */
  readonly #replacements: Uint8Array | undefined;

  /** Takes a slot of the workbench. Throws SysError (ENOMEM) if none is free. */
  constructor(kernel: FeedKernel, workbench: Workbench, plan: FeedPlan) {
    const { options, datagrams } = plan;
    const slot = workbench.takeSlot();
    if (slot === undefined) throw new SysError({ call: "feed", errno: ERRNO.ENOMEM });
    this.kernel = kernel;
    this.plan = plan;
    this.slot = slot;
    this.ledger = new Ledger(workbench.ledgers, slot.at);
    this.batch = makeBatch(slot.at + LEDGER_BYTES);
    this.marginBytes = this.dialect.marginBytes(options.lineBytes);
    this.datagrams = datagrams && new DatagramSender(datagrams, options.lineBytes);
    this.stamp = workbench.stampOf(options.stamp);
    this.config = plan.config;
    this.#workbench = workbench;
    this.#replacements = replacementTable(options);
  }

  get base(): Fd {
    return this.plan.base;
  }
  get program(): string | undefined {
    return this.plan.options.program;
  }
  get lineBytes(): number {
    return this.plan.options.lineBytes;
  }
  get dialect(): Dialect {
    return this.plan.script === undefined ? SVLOGD : MULTILOG;
  }
  get ledgerAt(): number {
    return this.slot.at;
  }
  get stampBytes(): number {
    return this.stamp.bytes.length;
  }
  get arena(): Arena {
    return this.#workbench.arena;
  }
  get area(): Uint8Array<ArrayBuffer> {
    return this.#workbench.area;
  }
  /** Lines on their way to standard error, shared by all feeds: printed before another feed needs it. */
  get errorText(): ErrorText {
    return this.#workbench.errors;
  }

  configOf(text: string): Config {
    return this.#workbench.configOf(text);
  }

  stampNow(): Uint8Array {
    if (this.stampBytes > 0) setStamp(this.stamp, this.kernel.wallNs());
    return this.stamp.bytes;
  }

  /** Gives the slot back. The intake is not used after that. */
  close(): void {
    this.datagrams?.close();
    this.#workbench.leaveSlot(this.slot);
  }

  // Input

  /** Makes a batch of the `read` bytes that were put behind the last one. Their lines get the stamp of now. */
  beginBatch(read: number): void {
    if (this.stampBytes > 0) {
      const { wall } = this.#workbench;
      this.kernel.readWall(wall);
      setStampAt(this.stamp, wall);
      this.ledger.setStamp(wall.seconds, wall.nanoseconds);
    }
    beginBatch(this.arena, this.batch, read, this.lineBytes);
    this.ownArena();
    this.replace();
  }

  /** The list of newlines in the arena is now that of this batch. */
  ownArena(): void {
    this.#workbench.owner = this;
  }

  /** Finds the lines of the batch again if another feed has used the arena since. */
  regainArena(): void {
    if (this.#workbench.owner === this) return;
    this.ownArena();
    findLines(this.arena, this.batch, this.lineBytes);
  }

  /** Replaces the bytes that -r and -R name. Bytes that were replaced before stay as they are. */
  replace(): void {
    if (this.#replacements === undefined) return;
    replaceBytes(this.arena, this.batch, this.#replacements, this.lineBytes);
  }

  // Messages

  say(said: Say): void {
    if (said.kind === "info" && !this.plan.options.verbose) return;
    const reason = said.errno === undefined ? "" : `: ${errnoText(said.errno)}`;
    this.print(`${said.kind}: ${said.text}${reason}`);
  }

  /** Says something that is of interest with -v only. */
  inform(text: string): void {
    this.say({ call: "say", kind: "info", text });
  }

  /** Says that a system call failed, and that the feed goes on. */
  warn(text: string, errno: number): void {
    this.say({ call: "say", kind: "warning", text, errno });
  }

  /** Prints a message behind the name of the program. A message that cannot be printed is dropped. */
  print(text: string): void {
    const line = `${this.dialect.program}: ${text}`;
    const { owner, errors } = this.plan;
    if (owner.report !== undefined) return owner.report(line);
    try {
      printLine(this.kernel, errors, line);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  /**
   * Prints the lines in `errorText`, and waits until they are taken. Lines that cannot be printed are dropped.
   */
  printErrors(): void {
    const { kernel, plan: { errors } } = this;
    const { bytes, fill } = this.errorText;
    this.errorText.fill = 0;
    try {
      for (let at = 0; at < fill;) {
        const wrote = kernel.write(errors, bytes.subarray(at, fill));
        if (wrote === WOULD_BLOCK) kernel.poll(errors, "write", -1);
        else at += wrote;
      }
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }
}
