/**
 * Keeping status files and records true: asks the record machine (survival/record.ts) before each effect and after each
 * reply, and writes what it says.
 */
import type { Kernel } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { Records } from "../../survival/host.ts";
import {
  after,
  before,
  type RecordedEffect,
  type RecordedReply,
  recordOf,
  type RecordStep,
} from "../../survival/record.ts";
import type { Holder, ServiceRecord } from "../../survival/service_record.ts";
import { SysError } from "../../sys/error.ts";
import type { PairEffect, PairEvent } from "../pair.ts";
import type { ServiceEvent } from "../service.ts";
import { owesStop, type ServiceState } from "../service_state.ts";
import type { PrintLine } from "./posts.ts";
import { StatusFiles } from "./status_files.ts";
import type { Post, Unit } from "./unit.ts";

const NOTICED: RecordedEffect = { kind: "noticed" };

/** The files of all services of a supervisor that tell their states. */
export class RecordKeeping {
  /** The pid of the process that was started last. */
  lastPid = 0;
  readonly #kernel: Kernel;
  readonly #line: PrintLine;
  readonly #holdersOf: (unit: Unit) => readonly Holder[];
  readonly #records: Records;
  readonly #files: StatusFiles;

  /** `holdersOf` tells which loggers of a tree have the log: one of a dead fleet first, then that of this fleet. */
  constructor(kernel: Kernel, line: PrintLine, holdersOf: (unit: Unit) => readonly Holder[]) {
    this.#kernel = kernel;
    this.#line = line;
    this.#holdersOf = holdersOf;
    this.#records = new Records(kernel);
    this.#files = new StatusFiles(kernel);
  }

  /** Tells how many descriptors this process may have. */
  allowDescriptors(most: number): void {
    this.#records.allowDescriptors(most);
  }

  /** Reads what the last supervisor left of this service. Throws SysError where that cannot be known for now. */
  read(post: Post): ServiceRecord | undefined {
    return this.#records.read(post.record);
  }

  /** Reads what the last supervisor left of this service and of those beside it. Throws SysError. */
  readBeside(unit: Unit): ServiceRecord[] {
    return this.#records.beside(unit.path);
  }

  /**
   * Writes what must be on disk before an effect. To be called before the effect is performed. A write that fails is
   * one more event.
   */
  before(unit: Unit, effect: PairEffect, events: PairEvent[]): void {
    const recorded = this.#recorded(effect);
    if (recorded === undefined) return;
    if (recorded.kind === "publish") return this.#publish(unit, effect);
    for (const post of postsOf(unit)) {
      const isOwn = "who" in effect && effect.who === post.who;
      this.#go(post, before(post.recording, isOwn ? recorded : NOTICED), events);
    }
  }

  /** Translates an effect for the record machine; undefined for one that no other process can notice. */
  #recorded(effect: PairEffect): RecordedEffect | undefined {
    switch (effect.kind) {
      case "publish":
      case "signal":
        return effect;
      case "start":
        return { kind: "start", atNs: this.#kernel.bootNs() };
      case "close pipe":
      case "leave":
        return NOTICED;
      // A hook counts when it is known to exist (`beforeHook`).
      case "hook":
      case "probe finish":
      case "report":
      case "look at pipe":
        return undefined;
    }
  }

  #publish(unit: Unit, effect: PairEffect): void {
    const post = "who" in effect ? unit.post(effect.who) : undefined;
    if (post !== undefined) post.recording = before(post.recording, { kind: "publish" }).state;
  }

  /** Writes what must be on disk before a hook. To be called before the hook is started. */
  beforeHook(unit: Unit, events: PairEvent[]): void {
    for (const post of postsOf(unit)) this.#go(post, before(post.recording, NOTICED), events);
  }

  /** Takes in the answer to a start. To be called when a start has been answered. */
  answered(post: Post, { kind }: ServiceEvent): void {
    const reply: RecordedReply = kind === "started"
      ? { kind, atNs: this.#kernel.bootNs() }
      : { kind: "not started" };
    post.recording = after(post.recording, reply).state;
  }

  /** Writes what is still behind. To be called when an event and all that followed from it are done. */
  settle(unit: Unit, events: PairEvent[]): void {
    for (const post of postsOf(unit)) this.#go(post, after(post.recording, { kind: "settled" }), events);
  }

  /** Another logger has the log of this service. A write that fails is reported, and made up for by the next one. */
  handedOver(unit: Unit): void {
    if (unit.log !== undefined) this.#go(unit.log, after(unit.log.recording, { kind: "handed over" }), []);
  }

  #go(post: Post, { state, write }: RecordStep, events: PairEvent[]): void {
    post.recording = state;
    if (write === "nothing") return;
    const service = post.unit.service(post.who);
    if (service === undefined) return;
    // In place, so a full disk does not matter: the record is written even where the status files cannot be.
    const isRecorded = this.#tried(post, post.record.path, () => this.#writeRecord(post, service));
    const isPublished = write === "record" || this.#tried(post, "", () => this.#files.write(post, service));
    if (!isRecorded || !isPublished) {
      events.push({ kind: "to", who: post.who, event: { kind: "publish failed" } });
    }
  }

  #writeRecord(post: Post, service: ServiceState): void {
    const { lifetime } = this.#records;
    if (lifetime === undefined) return;
    const holders = post.who === "log" ? this.#holdersOf(post.unit) : [];
    const around = { lifetime, holders, lastPid: this.lastPid, owesStop: owesStop(service) };
    this.#records.write(post.record, recordOf(post.recording, service, around));
  }

  /** False when the write failed, which is reported. `path` is empty for the status files, which know it. */
  #tried(post: Post, path: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof SysError)) throw thrown;
      const { unit } = post;
      const text = `unable to ${thrown.call} ${path || this.#files.path}: ${errnoText(thrown.errno)}`;
      if (unit.noteFailure(thrown.errno, this.#kernel.monotonicMs())) this.#line(unit.name, "warning", text);
      return false;
    }
  }
}

function postsOf({ main, log }: Unit): Post[] {
  if (main === undefined) return [];
  return log === undefined ? [main] : [main, log];
}
