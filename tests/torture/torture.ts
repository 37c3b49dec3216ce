/**
 * Tortures a fleet. While services write numbered lines, the torture kills supervisors and loggers at random moments,
 * kills and commands some services, has the fleet execute itself, fills the disk and sets the clock. No spared
 * service may restart, no service may run twice, and no line may be lost or repeated.
 */
import { dirname, join } from "@std/path";
import { commandOf, namesIn } from "../logs.ts";
import { isAlive, processesMarked, processOf, readText, signal } from "../processes.ts";
import { program } from "../program.ts";
import { uniqueMark } from "../seed.ts";
import { Random } from "../random.ts";
import { eventually, NotInTime, pause } from "../wait.ts";
import { Ground } from "./ground.ts";
import { checkLines, logDirectory, servicesOf, type TorturedService, treeOf } from "./services.ts";

/** The size and the end of a torture. It ends after `kills` kills or at `untilMs`. */
export interface TorturePlan {
  readonly seed: number;
  /** Number of kills of the supervisor. */
  readonly kills: number;
  /** Time of the end, as performance.now() tells it. */
  readonly untilMs: number;
  readonly services: number;
  /** A fault that the torture plants, to show that its checks find it. */
  readonly planted?: Planted;
  /** Directory for copies of the logs with faults. */
  readonly keep?: string;
}

/**
 * `records`: after each kill the torture removes the dead supervisor's records, so the next supervisor does not know
 * the processes. `lines`: the torture stops the loggers, then kills all services, their loggers and the fleet at
 * once, so the lines in the pipes are lost.
 */
export type Planted = "records" | "lines";

/** The actions of a torture, counted, and its findings. */
export interface TortureResult {
  readonly supervisorsKilled: number;
  readonly loggersKilled: number;
  readonly servicesKilled: number;
  readonly upgrades: number;
  /** The number of times that the disk was filled or emptied, or the clock was set. */
  readonly turns: number;
  readonly lines: number;
  /** The faults that were found. Empty if all checks passed. */
  readonly problems: readonly string[];
}

const MARK = "DENIT_TORTURE";
const USR2 = 12;
/** No service may be down for longer than this, even on a machine with other work. */
const PATIENCE_MS = 60_000;
/** The time within which the checks find a planted fault, or do not find it at all. */
const LESS_PATIENCE_MS = 2000;

/**
 * The lines in a pipe live as long as the service, its logger or the supervisor lives. If all three die at once, the
 * lines are lost, and no promise is broken. So the torture spares one of the three at any time, and chooses again
 * when everything has come to rest.
 */
type Spared = "fleet" | "loggers" | "services";
const ROUND = 60;
const SPARED: readonly Spared[] = ["loggers", "services", "loggers", "services", "fleet"];

/** Runs a torture, and removes everything afterwards. */
export async function torture(plan: TorturePlan): Promise<TortureResult> {
  const torture = new Torture(plan, (await program()).links, await Ground.make());
  try {
    return await torture.run();
  } finally {
    await torture.clean();
  }
}

class Torture {
  readonly #plan: TorturePlan;
  readonly #random: Random;
  readonly #links: string;
  readonly #services: readonly TorturedService[];
  readonly #ground: Ground;
  readonly #mark = uniqueMark();
  readonly #problems: string[] = [];
  readonly #progress = new Map<string, Map<string, number>>();
  readonly #said: string[] = [];
  #fleet: Deno.ChildProcess | undefined;
  #spared: Spared = "services";
  #counts = { supervisorsKilled: 0, loggersKilled: 0, servicesKilled: 0, upgrades: 0, turns: 0, lines: 0 };

  constructor(plan: TorturePlan, links: string, ground: Ground) {
    this.#plan = plan;
    this.#links = links;
    this.#ground = ground;
    this.#random = new Random(plan.seed);
    this.#services = servicesOf(plan.services);
  }

  /** Directory of a service, as the torture sees it. */
  #placeOf(name: string): string {
    return join(this.#ground.seen, "service", name);
  }

  async run(): Promise<TortureResult> {
    this.#build();
    this.#begin();
    await this.#allRun();
    const healthy = new Map(this.#healthy().map(({ name }) => [name, this.#pidOf(name)]));
    const { kills, untilMs } = this.#plan;
    const isOver = () => this.#counts.supervisorsKilled >= kills || performance.now() >= untilMs;
    while (!isOver()) {
      for (let i = 0; i < ROUND && !isOver(); i++) await this.#disturb();
      await this.#rest();
      this.#spared = this.#random.pick(SPARED);
    }
    if (this.#plan.planted === "lines") await this.#loseLines();
    await this.#rest();
    this.#checkHealthy(healthy);
    await this.#checkStatus();
    await this.#checkLogs();
    await this.#stop();
    return { ...this.#counts, problems: [...this.#problems, ...this.#complaints()] };
  }

  #build(): void {
    const { seen } = this.#ground;
    const { texts, links } = treeOf(this.#services);
    for (const [path, text] of Object.entries(texts)) {
      Deno.mkdirSync(dirname(join(seen, path)), { recursive: true });
      Deno.writeTextFileSync(join(seen, path), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
    }
    for (const [path, target] of Object.entries(links)) {
      Deno.mkdirSync(dirname(join(seen, path)), { recursive: true });
      Deno.symlinkSync(target, join(seen, path));
    }
  }

  // The fleet

  #begin(): void {
    const { through, environment, home } = this.#ground;
    const [file = "", ...args] = [
      ...through,
      join(this.#links, "runsvdir"),
      ...["-P", join(home, "service")],
    ];
    const child = new Deno.Command(file, {
      args,
      env: {
        ...environment,
        LC_ALL: "C",
        PATH: `${this.#links}:${Deno.env.get("PATH")}`,
        [MARK]: this.#mark,
      },
      cwd: home,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#fleet = child;
    void this.#listen(child.stderr);
  }

  async #listen(stderr: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stderr) this.#said.push(...decoder.decode(bytes).split("\n").filter(Boolean));
  }

  #healthy(): readonly TorturedService[] {
    return this.#services.filter(({ healthy }) => healthy);
  }

  #pidOf(name: string): number {
    return Number(readText(join(this.#placeOf(name), "supervise/pid"))?.trim() ?? 0);
  }

  /**
   * Pids of the processes that are a `run` of the service, known by their command and directory. A child that a run
   * has forked, and that is to become its `sleep`, does not count.
   */
  #runsOf(name: string, all = this.#processes()): number[] {
    const place = join(this.#ground.home, "service", name);
    const those = all.filter(({ command, directory }) =>
      directory === place && (command.includes("./run") || command.join(" ") === "sleep 100000")
    ).map(({ pid }) => pid);
    return those.filter((pid) => !those.includes(processOf(pid)?.parent ?? 0));
  }

  /** All processes of the torture, with command and directory. */
  #processes(): readonly {
    readonly pid: number;
    readonly command: readonly string[];
    readonly directory: string;
  }[] {
    return processesMarked(`${MARK}=${this.#mark}`).map((pid) => ({
      pid,
      command: commandOf(pid),
      directory: linkOf(`/proc/${pid}/cwd`),
    }));
  }

  get #patienceMs(): number {
    return this.#plan.planted === undefined ? PATIENCE_MS : LESS_PATIENCE_MS;
  }

  get #logged(): readonly TorturedService[] {
    return this.#services.filter(({ log }) => log !== "none");
  }

  /** Waits until every service runs and is supervised, and every line written until now is in its log. */
  async #rest(): Promise<void> {
    this.#ground.freeDisk();
    await this.#allRun();
    const written = this.#logged.map((service) => ({ service, number: this.#noteProgress(service.name) }));
    for (const { service, number } of written) {
      await this.#eventually(
        `the lines of ${service.name} to come`,
        () => lastNumber(this.#linesOf(service)) >= number || this.#noteProgress(service.name) < number,
      );
    }
  }

  /** Waits like `eventually` of `wait.ts`, but notes a problem if time runs out. */
  async #eventually(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
    await eventually(what, probe, this.#patienceMs).catch((thrown) => {
      if (!(thrown instanceof NotInTime)) throw thrown;
      this.#problems.push(thrown.message);
    });
  }

  #linesOf(service: TorturedService): string[] {
    return linesByAge(join(this.#ground.seen, logDirectory(service)));
  }

  async #allRun(): Promise<void> {
    for (const { name } of this.#services) {
      await this.#eventually(`${name} to run`, () => this.#isUp(name));
      await this.#eventually(`${name} to be supervised`, () => this.#isSupervised(name));
    }
  }

  async #isSupervised(name: string): Promise<boolean> {
    const svok = new Deno.Command(join(this.#links, "svok"), { args: [this.#placeOf(name)] });
    return (await svok.output()).success;
  }

  #isUp(name: string): boolean {
    const pid = this.#pidOf(name);
    return pid !== 0 && isAlive(pid) &&
      readText(join(this.#placeOf(name), "supervise/stat")) === "run\n";
  }

  // The torments

  async #disturb(): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 40) await this.#kill(this.#random.pick(["fleet", "fleet", "loggers", "both"]));
    else if (dice < 60) await this.#kill("both");
    else if (dice < 70) this.#killService();
    else if (dice < 80) this.#command();
    else if (dice < 88) this.#upgrade();
    else if (dice < 94 ? this.#ground.turnDisk() : this.#ground.turnClock()) this.#counts.turns++;
    await pause(this.#random.between(0, 250));
    if (this.#random.chance(0.2)) this.#checkCopies();
  }

  async #kill(who: "fleet" | "loggers" | "both"): Promise<void> {
    if (who !== "fleet" && this.#spared !== "loggers") this.#killLoggers();
    if (who !== "loggers" && this.#spared !== "fleet") await this.#killFleet();
  }

  async #killFleet(): Promise<void> {
    const fleet = this.#fleet;
    if (fleet === undefined) return;
    signal(fleet.pid, "SIGKILL");
    const status = await fleet.status;
    if (status.signal !== "SIGKILL") {
      this.#problems.push(`the fleet ended: ${JSON.stringify(status)}: ${this.#said.slice(-5).join("; ")}`);
    }
    this.#counts.supervisorsKilled++;
    if (this.#plan.planted === "records") this.#removeRecords();
    if (this.#random.chance(0.3)) await pause(this.#random.between(0, 500));
    this.#begin();
  }

  #removeRecords(): void {
    for (const { name } of this.#services) {
      const path = join(this.#placeOf(name), "supervise/process");
      if (readText(path) !== undefined) Deno.removeSync(path);
    }
  }

  #loggers(): { readonly pid: number }[] {
    return this.#processes().filter(({ command }) =>
      command.some((word) => word === "svlogfleet" || word.endsWith("svlogd")) && command[0] !== "/bin/sh"
    );
  }

  async #loseLines(): Promise<void> {
    const loggers = this.#loggers();
    for (const { pid } of loggers) signal(pid, "SIGSTOP");
    const victims = this.#services.filter(({ log }) => log !== "none").map(({ name }) => name);
    const before = new Map(victims.map((name) => [name, this.#noteProgress(name)]));
    await eventually(
      "more lines of every service",
      () => victims.every((name) => this.#noteProgress(name) > (before.get(name) ?? 0) + 3),
      PATIENCE_MS,
    );
    // The fleet would start a logger again, which then would hold the pipe.
    if (this.#fleet !== undefined) signal(this.#fleet.pid, "SIGSTOP");
    for (const name of victims) signal(this.#pidOf(name), "SIGKILL");
    for (const { pid } of loggers) signal(pid, "SIGKILL");
    // A child that a run has forked holds the pipe, too.
    const places = new Set(victims.map((name) => join(this.#ground.home, "service", name)));
    await eventually(
      "the end of every process of the killed services",
      () => this.#processes().every(({ directory }) => !places.has(directory)),
    );
    await this.#killFleet();
  }

  #killLoggers(): void {
    const loggers = this.#loggers();
    if (loggers.length === 0) return;
    signal(this.#random.pick(loggers).pid, "SIGKILL");
    this.#counts.loggersKilled++;
  }

  #victim(): TorturedService {
    return this.#random.pick(this.#services.filter(({ healthy }) => !healthy));
  }

  #killService(): void {
    if (this.#spared === "services") return;
    const { name } = this.#victim();
    this.#noteProgress(name);
    const pid = this.#pidOf(name);
    if (!this.#runsOf(name).includes(pid)) return;
    signal(pid, "SIGKILL");
    this.#counts.servicesKilled++;
  }

  /** Gives a service some commands. After each choice of commands the service is up at the end. */
  #command(): void {
    if (this.#spared === "services") return;
    const { name } = this.#victim();
    this.#noteProgress(name);
    const bytes = this.#random.pick(["t", "tu", "du", "ou", "pc", "hu", "ku"]);
    write(join(this.#placeOf(name), "supervise/control"), bytes);
  }

  #upgrade(): void {
    // Until the fleet listens, the signal would end it, as it ends any process.
    if (this.#fleet === undefined || !blocks(this.#fleet.pid, USR2)) return;
    signal(this.#fleet.pid, "SIGUSR2");
    this.#counts.upgrades++;
  }

  // The checks

  #checkCopies(): void {
    const all = this.#processes();
    for (const { name } of this.#services) {
      const runs = this.#runsOf(name, all).filter((pid) => isAlive(pid));
      // A process that was just replaced may have been seen before its end. So look twice.
      if (runs.length > 1 && this.#runsOf(name).filter((pid) => isAlive(pid)).length > 1) {
        this.#problems.push(`${name} has ${runs.length} copies: ${runs.join(", ")}`);
      }
    }
  }

  #checkHealthy(before: ReadonlyMap<string, number>): void {
    this.#checkCopies();
    for (const [name, pid] of before) {
      const now = this.#pidOf(name);
      if (now !== pid) this.#problems.push(`${name} was restarted: ${pid}, then ${now}`);
      const finished = readText(join(this.#placeOf(name), "finished"));
      if (finished !== undefined) this.#problems.push(`${name} finished: ${finished.trim()}`);
    }
  }

  /** Waits until the status files name the processes that run. */
  async #checkStatus(): Promise<void> {
    for (const { name } of this.#services) {
      const are = () => this.#runsOf(name);
      await this.#eventually(
        `the status of ${name} to be right`,
        () => are().join() === `${this.#pidOf(name)}`,
      );
    }
  }

  /** Notes and returns the number of the last written line, as the file `progress` tells it. */
  #noteProgress(name: string): number {
    const [, life, number] = /^([0-9]+) ([0-9]+)\n$/.exec(
      readText(join(this.#placeOf(name), "progress")) ?? "",
    ) ?? [];
    if (life === undefined) return 0;
    const progress = this.#progress.get(name) ?? new Map<string, number>();
    progress.set(life, Number(number));
    this.#progress.set(name, progress);
    return Number(number);
  }

  async #checkLogs(): Promise<void> {
    for (const { name } of this.#logged) Deno.writeTextFileSync(join(this.#placeOf(name), "enough"), "");
    for (const service of this.#logged) {
      const { name, log } = service;
      const isOver = () => this.#linesOf(service).at(-1)?.endsWith(" end") === true;
      await this.#eventually(`the last line of ${name}`, isOver);
      this.#noteProgress(name);
      const lines = this.#linesOf(service);
      this.#counts.lines += lines.length;
      const fault = checkLines(lines, this.#progress.get(name) ?? new Map());
      if (fault.lost + fault.repeated + fault.torn > 0) {
        this.#problems.push(`${name} (${log}): ${JSON.stringify(fault)}`);
        this.#keep(service);
      }
    }
  }

  #keep(service: TorturedService): void {
    if (this.#plan.keep === undefined) return;
    const from = join(this.#ground.seen, logDirectory(service));
    const to = join(this.#plan.keep, service.name);
    Deno.mkdirSync(to, { recursive: true });
    for (const { name, isFile } of Deno.readDirSync(from)) {
      if (!isFile) continue;
      Deno.copyFileSync(join(from, name), join(to, name));
      const { atime, mtime } = Deno.statSync(join(from, name));
      if (atime !== null && mtime !== null) Deno.utimeSync(join(to, name), atime, mtime);
    }
  }

  async #stop(): Promise<void> {
    const fleet = this.#fleet;
    if (fleet === undefined) return;
    signal(fleet.pid, "SIGHUP");
    let code: number | undefined;
    void fleet.status.then((status) => code = status.code);
    await this.#eventually("the end of the fleet", () => code !== undefined);
    if (code === undefined) return;
    this.#fleet = undefined;
    if (code !== 111) this.#problems.push(`the fleet ended with ${code}`);
    // A shared logger of a dead fleet sees the end of its last service a moment later.
    await this.#eventually("the end of every process", () => this.#processes().length === 0);
    for (const { pid, command } of this.#processes()) {
      this.#problems.push(`left behind: ${pid} ${command.join(" ")}, child of ${processOf(pid)?.parent}`);
    }
  }

  #complaints(): string[] {
    return this.#said.filter((line) => line.includes("internal fault")).slice(0, 5);
  }

  async clean(): Promise<void> {
    if (this.#fleet !== undefined) {
      signal(this.#fleet.pid, "SIGKILL");
      await this.#fleet.status;
    }
    await eventually("the end of every tortured process", () => {
      const left = this.#processes();
      for (const { pid } of left) signal(pid, "SIGKILL");
      return left.length === 0;
    });
    await this.#ground.remove();
  }
}

/** The number of the last line. 0 if that is no line of a writer. */
function lastNumber(lines: readonly string[]): number {
  return Number(lines.at(-1)?.split(" ")[1] ?? 0) || 0;
}

/**
 * Reads lines like `linesIn` of tests/logs.ts, but orders files by the time of the last change, because the stamps
 * follow a clock that is set. If the logger was killed while a full disk took a part of a line, the line goes on in
 * the next file.
 */
function linesByAge(directory: string): string[] {
  const ages = namesIn(directory).filter((name) => name.startsWith("@")).map((name) => ({
    name,
    atMs: changedMs(join(directory, name)),
  }));
  const old = ages.sort((a, b) => a.atMs - b.atMs || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
  const text = [...old, "current"].map((name) => readText(join(directory, name)) ?? "").join("");
  return text.split("\n").filter((line) => line !== "").map((line) => line.slice(line.indexOf(" ") + 1));
}

/** Time of the last change. 0 if the file was renamed just now. */
function changedMs(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return 0;
    throw thrown;
  }
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}

/** True when a process blocks a signal, as it does to read the signal from a descriptor. */
function blocks(pid: number, number: number): boolean {
  const [, mask] = /^SigBlk:\s+([0-9a-f]+)$/m.exec(readText(`/proc/${pid}/status`) ?? "") ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) >> BigInt(number - 1) & 1n) === 1n;
}

/** Writes bytes into a FIFO, whether it has a reader or not. */
function write(path: string, bytes: string): void {
  using fifo = Deno.openSync(path, { read: true, write: true });
  fifo.writeSync(new TextEncoder().encode(bytes));
}
