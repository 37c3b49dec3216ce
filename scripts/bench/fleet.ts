/**
 * A fleet: one system and its services in a directory of its own, from start to stop. It runs inside a trial
 * (`trial.ts`), where every process that is not the trial's own belongs to a fleet.
 */

import { commandLine, cpuTicks, descendants, isAlive } from "./proc.ts";
import { abiOf } from "../../src/sys/abi.ts";
import { FileCalls } from "../../src/sys/files.ts";
import { bindLibc } from "../../src/sys/libc.ts";
import { probeProgram } from "./probe.ts";
import { type Start, Starts } from "./starts.ts";
import { type Installation, type System, SYSTEMS } from "./systems.ts";

/** The name of the program that does nothing, which is installed beside denit. */
export const EMPTY_PROGRAM = "empty";

/** The rest of PATH for the processes and commands of a fleet, for `sh` and, if a program needs it, `deno`. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Longer than the slowest system needs for 5,000 services on one slow core. */
const UP_WITHIN_MS = 120_000;
const QUIET_WITHIN_MS = 60_000;
const GONE_WITHIN_MS = 120_000;
const RETURN_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1;
const QUIET_FOR_MS = 1000;
const OLD_SECONDS = 60;
const CWD = -100;
const O_WRONLY_NONBLOCK = 0o4001;

/** One system and its services. */
export class Fleet {
  readonly system: System;
  readonly serviceDirectories: readonly string[];
  readonly #directory: string;
  readonly #scanDirectories: readonly string[];
  readonly #programs: string;
  readonly #starts: Starts;
  readonly #scanners: Deno.ChildProcess[] = [];
  /** The pids of the services that run. */
  readonly #running = new Set<number>();

  private constructor(installation: Installation, directory: string, count: number, starts: Starts) {
    this.system = SYSTEMS[installation.system];
    this.#programs = installation.programs;
    this.#directory = directory;
    this.#starts = starts;
    this.#scanDirectories = scanDirectories(directory, count, this.system.servicesPerScanner);
    this.serviceDirectories = Array.from({ length: count }, (_, index) => this.#makeService(`s${index}`));
    for (const scan of this.#scanDirectories) Deno.mkdirSync(scan);
    for (const [index, service] of this.serviceDirectories.entries()) this.#enable(service, index);
    for (const scan of this.#scanDirectories) makeOld(scan);
  }

  /** Makes everything that has to be on disk before the clock starts. */
  static async prepare(installation: Installation, directory: string, count: number): Promise<Fleet> {
    Deno.mkdirSync(`${directory}/services`, { recursive: true });
    const fifo = `${directory}/starts`;
    const starts = await Starts.open(fifo);
    Deno.writeFileSync(`${directory}/probe`, probeProgram(fifo), { mode: 0o755 });
    return new Fleet(installation, directory, count, starts);
  }

  #makeService(name: string): string {
    const service = `${this.#directory}/services/${name}`;
    Deno.mkdirSync(service);
    Deno.linkSync(`${this.#directory}/probe`, `${service}/run`);
    return service;
  }

  #enable(service: string, index: number): void {
    const scan = this.#scanDirectories[Math.floor(index / this.system.servicesPerScanner)];
    Deno.symlinkSync(service, `${scan}/s${index}`);
  }

  /** Starts the scanners. Returns the milliseconds until every service has reported that it runs. */
  async start(): Promise<number> {
    const begunMs = performance.now();
    for (const scan of this.#scanDirectories) {
      const services = Math.min(this.serviceDirectories.length, this.system.servicesPerScanner);
      this.#scanners.push(this.#spawn(this.system.scanner(scan, services)));
    }
    const starts = await this.#nextStarts(this.serviceDirectories.length);
    return (starts.at(-1)?.atMs ?? Number.NaN) - begunMs;
  }

  async #nextStarts(count: number): Promise<Start[]> {
    const starts = await this.#starts.next(count, UP_WITHIN_MS);
    for (const { pid } of starts) this.#running.add(pid);
    return starts;
  }

  /** The supervising processes: the scanners and all their descendants that are not services. */
  supervisors(): number[] {
    return descendants(this.#scanners.map(({ pid }) => pid)).filter((pid) => !this.#running.has(pid));
  }

  /** Waits until the supervisors have used no processor time for a second. */
  async quiet(): Promise<void> {
    const deadlineMs = performance.now() + QUIET_WITHIN_MS;
    for (let before = -1; performance.now() < deadlineMs;) {
      const now = cpuTicks(this.supervisors());
      if (now === before) return this.#checkStarts();
      before = now;
      await delay(QUIET_FOR_MS);
    }
    throw new Error(`${this.system.label} was still busy after ${QUIET_WITHIN_MS} ms`);
  }

  /** Throws if a service has started more often than it should, which would spoil every number. */
  #checkStarts(): void {
    const alive = [...this.#running].filter(isAlive).length;
    if (this.#starts.unread > 0 || alive !== this.serviceDirectories.length) {
      throw new Error(
        `${this.system.label}: ${alive} services alive, ${this.#starts.unread} unexpected starts`,
      );
    }
  }

  /** Kills each of the first `count` services once. Returns the milliseconds until each runs again. */
  async restartTimes(count: number): Promise<number[]> {
    const times: number[] = [];
    for (const pid of [...this.#running].slice(0, count)) {
      const killedMs = performance.now();
      Deno.kill(pid, "SIGKILL");
      const [start] = await this.#nextStarts(1);
      this.#running.delete(pid);
      times.push((start?.atMs ?? Number.NaN) - killedMs);
    }
    return times;
  }

  /** Enables one more service. Returns the milliseconds until it runs. */
  async noticeTime(name: string): Promise<number> {
    const service = this.#makeService(name);
    const [scan = ""] = this.#scanDirectories;
    const linkedMs = performance.now();
    Deno.symlinkSync(service, `${scan}/${name}`);
    const rescan = this.system.rescan?.(scan);
    if (rescan !== undefined) this.#spawn(rescan);
    const [start] = await this.#nextStarts(1);
    return (start?.atMs ?? Number.NaN) - linkedMs;
  }

  /**
   * Kills the supervisors of `services`. If the scanner supervises, it is killed and started again at once, as its
   * parent would do; else the process of each service is killed, and the scanner starts it again. Returns the
   * milliseconds until a status command would have an answer for every service.
   */
  async returnTime(services = this.serviceDirectories): Promise<number> {
    const begunMs = performance.now();
    if (this.system.supervises === "scanner") await this.#killScanners();
    else await this.#killSupervisorsOf(services);
    await this.#answered(services, begunMs + RETURN_WITHIN_MS);
    return performance.now() - begunMs;
  }

  async #killScanners(): Promise<void> {
    for (const [index, scan] of this.#scanDirectories.entries()) {
      const scanner = this.#scanners[index];
      scanner?.kill("SIGKILL");
      await scanner?.status;
      this.#scanners[index] = this.#spawn(this.system.scanner(scan, this.serviceDirectories.length));
    }
  }

  /** Finds them by their arguments: runsv, s6-supervise and the `run` of s6 all have the name of the service there. */
  async #killSupervisorsOf(services: readonly string[]): Promise<void> {
    const names = new Set(services.map((path) => path.slice(path.lastIndexOf("/") + 1)));
    const isOne = (pid: number) => {
      return !isRun(pid) && names.has(commandLine(pid)[1] ?? "");
    };
    const pids = descendants(this.#scanners.map(({ pid }) => pid)).filter(isOne);
    if (pids.length !== services.length) throw new Error(`${pids.length} supervisors of ${services.length}`);
    for (const pid of pids) Deno.kill(pid, "SIGKILL");
    await gone(pids);
  }

  async #answered(services: readonly string[], deadlineMs: number): Promise<void> {
    for (const service of services) {
      while (!hasReader(`${service}/${this.system.answers}`)) {
        if (performance.now() > deadlineMs) throw new Error(`${service} is not supervised any more`);
        await delay(LOOK_EVERY_MS);
      }
    }
  }

  /** Starts that were not asked for since the last look. */
  get unexpectedStarts(): number {
    return this.#starts.unread;
  }

  /** Tells all to stop in order, and waits until the supervisors have left. */
  async leave(): Promise<void> {
    const supervisors = this.supervisors().filter((pid) => !isRun(pid));
    this.#tellToStop();
    await gone(supervisors);
  }

  /** Stops in order. Returns the milliseconds until no service and no supervisor is left. */
  async stopTime(): Promise<number> {
    const processes = [...this.#running, ...this.supervisors()];
    const begunMs = performance.now();
    this.#tellToStop();
    await gone(processes);
    return performance.now() - begunMs;
  }

  #tellToStop(): void {
    for (const [index, scan] of this.#scanDirectories.entries()) {
      if (this.system.stopFleet !== undefined) this.#spawn(this.system.stopFleet(scan));
      else this.#scanners[index]?.kill("SIGHUP");
    }
  }

  /** Stops all services with the control program. Returns the milliseconds until it has ended and they have gone. */
  async stopServicesTime(): Promise<number> {
    const begunMs = performance.now();
    const { success } = await this.#spawn(this.system.stopServices(this.serviceDirectories)).status;
    if (!success) throw new Error(`${this.system.label}: the control program failed to stop the services`);
    await gone([...this.#running]);
    return performance.now() - begunMs;
  }

  /** The status command for the first `count` services. Its output has been checked once. */
  statusCommand(count: number): Deno.Command {
    const argv = this.system.status(this.serviceDirectories.slice(0, count));
    const printed = new TextDecoder().decode(this.#command(argv, "piped").outputSync().stdout);
    const running = printed.split("\n").filter((line) => this.system.runs.test(line)).length;
    if (running !== count) throw new Error(`${argv[0]} saw ${running} of ${count} services run:\n${printed}`);
    return this.#command(argv, "null");
  }

  #spawn(argv: readonly string[]): Deno.ChildProcess {
    return this.#command(argv, "null").spawn();
  }

  #command([program = "", ...args]: readonly string[], stdout: "null" | "piped"): Deno.Command {
    return command(this.#programs, program, args, stdout);
  }
}

/** A command as a fleet runs it: looked up in `programs` first, with PATH as its only variable. */
export function command(
  programs: string,
  program: string,
  args: readonly string[],
  stdout: "null" | "piped",
  stdin: "null" | "piped" = "null",
): Deno.Command {
  const PATH = `${programs}:${SYSTEM_PATH}`;
  // Looked up here, because Deno would search its own PATH and not the one that the program gets.
  return new Deno.Command(locate(PATH, program), {
    args: [...args],
    clearEnv: true,
    env: { PATH },
    stdin,
    stdout,
    stderr: "inherit",
  });
}

function locate(path: string, program: string): string {
  for (const directory of path.split(":")) {
    try {
      if (Deno.statSync(`${directory}/${program}`).isFile) return `${directory}/${program}`;
    } catch {
      // Not in this directory.
    }
  }
  throw new Error(`Cannot find "${program}" in "${path}"`);
}

function scanDirectories(directory: string, services: number, perScanner: number): string[] {
  return Array.from(
    { length: Math.ceil(services / perScanner) || 1 },
    (_, index) => `${directory}/scan${index}`,
  );
}

/** Makes the directory look older: runsvdir waits if it changed in the present second, as it has not at boot. */
function makeOld(directory: string): void {
  const past = Date.now() / 1000 - OLD_SECONDS;
  Deno.utimeSync(directory, past, past);
}

/** True if the process is a service: some systems call it `./run`, others `run`. */
export function isRun(pid: number): boolean {
  return /^(\.\/)?run$/.test(commandLine(pid)[0] ?? "");
}

const FILES = new FileCalls(bindLibc(["openat", "close"], false), abiOf(Deno.build.arch));

/** True when the FIFO has a reader. Opens the FIFO as sv and svok do, without waiting. */
function hasReader(fifo: string): boolean {
  try {
    FILES.close(FILES.open(CWD, fifo, O_WRONLY_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  const deadlineMs = performance.now() + GONE_WITHIN_MS;
  for (const pid of pids) {
    while (isAlive(pid)) {
      if (performance.now() > deadlineMs) throw new Error(`Process ${pid} is still there`);
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** Resolves after `ms` milliseconds. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
