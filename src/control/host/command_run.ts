/**
 * One command of sv(8), from the control bytes to the answers.
 *
 * sv writes to all services first and then waits for all of them together. Where runit sleeps 0.42 s between two
 * looks at a service, this waits for an event: a `status` file was replaced (inotify(7)), or the last reader of
 * `supervise/ok` has gone (epoll(7) on the FIFO's write end). Then it looks at that service.
 *
 * Every 0.42 s (a tick) it looks at all of them anyway: for what no event tells, such as a supervisor that was killed
 * or a file system without inotify, and to run `./check` again.
 */
import { within } from "../../cli/service_path.ts";
import { type Fd, STDOUT } from "../../posix/descriptor.ts";
import type { StatusRecord } from "../../runit/status.ts";
import { CHANGE, OPEN } from "../../runtime/kernel.ts";
import { openOrErrno } from "../../runtime/probe.ts";
import { printIfPossible } from "../../runtime/report.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import type { Command } from "../command.ts";
import { needsSending, verdict } from "../condition.ts";
import { failureCode } from "../exit_codes.ts";
import { svTrouble, type Trouble } from "../status_reading.ts";
import { CheckRunner } from "./check.ts";
import { writeControl } from "./control_fifo.ts";
import { type ControlKernel, readStatus, statusLine, unusable } from "./service_directory.ts";

/** runit's pause between two looks. */
const TICK_MS = 420;

/**
 * The most services that have a descriptor which tells the end of their supervisor. For other services the ticks do.
 */
const MOST_HELD = 256;

/** A service for which sv waits. */
interface Awaited {
  /** The position of the service on the command line. */
  readonly position: number;
  readonly name: string;
  readonly directory: string;
  /** The record before any byte was sent. */
  readonly before: StatusRecord;
  /** The inotify watch of its `supervise` directory; undefined if it has none. */
  readonly watch: number | undefined;
  /** `supervise/ok`, open for writing while sv wants to notice that its last reader goes. */
  ok: Fd | undefined;
}

/**
 * A command for some services.
 *
 * Answers are printed when all have come, and at every tick those that are there, in the order of the command line.
 * Otherwise the order of services that answer within milliseconds of each other would be a matter of chance.
 */
export class CommandRun {
  readonly #kernel: ControlKernel;
  readonly #command: Command;
  readonly #startMs: number;
  readonly #timeoutMs: number | undefined;
  readonly #checks: CheckRunner;
  #answers: { readonly position: number; readonly line: string }[] = [];
  #failures = 0;
  /** The inotify descriptor, if sv waits and could get one. */
  #changes: Fd | undefined;
  #held = 0;

  /** `timeoutMs` is undefined if sv does not wait. */
  constructor(kernel: ControlKernel, command: Command, timeoutMs: number | undefined) {
    this.#kernel = kernel;
    this.#command = command;
    this.#startMs = kernel.monotonicMs();
    this.#timeoutMs = timeoutMs;
    this.#checks = new CheckRunner(kernel);
  }

  /** Sends the command to `services` and waits for them. Returns the exit code. */
  run(services: readonly string[], directoryOf: (service: string) => string): number {
    if (this.#timeoutMs !== undefined) this.#openChanges();
    const awaited: Awaited[] = [];
    for (const [position, service] of services.entries()) {
      const begun = this.#begin(position, service, directoryOf(service));
      if (begun !== undefined) awaited.push(begun);
    }
    this.#printAnswers();
    // Even with a timeout of 0 a service gets one tick to do what it was told.
    if (this.#timeoutMs !== undefined) {
      this.#awaitAll(awaited, this.#startMs + Math.max(this.#timeoutMs, TICK_MS));
    }
    return failureCode(this.#failures);
  }

  #openChanges(): void {
    try {
      this.#changes = this.#kernel.changes();
      this.#kernel.watch(this.#changes, "read");
    } catch (thrown) {
      // This user may have no inotify instance left: the ticks will do.
      rethrowUnlessSysError(thrown);
    }
  }

  /**
   * Sends the bytes to one service. Undefined if there is nothing to wait for. The watch is added first, so that no
   * change is missed.
   */
  #begin(position: number, name: string, directory: string): Awaited | undefined {
    const waits = this.#timeoutMs !== undefined;
    const watch = waits ? this.#addWatch(directory) : undefined;
    const reading = readStatus(this.#kernel, directory);
    if (reading.kind !== "record") {
      this.#answerTrouble(position, name, reading);
      return undefined;
    }
    const { bytes } = this.#command;
    if (needsSending(bytes, reading.record) && !this.#send(position, name, directory, bytes)) {
      return undefined;
    }
    if (!waits) return undefined;
    const ok = bytes === "x" ? this.#holdOk(directory) : undefined;
    return { position, name, directory, before: reading.record, watch, ok };
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

  /**
   * Opens `supervise/ok` for writing. epoll reports this end of the FIFO when the last reader has gone, even if it is
   * watched for something else.
   */
  #holdOk(directory: string): Fd | undefined {
    if (this.#held === MOST_HELD) return undefined;
    const ok = openOrErrno(this.#kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
    if (ok < 0) return undefined;
    this.#held++;
    this.#kernel.watch(ok, "priority");
    return ok;
  }

  #letOkGo(service: Awaited): void {
    if (service.ok === undefined) return;
    this.#kernel.unwatch(service.ok);
    this.#kernel.close(service.ok);
    service.ok = undefined;
    this.#held--;
  }

  /** Writes `bytes`. False if that failed; then the answer is given. */
  #send(position: number, name: string, directory: string, bytes: string): boolean {
    const sent = writeControl(this.#kernel, directory, bytes);
    if (sent.kind === "sent") return true;
    if (sent.kind === "dead") {
      this.#answerTrouble(position, name, sent);
    } else {
      const action = sent.kind === "unopened" ? "open" : "write to";
      this.#answerTrouble(position, name, unusable(`unable to ${action} supervise/control: ${sent.why}`));
    }
    return false;
  }

  // Answers

  #answerTrouble(position: number, name: string, trouble: Trouble): void {
    const exiting = this.#command.awaits.includes("x");
    if (trouble.kind !== "dead" || !exiting) this.#failures++;
    this.#answers.push({ position, line: svTrouble(name, trouble, exiting) });
  }

  #answerStatus(
    answer: "ok" | "timeout" | "kill",
    { position, name, directory }: Awaited,
    record: StatusRecord,
  ): void {
    this.#answers.push({
      position,
      line: `${answer}: ${statusLine(this.#kernel, name, directory, record)}`,
    });
  }

  #printAnswers(): void {
    if (this.#answers.length === 0) return;
    this.#answers.sort((a, b) => a.position - b.position);
    printIfPossible(this.#kernel, STDOUT, this.#answers.map(({ line }) => `${line}\n`).join(""));
    this.#answers = [];
  }

  // Waiting

  #awaitAll(awaited: readonly Awaited[], deadlineMs: number): void {
    let rest = awaited;
    let due = rest;
    let tickAtMs = this.#startMs + TICK_MS;
    for (;;) {
      const late = this.#kernel.monotonicMs() >= deadlineMs;
      const looked = late ? rest : due;
      rest = rest.filter((service) => !looked.includes(service) || !this.#settle(service, late));
      if (rest.length === 0) break;
      due = this.#waitForEvent(rest, Math.min(tickAtMs, deadlineMs));
      if (due !== rest) continue;
      tickAtMs = this.#kernel.monotonicMs() + TICK_MS;
      this.#printAnswers();
    }
    this.#printAnswers();
  }

  /** Waits. Returns the services to which something happened, or all of `rest` when `untilMs` has come. */
  #waitForEvent(rest: readonly Awaited[], untilMs: number): readonly Awaited[] {
    for (;;) {
      const leftMs = untilMs - this.#kernel.monotonicMs();
      if (leftMs <= 0) return rest;
      const concerned = this.#takeEvents(rest, this.#kernel.wait(Math.ceil(leftMs)));
      if (concerned.length > 0) return concerned;
    }
  }

  /** Takes the events of `ready` descriptors. Returns the services of `rest` that they concern. */
  #takeEvents(rest: readonly Awaited[], ready: number): readonly Awaited[] {
    const concerned: Awaited[] = [];
    for (let i = 0; i < ready; i++) {
      const fd = this.#kernel.ready(i);
      if (fd === this.#changes) {
        const changes = this.#kernel.readChanges(fd);
        if (changes.some(({ mask }) => (mask & CHANGE.overflow) !== 0)) return rest;
        const watches = new Set(changes.filter(({ name }) => name === "status").map(({ watch }) => watch));
        concerned.push(...rest.filter(({ watch }) => watch !== undefined && watches.has(watch)));
      } else {
        const service = rest.find(({ ok }) => ok === fd);
        if (service === undefined) continue;
        // One event is enough: a FIFO that was replaced would stay ready.
        this.#letOkGo(service);
        concerned.push(service);
      }
    }
    return concerned;
  }

  /**
   * Looks at a service and answers if there is nothing more to wait for: its command is done, it is in trouble, or it
   * is late. A late service gets `k` if the command says so. Returns whether it has answered.
   */
  #settle(service: Awaited, late: boolean): boolean {
    const reading = readStatus(this.#kernel, service.directory);
    if (reading.kind !== "record") {
      this.#letOkGo(service);
      this.#answerTrouble(service.position, service.name, reading);
      return true;
    }
    const { awaits, kills } = this.#command;
    const found = verdict(awaits, service.before, reading.record);
    if (found === "met" || found === "check" && this.#checks.run(service)) {
      this.#answerStatus("ok", service, reading.record);
      return true;
    }
    if (!late) return false;
    this.#failures++;
    this.#answerStatus(kills ? "kill" : "timeout", service, reading.record);
    if (kills) this.#send(service.position, service.name, service.directory, "k");
    return true;
  }
}
