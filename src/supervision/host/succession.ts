/** Taking up the services of a supervisor that has died, as their records tell. */
import { fileKeyOf } from "../../posix/file_key.ts";
import type { Children } from "../../runtime/children.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop } from "../../runtime/loop.ts";
import { Adoption, Holders, type Traces } from "../../survival/host.ts";
import { takenUp } from "../../survival/record.ts";
import type { ServiceRecord } from "../../survival/service_record.ts";
import type { FoundProcess, StartTimes } from "../../survival/adoption.ts";
import type { Who } from "../pair.ts";
import { adopted, inherited } from "../adopted.ts";
import type { RecordKeeping } from "./record_keeping.ts";
import { type Post, type Unit } from "./unit.ts";

/** Calls back to the supervisor about processes and logs that were taken up. */
export interface SuccessionOptions {
  readonly onEnded: (unit: Unit, who: Who, pid: number, status: number) => void;
  /** The process is a child of this process, from before it executed itself. */
  readonly onChild: (unit: Unit, who: Who, pid: number) => void;
  /**
   * Called when another logger is to have the log. The record of the log is to be written anew before the logger gets
   * the log.
   */
  readonly onHandedOver: (unit: Unit) => void;
}

/** The processes and logs that a supervisor has from the supervisors before it. */
export class Succession {
  /** The loggers of dead fleets. */
  readonly holders: Holders<Unit>;
  readonly #kernel: Kernel;
  readonly #children: Children;
  readonly #keeping: RecordKeeping;
  readonly #adoption: Adoption<Post>;

  constructor(
    kernel: Kernel,
    loop: Loop,
    children: Children,
    keeping: RecordKeeping,
    { onEnded, onChild, onHandedOver }: SuccessionOptions,
  ) {
    this.#kernel = kernel;
    this.#children = children;
    this.#keeping = keeping;
    this.holders = new Holders(kernel, onHandedOver);
    this.#adoption = new Adoption(kernel, loop, children, {
      onEnded: ({ unit, who }, pid, status) => onEnded(unit, who, pid, status),
      onChild: ({ unit, who }, pid) => onChild(unit, who, pid),
    });
  }

  /**
   * Takes up what the last supervisor has left of a service or its log. Throws SysError where the record, or what became
   * of the process, cannot be known for now.
   */
  takeUp(unit: Unit, who: Who): void {
    const post = unit.post(who);
    const fresh = unit.service(who);
    if (post === undefined || fresh === undefined) return;
    const left = this.#keeping.read(post);
    const record = left === undefined ? undefined : inherited(who, left, fresh.want);
    if (record === undefined) return;
    const found = this.#find(post, record);
    if (who === "log" && record.want !== "up") this.holders.dismissHolderOf(unit);
    if (found.kind === "alive") post.recording = takenUp(this.#startTimesOf(record));
    const now = { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
    const state = adopted(who, record, found, now);
    unit.pair = who === "main" ? { ...unit.pair, main: state } : { ...unit.pair, log: state };
  }

  /** A log that a logger of a tree had has no process of its own: that logger holds it, and the log's life has ended. */
  #find(post: Post, record: ServiceRecord): FoundProcess {
    if (record.kind === "process") return this.#adoption.take(post, record, this.#tracesOf(post));
    this.holders.add(post.unit, record, record.nextHolder);
    return { kind: "ended", status: 0 };
  }

  /** A start that was under way has taken place by now. */
  #startTimesOf(record: ServiceRecord): StartTimes {
    return record.starting ? { ...record, notAfterNs: this.#kernel.bootNs() } : record;
  }

  #tracesOf({ unit, who }: Post): Traces {
    const { pipe, dir } = unit;
    return {
      home: () => fileKeyOf(this.#kernel.stat(dir, who === "log" ? "log" : ".")),
      pipe: () => pipe === undefined ? undefined : fileKeyOf(this.#kernel.statFd(pipe.read)),
      pipeEnd: who === "log" ? "stdin" : "stdout",
      others: () => this.#keeping.readBeside(unit),
    };
  }

  /**
   * All services that were there at the start have begun, so ends of unknown children matter no more. A process that has
   * executed itself goes on remembering them: it may have children of services that could not begin yet.
   */
  allBegun(): void {
    if (this.#kernel.wordOfLastLife === "") this.#children.forgetStrangers();
  }

  /** Signals the process if it was taken up from another supervisor, and returns whether it was. Throws SysError. */
  signal(pid: number, signal: number): boolean {
    return this.#adoption.signal(pid, signal);
  }

  /** The service has gone. */
  forget(unit: Unit): void {
    this.holders.forget(unit);
    for (const post of [unit.main, unit.log]) if (post !== undefined) this.#adoption.forget(post);
  }
}
