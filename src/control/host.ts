/**
 * sv, svc, svstat and svok: they look into service directories, write control bytes, and sv waits.
 *
 * sv(8) sends to all services first and then waits for all together. Where runit sleeps 0.42 s between looks,
 * this waits for the moment in which a `status` file is replaced (inotify(7)), or in which the last reader of
 * `supervise/ok` is gone (epoll on its write end), and looks then. Every 0.42 s it looks all the same: for what
 * no event tells (a supervisor killed, a file system without inotify), and to ask `./check` again.
 */
import { errnoText, print } from "../runtime/report.ts";
import { CHANGE, CWD, type Fd, type Kernel, OPEN, WOULD_BLOCK } from "../runtime/kernel.ts";
import { ERRNO, errnoOf, SysError } from "../sys/error.ts";
import { STATUS_SIZE, type StatusRecord, unpackStatus } from "../supervision/status.ts";
import type { Command } from "./command.ts";
import { needsSending, verdict } from "./condition.ts";
import { svLine, svstatLine, unpackShortStatus } from "./line.ts";
import { isPath, servicesDirectory, within } from "./place.ts";
import { loggerTrouble, type Reading, svstatTrouble, svTrouble, type Trouble } from "./reading.ts";
import { svRequest } from "./request.ts";
import { SVC_OPTIONS, svcRequest } from "./svc_request.ts";
import { failureCode, LSB_UNKNOWN_CODE, LSB_USAGE_CODE, lsbStatusCode, USAGE_CODE } from "./tally.ts";

/** All that this module asks of the system; permissions.ts lists the symbols behind it. */
export type ControlKernel = Pick<
  Kernel,
  | "environment"
  | "monotonicMs"
  | "wallNs"
  | "open"
  | "close"
  | "read"
  | "write"
  | "stat"
  | "poll"
  | "spawn"
  | "waitFor"
  | "watch"
  | "unwatch"
  | "wait"
  | "ready"
  | "changes"
  | "addChangeWatch"
  | "readChanges"
>;

const STDOUT: Fd = 1;
const STDERR: Fd = 2;

/** runit's pause between two looks. */
const TICK_MS = 420;

/** So many services are watched for their supervisor's end by a descriptor each; more wait for the ticks. */
const MOST_HELD = 256;

export interface SvInvocation {
  /** The name it was called by, in messages; the service's name where `lsb`. */
  readonly name: string;
  readonly args: readonly string[];
  /** Called as an init script, /etc/init.d/NAME. */
  readonly lsb: boolean;
  /** What -V prints. */
  readonly version: string;
}

/** sv(8). Returns the exit code. */
export function runSv(kernel: ControlKernel, { name, args, lsb, version }: SvInvocation): number {
  const places = new Places(kernel);
  const request = svRequest({ name, args, lsb, svwait: variable(kernel, "SVWAIT") });
  switch (request.kind) {
    case "version":
      return svUsage(kernel, name, lsb, version);
    case "usage":
      return svUsage(kernel, name, lsb, request.complaint);
    case "status":
      return new StatusReport(kernel).tell(request.services, (service) => places.ofSv(service), lsb);
    case "command": {
      const errand = new Errand(kernel, request.command, request.waits ? request.timeoutMs : undefined);
      return errand.run(request.services, (service) => places.ofSv(service));
    }
  }
}

function svUsage(kernel: ControlKernel, name: string, lsb: boolean, complaint: string | undefined): number {
  if (complaint !== undefined) say(kernel, STDERR, `${complaint}\n`);
  // runit's usage ends in an empty line.
  say(kernel, STDERR, `usage: ${name}${lsb ? "" : " [-v]"} [-w sec] command${lsb ? "" : " service ..."}\n\n`);
  return lsb ? LSB_USAGE_CODE : USAGE_CODE;
}

/** svc(8). Returns the exit code. */
export function runSvc(kernel: ControlKernel, args: readonly string[]): number {
  const request = svcRequest(args);
  if (request.kind === "usage") {
    if (request.complaint !== undefined) say(kernel, STDERR, `${request.complaint}\n`);
    say(kernel, STDERR, `${SVC_OPTIONS}\n`);
    return USAGE_CODE;
  }
  const places = new Places(kernel);
  let failed = false;
  for (const service of request.services) {
    const complaint = svcComplaint(kernel, service, places.ofSvc(service), request.bytes);
    if (complaint === undefined) continue;
    failed = true;
    say(kernel, STDERR, `svc: warning: ${complaint}\n`);
  }
  return failed ? 1 : 0;
}

function svcComplaint(
  kernel: ControlKernel,
  service: string,
  directory: string,
  bytes: string,
): string | undefined {
  const sent = writeControl(kernel, directory, bytes);
  switch (sent.kind) {
    case "sent":
      return undefined;
    case "dead":
      return `unable to control ${service}: supervise not running`;
    case "unwritten":
      return `error writing commands to ${service}: ${sent.why}`;
    case "unopened": {
      const entering = entryErrno(kernel, directory);
      return entering !== 0
        ? `unable to chdir to ${service}: ${errnoText(entering)}`
        : `unable to control ${service}: ${sent.why}`;
    }
  }
}

/** svstat(8). Returns the exit code, which is always 0. */
export function runSvstat(kernel: ControlKernel, services: readonly string[]): number {
  const places = new Places(kernel);
  let text = "";
  for (const service of services) text += `${service}: ${svstatOf(kernel, places.ofSvc(service))}\n`;
  say(kernel, STDOUT, text);
  return 0;
}

function svstatOf(kernel: ControlKernel, directory: string): string {
  const reading = look(kernel, directory, unpackShortStatus);
  if (reading.kind !== "record") return svstatTrouble(reading);
  const errno = statErrno(kernel, within(directory, "down"));
  if (errno !== 0 && errno !== ERRNO.ENOENT) return `unable to stat down: ${errnoText(errno)}`;
  return svstatLine(reading.record, errno === ERRNO.ENOENT, kernel.wallNs());
}

const SVOK_USAGE_CODE = 100;
const SVOK_DEAD_CODE = 100;
const SVOK_TROUBLE_CODE = 111;

/** svok(8): 0 when a supervisor is there, 100 when not, 111 when that could not be found out. */
export function runSvok(kernel: ControlKernel, args: readonly string[]): number {
  const [service] = args;
  if (service === undefined) {
    say(kernel, STDERR, "svok: usage: svok dir\n");
    return SVOK_USAGE_CODE;
  }
  const directory = new Places(kernel).ofSvc(service);
  const ok = openOrErrno(kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
  if (ok >= 0) {
    kernel.close(ok);
    return 0;
  }
  const entering = -ok === ERRNO.ENXIO ? 0 : entryErrno(kernel, directory);
  if (entering === 0 && (-ok === ERRNO.ENXIO || -ok === ERRNO.ENOENT)) return SVOK_DEAD_CODE;
  const complaint = entering !== 0
    ? `unable to chdir to ${service}: ${errnoText(entering)}`
    : `unable to open ${service}/supervise/ok: ${errnoText(-ok)}`;
  say(kernel, STDERR, `svok: fatal: ${complaint}\n`);
  return SVOK_TROUBLE_CODE;
}

/** Finds directories by name; asks at most once which services directory exists. */
class Places {
  readonly #kernel: ControlKernel;
  readonly #svdir: string | undefined;
  #services: string | undefined;

  constructor(kernel: ControlKernel) {
    this.#kernel = kernel;
    this.#svdir = variable(kernel, "SVDIR");
  }

  ofSv(name: string): string {
    if (isPath(name)) return name;
    this.#services ??= servicesDirectory(this.#svdir, (path) => statErrno(this.#kernel, path) === 0);
    return within(this.#services, name);
  }

  /** daemontools' tools know no services directory: what is supervised here goes first. */
  ofSvc(name: string): string {
    if (this.#svdir !== undefined || isPath(name)) return this.ofSv(name);
    return statErrno(this.#kernel, within(name, "supervise")) === 0 ? name : this.ofSv(name);
  }
}

/** `sv status`. */
class StatusReport {
  readonly #kernel: ControlKernel;
  #text = "";
  #failures = 0;

  constructor(kernel: ControlKernel) {
    this.#kernel = kernel;
  }

  /** Prints everything in one write. Returns the exit code. */
  tell(services: readonly string[], directoryOf: (service: string) => string, lsb: boolean): number {
    let first: Reading | undefined;
    for (const service of services) {
      const reading = this.#tellOne(service, directoryOf(service));
      first ??= reading;
    }
    say(this.#kernel, STDOUT, this.#text);
    if (lsb && first?.kind === "record") return lsbStatusCode(first.record);
    if (lsb && first?.kind === "unusable") return LSB_UNKNOWN_CODE;
    return failureCode(this.#failures);
  }

  #tellOne(service: string, directory: string): Reading {
    const reading = look(this.#kernel, directory);
    if (reading.kind === "record") {
      const line = lineOf(this.#kernel, service, directory, reading.record);
      const logger = this.#logger(service, directory);
      this.#text += logger === undefined ? `${line}\n` : `${line}; ${logger}\n`;
    } else {
      this.#failures++;
      this.#text += `${svTrouble(service, reading, false)}\n`;
    }
    return reading;
  }

  #logger(service: string, directory: string): string | undefined {
    const log = within(directory, "log");
    const reading = look(this.#kernel, log);
    if (reading.kind === "record") return lineOf(this.#kernel, "log", log, reading.record);
    const trouble = loggerTrouble(service, reading);
    if (trouble !== undefined) this.#failures++;
    return trouble;
  }
}

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
class Errand {
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
      errnoOf(thrown);
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
      errnoOf(thrown);
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

/** Reads a service's status, if a supervisor vouches for it. */
function look(
  kernel: ControlKernel,
  directory: string,
  unpack: (bytes: Uint8Array) => StatusRecord | undefined = unpackStatus,
): Reading {
  const ok = openOrErrno(kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
  if (ok < 0) return whyNotOpen(kernel, directory, -ok);
  kernel.close(ok);
  const status = openOrErrno(kernel, within(directory, "supervise/status"), OPEN.read | OPEN.nonBlock);
  if (status < 0) return unusable(`unable to open supervise/status: ${errnoText(-status)}`);
  try {
    const bytes = new Uint8Array(STATUS_SIZE);
    const record = unpack(bytes.subarray(0, Math.max(kernel.read(status, bytes), 0)));
    return record === undefined
      ? unusable("unable to read supervise/status: bad format")
      : { kind: "record", record };
  } catch (thrown) {
    return unusable(`unable to read supervise/status: ${errnoText(errnoOf(thrown))}`);
  } finally {
    kernel.close(status);
  }
}

function whyNotOpen(kernel: ControlKernel, directory: string, errno: number): Trouble {
  if (errno === ERRNO.ENXIO) return { kind: "dead" };
  const entering = entryErrno(kernel, directory);
  return entering === 0
    ? unusable(`unable to open supervise/ok: ${errnoText(errno)}`)
    : { kind: "absent", missing: entering === ERRNO.ENOENT, why: errnoText(entering) };
}

function unusable(why: string): Trouble {
  return { kind: "unusable", why };
}

type Sent =
  | { readonly kind: "sent" }
  | { readonly kind: "dead" }
  | { readonly kind: "unopened" | "unwritten"; readonly why: string };

function writeControl(kernel: ControlKernel, directory: string, bytes: string): Sent {
  const control = openOrErrno(kernel, within(directory, "supervise/control"), OPEN.write | OPEN.nonBlock);
  if (-control === ERRNO.ENXIO) return { kind: "dead" };
  if (control < 0) return { kind: "unopened", why: errnoText(-control) };
  try {
    const letters = Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
    // PIPE_BUF and less is written whole or not at all (pipe(7)).
    if (kernel.write(control, letters) !== WOULD_BLOCK) return { kind: "sent" };
    return { kind: "unwritten", why: errnoText(ERRNO.EAGAIN) };
  } catch (thrown) {
    return { kind: "unwritten", why: errnoText(errnoOf(thrown)) };
  } finally {
    kernel.close(control);
  }
}

function lineOf(kernel: ControlKernel, name: string, directory: string, record: StatusRecord): string {
  return svLine(name, record, normallyUp(kernel, name, directory), kernel.wallNs());
}

/** Whether there is no file `down`; undefined, with a warning, when that cannot be told. */
function normallyUp(kernel: ControlKernel, name: string, directory: string): boolean | undefined {
  const errno = statErrno(kernel, within(directory, "down"));
  if (errno === 0 || errno === ERRNO.ENOENT) return errno !== 0;
  say(kernel, STDERR, `warning: unable to stat ${name}/down: ${errnoText(errno)}\n`);
  return undefined;
}

/** Why the directory cannot be entered; 0 when it can. */
function entryErrno(kernel: ControlKernel, directory: string): number {
  return statErrno(kernel, within(directory, "."));
}

function statErrno(kernel: ControlKernel, path: string): number {
  try {
    kernel.stat(CWD, path);
    return 0;
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** The descriptor, or the errno with a minus in front. */
function openOrErrno(kernel: ControlKernel, path: string, flags: number): number {
  try {
    return kernel.open(CWD, path, flags);
  } catch (thrown) {
    return -errnoOf(thrown);
  }
}

function variable(kernel: ControlKernel, name: string): string | undefined {
  const start = `${name}=`;
  return kernel.environment.find((entry) => entry.startsWith(start))?.slice(start.length);
}

/** What cannot be printed changes nothing of what was done, and so nothing of the exit code. */
function say(kernel: ControlKernel, fd: Fd, text: string): void {
  try {
    print(kernel, fd, text);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
  }
}
