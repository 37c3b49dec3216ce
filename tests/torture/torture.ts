/**
 * Torture of a fleet: supervisors and loggers are killed at random moments while services write numbered lines, some
 * services are killed and commanded, and the fleet executes itself. Nobody must notice.
 */
import { readText } from "../processes.ts";
import { commandOf, linesIn } from "../logs.ts";
import { program } from "../program.ts";
import { Random } from "../simulation/random.ts";
import { isAlive, processesMarked, processOf, signal } from "../processes.ts";
import { treeOf } from "./services.ts";
import { checkLines, logDirectory, servicesOf, type TorturedService } from "./services.ts";
import { eventually, pause } from "../wait.ts";
import { dirname, join } from "@std/path";

export interface TorturePlan {
  readonly seed: number;
  /** Of the supervisor. */
  readonly kills: number;
  readonly untilMs: number;
  readonly services: number;
}

export interface TortureResult {
  readonly supervisorsKilled: number;
  readonly loggersKilled: number;
  readonly servicesKilled: number;
  readonly upgrades: number;
  readonly lines: number;
  /** Empty when nobody noticed. */
  readonly problems: readonly string[];
}

const MARK = "DENIT_TORTURE";
const USR2 = 12;
/** A service is never down for longer than this, on a machine that does other things, too. */
const PATIENCE_MS = 60_000;

export async function torture(plan: TorturePlan): Promise<TortureResult> {
  const torture = new Torture(plan, (await program()).links);
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
  readonly #home = Deno.makeTempDirSync({ prefix: "denit-torture-" });
  readonly #mark = crypto.randomUUID();
  readonly #problems: string[] = [];
  readonly #progress = new Map<string, Map<string, number>>();
  readonly #said: string[] = [];
  #fleet: Deno.ChildProcess | undefined;
  #counts = { supervisorsKilled: 0, loggersKilled: 0, servicesKilled: 0, upgrades: 0, lines: 0 };

  constructor(plan: TorturePlan, links: string) {
    this.#plan = plan;
    this.#links = links;
    this.#random = new Random(plan.seed);
    this.#services = servicesOf(plan.services);
  }

  get #directory(): string {
    return join(this.#home, "service");
  }

  async run(): Promise<TortureResult> {
    for (const [path, text] of Object.entries(treeOf(this.#services))) {
      const file = join(this.#directory, path);
      Deno.mkdirSync(dirname(file), { recursive: true });
      Deno.writeTextFileSync(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
    }
    this.#begin();
    await this.#allRun();
    const healthy = new Map(this.#healthy().map(({ name }) => [name, this.#pidOf(name)]));
    const { kills, untilMs } = this.#plan;
    while (this.#counts.supervisorsKilled < kills && performance.now() < untilMs) await this.#disturb();
    await this.#allRun();
    this.#checkHealthy(healthy);
    await this.#checkStatus();
    await this.#checkLogs();
    await this.#stop();
    return { ...this.#counts, problems: [...this.#problems, ...this.#complaints()] };
  }

  // The fleet

  #begin(): void {
    const child = new Deno.Command(join(this.#links, "runsvdir"), {
      args: ["-P", this.#directory],
      env: { LC_ALL: "C", PATH: `${this.#links}:${Deno.env.get("PATH")}`, [MARK]: this.#mark },
      cwd: this.#home,
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
    return Number(readText(join(this.#directory, name, "supervise/pid"))?.trim() ?? 0);
  }

  /** Whoever is a `run` of the service, by what it is and where; what a run has forked, and is to be its `sleep`, is none. */
  #runsOf(name: string, all = this.#processes()): number[] {
    const place = join(this.#directory, name);
    const those = all.filter(({ command, directory }) =>
      directory === place && (command.includes("./run") || command.join(" ") === "sleep 100000")
    ).map(({ pid }) => pid);
    return those.filter((pid) => !those.includes(processOf(pid)?.parent ?? 0));
  }

  /** Children of a run (its `sleep 0.1`) are none of them. */
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

  async #allRun(): Promise<void> {
    const what = () => this.#services.find(({ name }) => !this.#isUp(name))?.name;
    await eventually("every service to run", () => what() === undefined, PATIENCE_MS).catch(() =>
      this.#problems.push(`${what()} does not run`)
    );
    await eventually("every service to be supervised", async () => {
      for (const { name } of this.#services) if (!await this.#isSupervised(name)) return false;
      return true;
    }, PATIENCE_MS);
  }

  async #isSupervised(name: string): Promise<boolean> {
    const svok = new Deno.Command(join(this.#links, "svok"), { args: [join(this.#directory, name)] });
    return (await svok.output()).success;
  }

  #isUp(name: string): boolean {
    const pid = this.#pidOf(name);
    return pid !== 0 && isAlive(pid) &&
      readText(join(this.#directory, name, "supervise/stat")) === "run\n";
  }

  // What is done to it

  async #disturb(): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 45) await this.#killFleet();
    else if (dice < 60) this.#killLoggers();
    else if (dice < 70) {
      this.#killLoggers();
      await this.#killFleet();
    } else if (dice < 80) await this.#killService();
    else if (dice < 92) this.#command();
    else this.#upgrade();
    await pause(this.#random.between(0, 250));
    if (this.#random.chance(0.2)) this.#checkCopies();
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
    if (this.#random.chance(0.3)) await pause(this.#random.between(0, 500));
    this.#begin();
  }

  #killLoggers(): void {
    const loggers = this.#processes().filter(({ command }) =>
      command.some((word) => word === "svlogfleet" || word.endsWith("svlogd")) && command[0] !== "/bin/sh"
    );
    if (loggers.length === 0) return;
    signal(this.#random.pick(loggers).pid, "SIGKILL");
    this.#counts.loggersKilled++;
  }

  #victim(): TorturedService {
    return this.#random.pick(this.#services.filter(({ healthy }) => !healthy));
  }

  /**
   * A pipe lives as long as somebody has it open. So a service is killed while its supervisor is there: with all three
   * of them dead at once, what was in the pipe is nowhere.
   */
  async #killService(): Promise<void> {
    const { name } = this.#victim();
    if (!await this.#isSupervised(name)) return;
    this.#noteProgress(name);
    const pid = this.#pidOf(name);
    if (!this.#runsOf(name).includes(pid)) return;
    signal(pid, "SIGKILL");
    this.#counts.servicesKilled++;
  }

  /** Whatever it is told, it is up at the end. */
  #command(): void {
    const { name } = this.#victim();
    this.#noteProgress(name);
    const bytes = this.#random.pick(["t", "tu", "du", "ou", "pc", "hu", "ku"]);
    write(join(this.#directory, name, "supervise/control"), bytes);
  }

  #upgrade(): void {
    // Before it listens a signal ends it, as any process.
    if (this.#fleet === undefined || !blocks(this.#fleet.pid, USR2)) return;
    signal(this.#fleet.pid, "SIGUSR2");
    this.#counts.upgrades++;
  }

  // What must be true

  #checkCopies(): void {
    const all = this.#processes();
    for (const { name } of this.#services) {
      const runs = this.#runsOf(name, all).filter((pid) => isAlive(pid));
      // One that has just been replaced may have been seen before its end.
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
      const finished = readText(join(this.#directory, name, "finished"));
      if (finished !== undefined) this.#problems.push(`${name} finished: ${finished.trim()}`);
    }
  }

  /** The files say what is. */
  async #checkStatus(): Promise<void> {
    for (const { name } of this.#services) {
      await eventually(`the status of ${name}`, () => {
        const runs = this.#runsOf(name);
        return runs.length === 1 && runs[0] === this.#pidOf(name);
      }, PATIENCE_MS).catch(() =>
        this.#problems.push(
          `${name}: ${this.#pidOf(name)} in its status, ${this.#runsOf(name).join(" ")} are`,
        )
      );
    }
  }

  #noteProgress(name: string): void {
    const [, life, number] = /^([0-9]+) ([0-9]+)\n$/.exec(
      readText(join(this.#directory, name, "progress")) ?? "",
    ) ?? [];
    if (life === undefined) return;
    const progress = this.#progress.get(name) ?? new Map<string, number>();
    progress.set(life, Number(number));
    this.#progress.set(name, progress);
  }

  async #checkLogs(): Promise<void> {
    const logged = this.#services.filter(({ log }) => log !== "none");
    for (const { name } of logged) Deno.writeTextFileSync(join(this.#directory, name, "enough"), "");
    for (const service of logged) {
      const directory = logDirectory(this.#directory, service);
      const { name } = service;
      await eventually(
        `the last line of ${name}`,
        () => linesIn(directory).at(-1)?.endsWith(" end") === true,
        PATIENCE_MS,
      )
        .catch(() =>
          this.#problems.push(`${name}: the last line does not come: ${linesIn(directory).at(-1)}`)
        );
      this.#noteProgress(name);
      const lines = linesIn(directory);
      this.#counts.lines += lines.length;
      const fault = checkLines(lines, this.#progress.get(name) ?? new Map());
      if (fault.lost + fault.repeated + fault.torn > 0) {
        this.#problems.push(`${name} (${service.log}): ${JSON.stringify(fault)}`);
      }
    }
  }

  async #stop(): Promise<void> {
    const fleet = this.#fleet;
    if (fleet === undefined) return;
    signal(fleet.pid, "SIGHUP");
    const { code } = await fleet.status;
    this.#fleet = undefined;
    if (code !== 111) this.#problems.push(`the fleet ended with ${code}`);
    // A shared logger of a dead fleet sees the end of its last service a moment later.
    await eventually("nobody to be left", () => this.#processes().length === 0, PATIENCE_MS).catch(() => {
      for (const { pid, command } of this.#processes()) {
        this.#problems.push(`left behind: ${pid} ${command.join(" ")}, child of ${processOf(pid)?.parent}`);
      }
    });
  }

  #complaints(): string[] {
    return this.#said.filter((line) => line.includes("internal fault")).slice(0, 5);
  }

  async clean(): Promise<void> {
    if (this.#fleet !== undefined) {
      signal(this.#fleet.pid, "SIGKILL");
      await this.#fleet.status;
    }
    await eventually("the end of what was tortured", () => {
      const left = this.#processes();
      for (const { pid } of left) signal(pid, "SIGKILL");
      return left.length === 0;
    });
    await Deno.remove(this.#home, { recursive: true });
  }
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}

/** Whether a process has a signal blocked, to read it from a descriptor. */
function blocks(pid: number, number: number): boolean {
  const [, mask] = /^SigBlk:\s+([0-9a-f]+)$/m.exec(readText(`/proc/${pid}/status`) ?? "") ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) >> BigInt(number - 1) & 1n) === 1n;
}

/** Bytes for a FIFO that somebody reads, or did. */
function write(path: string, bytes: string): void {
  using fifo = Deno.openSync(path, { read: true, write: true });
  fifo.writeSync(new TextEncoder().encode(bytes));
}
