/**
 * sv(8) sends to all services first and then waits for all together. Where runit sleeps 0.42 s between looks,
 * this waits for the moment in which a `status` file is replaced (inotify(7)), or in which the last reader of
 * `supervise/ok` is gone (epoll on its write end), and looks then. Every 0.42 s it looks all the same: for what
 * no event tells (a supervisor killed, a file system without inotify), and to ask `./check` again.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { errnoText } from "../../runtime/report.ts";
import { CHANGE, OPEN } from "../../runtime/kernel.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import type { StatusRecord } from "../../runit/status.ts";
import type { Command } from "../command.ts";
import { needsSending, verdict } from "../condition.ts";
import { within } from "../../cli/service_path.ts";
import { svTrouble, type Trouble } from "../reading.ts";
import { failureCode } from "../tally.ts";
import { writeControl } from "./control_fifo.ts";
import {
  type ControlKernel,
  lineOf,
  look,
  openOrErrno,
  say,
  statErrno,
  STDERR,
  STDOUT,
  unusable,
} from "./directory.ts";

/** runit's pause between two looks. */
const TICK_MS = 420;

/** So many services are watched for their supervisor's end by a descriptor each; more wait for the ticks. */
const MOST_HELD = 256;

/** A service that sv waits for. */
interface Awaited {
  /** Its place on the command line. */
  readonly order: number;
  readonly name: string;
  readonly directory: string;
  /** The record before anything was sent. */
  readonly before: StatusRecord;
  /** Watch of its supervise directory, or undefined. */
  readonly watch: number | undefined;
  /** Open for writing as long as a reader's end is to be noticed. */
  ok: Fd | undefined;
  /** Whether the user knows that ./check cannot be run. */
  warned: boolean;
}

/**
 * A command for some services, and waiting until it has come true.
 *
 * Answers are printed when all have come, and those there are at every tick, in the order of the command line:
 * that of services which answer within milliseconds of each other would be a matter of chance otherwise.
 */
export class Errand {
  readonly #kernel: ControlKernel;
  readonly #command: Command;
  readonly #startMs: number;
  readonly #timeoutMs: number | undefined;
  #answers: { readonly order: number; readonly line: string }[] = [];
  #failures = 0;
  /** inotify, once it is needed; undefined when there is none to be had. */
  #changes: Fd | undefined;
  #devNull: Fd | undefined;
  #held = 0;

  /** `timeoutMs`: undefined does not wait. */
  constructor(kernel: ControlKernel, command: Command, timeoutMs: number | undefined) {
    this.#kernel = kernel;
    this.#command = command;
    this.#startMs = kernel.monotonicMs();
    this.#timeoutMs = timeoutMs;
  }

  /** Returns the exit code. */
  run(services: readonly string[], directoryOf: (service: string) => string): number {
    if (this.#timeoutMs !== undefined) this.#openChanges();
    const awaited: Awaited[] = [];
    for (const [order, service] of services.entries()) {
      const one = this.#begin(order, service, directoryOf(service));
      if (one !== undefined) awaited.push(one);
    }
    this.#flush();
    // Even without patience a service gets one tick to do as it was told.
    if (this.#timeoutMs !== undefined) {
      this.#await(awaited, this.#startMs + Math.max(this.#timeoutMs, TICK_MS));
    }
    return failureCode(this.#failures);
  }

  #openChanges(): void {
    try {
      this.#changes = this.#kernel.changes();
      this.#kernel.watch(this.#changes, "read");
    } catch (thrown) {
      // No inotify instance is left to this user: the ticks will do.
      rethrowUnlessSysError(thrown);
    }
  }

  /** Sends. undefined: there is nothing to wait for. The watch comes first, so that no change is missed. */
  #begin(order: number, name: string, directory: string): Awaited | undefined {
    const waits = this.#timeoutMs !== undefined;
    const watch = waits ? this.#addWatch(directory) : undefined;
    const reading = look(this.#kernel, directory);
    if (reading.kind !== "record") {
      this.#tellTrouble(order, name, reading);
      return undefined;
    }
    const { bytes } = this.#command;
    if (needsSending(bytes, reading.record) && !this.#send(order, name, directory, bytes)) return undefined;
    if (!waits) return undefined;
    const ok = bytes === "x" ? this.#holdOk(directory) : undefined;
    return { order, name, directory, before: reading.record, watch, ok, warned: false };
  }

  #addWatch(directory: string): number | undefined {
    if (this.#changes === undefined) return undefined;
    try {
      return this.#kernel.addChangeWatch(this.#changes, within(directory, "supervise"), CHANGE.movedTo);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /** epoll reports a FIFO's write end when its last reader is gone, whatever it is watched for. */
  #holdOk(directory: string): Fd | undefined {
    if (this.#held === MOST_HELD) return undefined;
    const ok = openOrErrno(this.#kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
    if (ok < 0) return undefined;
    this.#held++;
    this.#kernel.watch(ok, "priority");
    return ok;
  }

  #letGo(one: Awaited): void {
    if (one.ok === undefined) return;
    this.#kernel.unwatch(one.ok);
    this.#kernel.close(one.ok);
    one.ok = undefined;
    this.#held--;
  }

  /** Whether `bytes` were written; if not, why has been told. */
  #send(order: number, name: string, directory: string, bytes: string): boolean {
    const sent = writeControl(this.#kernel, directory, bytes);
    if (sent.kind === "sent") return true;
    if (sent.kind === "dead") {
      this.#tellTrouble(order, name, sent);
    } else {
      const action = sent.kind === "unopened" ? "open" : "write to";
      this.#tellTrouble(order, name, unusable(`unable to ${action} supervise/control: ${sent.why}`));
    }
    return false;
  }

  #tellTrouble(order: number, name: string, trouble: Trouble): void {
    const exiting = this.#command.awaits === "x";
    if (trouble.kind !== "dead" || !exiting) this.#failures++;
    this.#answers.push({ order, line: svTrouble(name, trouble, exiting) });
  }

  #flush(): void {
    if (this.#answers.length === 0) return;
    this.#answers.sort((a, b) => a.order - b.order);
    say(this.#kernel, STDOUT, this.#answers.map(({ line }) => `${line}\n`).join(""));
    this.#answers = [];
  }

  #await(awaited: readonly Awaited[], deadlineMs: number): void {
    let rest = awaited;
    let due = rest;
    let tickAtMs = this.#startMs + TICK_MS;
    for (;;) {
      const late = this.#kernel.monotonicMs() >= deadlineMs;
      const looked = late ? rest : due;
      rest = rest.filter((one) => !looked.includes(one) || !this.#settled(one, late));
      if (rest.length === 0) break;
      due = this.#stirred(rest, Math.min(tickAtMs, deadlineMs));
      if (due !== rest) continue;
      tickAtMs = this.#kernel.monotonicMs() + TICK_MS;
      this.#flush();
    }
    this.#flush();
  }

  /** Waits until something happened to some services, or until it is time to look at all of `rest`. */
  #stirred(rest: readonly Awaited[], untilMs: number): readonly Awaited[] {
    for (;;) {
      const leftMs = untilMs - this.#kernel.monotonicMs();
      if (leftMs <= 0) return rest;
      const stirred = this.#awaken(rest, this.#kernel.wait(Math.ceil(leftMs)));
      if (stirred.length > 0) return stirred;
    }
  }

  #awaken(rest: readonly Awaited[], ready: number): readonly Awaited[] {
    const stirred: Awaited[] = [];
    for (let i = 0; i < ready; i++) {
      const fd = this.#kernel.ready(i);
      if (fd === this.#changes) {
        const changes = this.#kernel.readChanges(fd);
        if (changes.some(({ mask }) => (mask & CHANGE.overflow) !== 0)) return rest;
        const watches = new Set(changes.filter(({ name }) => name === "status").map(({ watch }) => watch));
        stirred.push(...rest.filter(({ watch }) => watch !== undefined && watches.has(watch)));
      } else {
        const one = rest.find(({ ok }) => ok === fd);
        if (one === undefined) continue;
        // Told once is enough: a FIFO that was replaced would stay ready.
        this.#letGo(one);
        stirred.push(one);
      }
    }
    return stirred;
  }

  /** Whether there is nothing more to wait for: come true, in trouble, or too late. The answer has been told. */
  #settled(one: Awaited, late: boolean): boolean {
    const reading = look(this.#kernel, one.directory);
    if (reading.kind !== "record") {
      this.#letGo(one);
      this.#tellTrouble(one.order, one.name, reading);
      return true;
    }
    const { awaits, kills } = this.#command;
    const found = verdict(awaits, one.before, reading.record);
    if (found === "met" || found === "check" && this.#available(one)) {
      this.#tellLine("ok", one, reading.record);
      return true;
    }
    if (!late) return false;
    this.#failures++;
    this.#tellLine(kills ? "kill" : "timeout", one, reading.record);
    if (kills) this.#send(one.order, one.name, one.directory, "k");
    return true;
  }

  #tellLine(answer: string, { order, name, directory }: Awaited, record: StatusRecord): void {
    this.#answers.push({ order, line: `${answer}: ${lineOf(this.#kernel, name, directory, record)}` });
  }

  /** Whether ./check succeeds; without one a running service is available. */
  #available(one: Awaited): boolean {
    const check = within(one.directory, "check");
    const errno = statErrno(this.#kernel, check);
    if (errno === ERRNO.ENOENT) return true;
    if (errno !== 0) return this.#warn(one, "stat", errno);
    try {
      const pid = this.#kernel.spawn({
        path: "check",
        argv: ["./check"],
        directoryPath: one.directory,
        stdout: this.#silence(),
      });
      // An end by a signal is no success either: nothing was found to be available.
      return this.#kernel.waitFor(pid).status === 0;
    } catch (thrown) {
      return this.#warn(one, "run", errnoOf(thrown));
    }
  }

  /** Says once that ./check cannot be used; a service that cannot be checked is not available. */
  #warn(one: Awaited, action: string, errno: number): false {
    if (!one.warned) {
      say(this.#kernel, STDERR, `warning: unable to ${action} ${one.name}/check: ${errnoText(errno)}\n`);
    }
    one.warned = true;
    return false;
  }

  /** Where ./check writes to; its words must not get between the lines. */
  #silence(): Fd {
    if (this.#devNull !== undefined) return this.#devNull;
    const fd = openOrErrno(this.#kernel, "/dev/null", OPEN.write);
    return this.#devNull = fd < 0 ? STDERR : fd;
  }
}
