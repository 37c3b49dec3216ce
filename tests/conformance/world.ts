/**
 * Plays one scenario on one side: makes a directory, starts processes in it, and records what they do.
 *
 * Every process descends from the lane, which is a subreaper. `end` kills and reaps all of them and removes the
 * directory, whatever happened before.
 */
import { dirname, join } from "@std/path";
import { removeJournals } from "../logging/journals.ts";
import { logDirectory } from "./log_directory.ts";
import { agree, medianGap, nearest, normal, statusWords, withoutRepeats } from "./normal.ts";
import {
  descendants,
  hasPendingSignals,
  isAtRest,
  killNow,
  makeFifo,
  openPaths,
  type Process,
  processOf,
  readBytes,
  readText,
  reap,
  unreadIn,
  waitsForAnything,
  waitsForEvents,
  writeToReader,
} from "./processes.ts";
import { type Entry, nameOf, type Probe, type Scenario, type Step, type Tree } from "./scenario.ts";
import { Receiver } from "./receiver.ts";
import type { Side, Stage } from "./sides.ts";

/** An entry of a recording. */
export interface Note {
  readonly label: string;
  readonly text: string;
}

/** The things that a scenario showed. `broken` says why the scenario could not be played to its end. */
export interface Recording {
  readonly notes: readonly Note[];
  readonly broken?: string;
  readonly seconds: number;
}

const DEADLINE_MS = 20_000;
const POLL_MS = 10;

/** Closes low descriptors that the parent of the suite may have left open. */
const CLOSED = "3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-";

interface Job {
  readonly child: Deno.ChildProcess;
  /** State: `running`, `exit N` or `signal NAME`. */
  state: string;
}

class World {
  readonly #directory: string;
  readonly #env: Record<string, string>;
  readonly #jobs = new Map<string, Job>();
  /** Children for whose end Deno waits. If the lane reaped them, Deno would lose their status. */
  readonly #awaited = new Set<number>();
  readonly #notes: Note[] = [];
  #commands = 0;
  #receiver: Receiver | undefined;

  constructor(directory: string, side: Side, stage: Stage) {
    this.#directory = directory;
    this.#env = {
      ...stage.peers,
      APPLETS: side.applets,
      PATH: `${side.applets}:${stage.tools}`,
      LC_ALL: "C",
      W: directory,
      SVDIR: directory,
    };
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  async play(step: Step): Promise<void> {
    switch (step.step) {
      case "put":
        return this.put(step.tree);
      case "listen":
        this.#receiver = await Receiver.open();
        this.#env["UDP"] = String(this.#receiver.port);
        return;
      case "start":
        return this.#start(step.as, step.command);
      case "alter":
        return await this.#alter(step.command);
      case "run":
        return this.#note(`$ ${step.command}`, await this.#timedOutput(step.command, step.near));
      case "send":
        return this.#send(step.service, step.bytes);
      case "heard":
        return await this.#heard(step.service, step.bytes, step.near);
      case "tell":
        return await this.#tell(step.fifo, step.text);
      case "signal":
        return this.#job(step.as).child.kill(step.signal);
      case "settle":
        return await this.#eventually(`${step.service} settled`, () => this.#settled(step.service));
      case "until":
        return await this.#until(step.probe, step.is);
      case "record":
        if (step.probe.probe === "stat" || step.probe.probe === "status") {
          await this.#publication(step.probe.service);
        }
        return this.#note(step.label, await this.#observe(step.probe));
    }
  }

  put(tree: Tree): void {
    for (const [name, entry] of Object.entries(tree)) {
      const path = this.#path(name);
      Deno.mkdirSync(dirname(path), { recursive: true });
      if (typeof entry !== "string") putEntry(path, entry);
      else putEntry(path, { kind: "file", text: entry, mode: entry.startsWith("#!") ? 0o755 : 0o644 });
    }
  }

  /** Ends every process of this world and removes its directory. */
  async end(): Promise<void> {
    this.#receiver?.close();
    await endAll(this.#directory, this.#awaited);
  }

  /**
   * Explains a broken scenario: texts of the files in the world's directory, and the `supervise/stat` of each
   * service.
   */
  remains(): string {
    const parts: string[] = [];
    for (const entry of Deno.readDirSync(this.#directory)) {
      if (entry.isFile) {
        parts.push(`${entry.name}: ${(readText(this.#path(entry.name)) ?? "").slice(-600).trim()}`);
      }
      const line = entry.isDirectory ? readText(this.#path(`${entry.name}/supervise/stat`)) : undefined;
      if (line !== undefined) parts.push(`${entry.name}/supervise/stat: ${line.trim()}`);
    }
    return parts.filter((part) => !part.endsWith(": ")).join("\n");
  }

  #path(name: string): string {
    return name.startsWith("/") ? name : join(this.#directory, name);
  }

  #note(label: string, text: string): void {
    const same = this.#notes.filter((note) => note.label.replace(/ \(\d+\)$/, "") === label).length;
    this.#notes.push({
      label: same === 0 ? label : `${label} (${same + 1})`,
      text: normal(text, this.#directory),
    });
  }

  #spawn(command: string, name: string): Deno.ChildProcess {
    const child = new Deno.Command(join(this.#env["PATH"]?.split(":")[1] ?? "/bin", "sh"), {
      args: ["-c", `exec >"$W/${name}.out" 2>"$W/${name}.err" ${CLOSED}; ${command}`],
      cwd: this.#directory,
      clearEnv: true,
      env: this.#env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#awaited.add(child.pid);
    return child;
  }

  async #ended(child: Deno.ChildProcess): Promise<string> {
    const { code, signal } = await child.status;
    this.#awaited.delete(child.pid);
    return signal === null ? `exit ${code}` : `signal ${signal.replace("SIG", "")}`;
  }

  #start(as: string, command: string): void {
    const child = this.#spawn(`exec setsid ${command}`, as);
    const job: Job = { child, state: "running" };
    this.#jobs.set(as, job);
    this.#ended(child).then((state) => job.state = state);
  }

  #job(as: string): Job {
    const job = this.#jobs.get(as);
    if (job === undefined) throw new Error(`Nothing was started as ${as}`);
    return job;
  }

  /** Runs a command to its end. A command that does not end is killed, and the recording shows that. */
  async #output(command: string): Promise<{ out: string; err: string; ended: string }> {
    const name = `.command${this.#commands++}`;
    const child = this.#spawn(command, name);
    const killer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const ended = await this.#ended(child);
    clearTimeout(killer);
    const [out, err] = ["out", "err"].map((end) => readText(this.#path(`${name}.${end}`)) ?? "");
    Deno.removeSync(this.#path(`${name}.out`));
    Deno.removeSync(this.#path(`${name}.err`));
    // A missing tool, or an error in the script, would fail alike on both sides. So it must not pass for a result.
    if (/\b(sh|play): \d+: (.*: not found$|Syntax error)/m.test(err ?? "")) {
      throw new Error(`${command}: ${err}`);
    }
    return { out: out ?? "", err: err ?? "", ended };
  }

  async #timedOutput(command: string, near: readonly number[]): Promise<string> {
    const startedMs = performance.now();
    const { out, err, ended } = await this.#output(command);
    const seconds = (performance.now() - startedMs) / 1000;
    const lines = [
      out.replace(/\n$/, ""),
      ...err.split("\n").filter((line) => line !== "").map((line) => `stderr: ${line}`),
    ];
    const took = near.length > 0 ? [`took about ${nearest(seconds, near)} s`] : [];
    return [...lines, ended, ...took].filter((line) => line !== "").join("\n");
  }

  async #alter(command: string): Promise<void> {
    const { err, ended } = await this.#output(command);
    if (ended !== "exit 0") throw new Error(`${command}: ${ended} ${err}`);
  }

  #send(service: string, bytes: string): void {
    const fifo = this.#path(`${service}/supervise/control`);
    if (!writeToReader(fifo, bytes)) throw new Error(`Nobody reads ${service}/supervise/control`);
  }

  async #heard(service: string, bytes: string, near: readonly number[]): Promise<void> {
    const startedMs = performance.now();
    this.#send(service, bytes);
    const fifo = this.#path(`${service}/supervise/control`);
    await this.#eventually(`${bytes} read`, () => unreadIn(fifo) <= 0);
    this.#note(`${bytes} is read after`, `about ${nearest((performance.now() - startedMs) / 1000, near)} s`);
  }

  async #tell(fifo: string, text: string): Promise<void> {
    await this.#eventually(`a reader of ${fifo}`, () => writeToReader(this.#path(fifo), text));
  }

  /**
   * True when all commands have had their effect: control FIFOs are empty, no hook runs, and the supervisor waits for
   * more.
   */
  #settled(service: string): boolean {
    const supervisor = this.#supervisor(service);
    if (supervisor === undefined || supervisor.controls.some((path) => unreadIn(path) > 0)) return false;
    const runners = supervisor.controls.map((path) => Number(readText(path.replace(/control$/, "pid"))));
    const hooks = alive().filter(({ pid, parent }) => parent === supervisor.pid && !runners.includes(pid));
    return hooks.length === 0 && waitsForEvents(supervisor.pid);
  }

  /** True when the files tell the present state: the supervisor, if there is one, has read everything and sleeps. */
  #isPublished(service: string): boolean {
    const supervisor = this.#supervisor(service);
    if (supervisor === undefined) return true;
    return supervisor.controls.every((path) => unreadIn(path) <= 0) && waitsForAnything(supervisor.pid);
  }

  async #publication(service: string): Promise<void> {
    await this.#eventually(`${service} to be published`, () => this.#isPublished(service));
  }

  /** The process that reads a service's control FIFO, and all control FIFOs that it reads. */
  #supervisor(service: string): { readonly pid: number; readonly controls: readonly string[] } | undefined {
    const control = realPath(this.#path(`${service}/supervise/control`));
    if (control === undefined) return undefined;
    for (const { pid } of alive()) {
      const controls = [...openPaths(pid)].filter((path) => path.endsWith("/control"));
      if (controls.includes(control)) return { pid, controls };
    }
    return undefined;
  }

  async #eventually(what: string, holdsNow: () => boolean | Promise<boolean>): Promise<void> {
    const limit = performance.now() + DEADLINE_MS;
    while (!await holdsNow()) {
      if (performance.now() > limit) throw new Error(`Waited in vain for ${what}`);
      await moment();
    }
  }

  async #until(probe: Probe, is: string | RegExp): Promise<void> {
    let last = "";
    const fits = async () => {
      // Look at this before the file. Else an old line could pass for the new state.
      const isPublished = probe.probe !== "stat" || this.#isPublished(probe.service);
      last = normal(await this.#observe(probe), this.#directory);
      if (probe.probe === "stat" && !(isPublished && this.#agrees(probe.service, last))) return false;
      return typeof is === "string" ? last === is : is.test(last);
    };
    try {
      await this.#eventually(`${nameOf(probe)} to be ${is}`, fits);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}; it is ${last}`);
    }
  }

  async #observe(probe: Probe): Promise<string> {
    switch (probe.probe) {
      case "stat":
        return (readText(this.#path(`${probe.service}/supervise/stat`)) ?? "no file").trimEnd();
      case "status":
        return this.#status(probe.service);
      case "text": {
        const text = readText(this.#path(probe.path)) ?? "no file";
        return probe.once ? withoutRepeats(text) : text;
      }
      case "count":
        return String(linesOf(readText(this.#path(probe.path)), probe.line).length);
      case "listing":
        return listing(this.#path(probe.path), "").join("\n");
      case "datagrams":
        return (await this.#receiver?.received() ?? []).join("\n");
      case "log":
        return logDirectory(this.#path(probe.path));
      case "job":
        return this.#job(probe.as).state;
      case "settled job": {
        const { child, state } = this.#job(probe.as);
        return state !== "running" || isAtRest(child.pid) ? state : "busy";
      }
      case "runner":
        await this.#eventually(`${probe.service} at rest`, () => this.#runner(probe.service) !== "busy");
        return this.#runner(probe.service);
      case "programs":
        return this.#programs(probe.names);
      case "pace":
        return this.#pace(probe.path, probe.near);
      case "shell": {
        const { out, err, ended } = await this.#output(probe.command);
        return [out.trimEnd(), err.trimEnd(), ended === "exit 0" ? "" : ended].filter((part) => part !== "")
          .join("\n");
      }
    }
  }

  #status(service: string): string {
    const bytes = readBytes(this.#path(`${service}/supervise/status`));
    return bytes === undefined ? "no file" : statusWords(bytes, Date.now() / 1000);
  }

  /** True when the supervisor has written both files for this line of `stat`. */
  #agrees(service: string, line: string): boolean {
    const bytes = readBytes(this.#path(`${service}/supervise/status`));
    return bytes !== undefined && agree(line, bytes);
  }

  #runner(service: string): string {
    const pid = Number(readText(this.#path(`${service}/supervise/pid`))?.trim());
    const state = pid > 0 ? processOf(pid)?.state ?? "Z" : "Z";
    if (state === "Z" || state === "T") return state === "Z" ? "gone" : "T";
    // A STOP may not have arrived yet.
    return hasPendingSignals(pid) ? "busy" : "S";
  }

  #programs(names: readonly string[]): string {
    const alive = descendants().filter((process) => process.state !== "Z");
    return names.map((name) => `${name} ${alive.filter((process) => process.name === name).length}`).join(
      ", ",
    );
  }

  #pace(path: string, near: readonly number[]): string {
    return `about ${nearest(medianGap(linesOf(readText(this.#path(path)), "").map(Number)), near)} s`;
  }
}

/** Kills and reaps every descendant of this process, then removes `directory`. Deno itself waits for `awaited`. */
export async function endAll(directory: string, awaited: ReadonlySet<number> = new Set()): Promise<void> {
  const limit = performance.now() + DEADLINE_MS;
  for (;;) {
    const left = descendants();
    if (left.length === 0 && awaited.size === 0) break;
    for (const { pid, state, parent } of left) {
      if (state !== "Z") killNow(pid);
      else if (parent === Deno.pid && !awaited.has(pid)) reap(pid);
    }
    if (performance.now() > limit) {
      throw new Error(`Processes would not end: ${left.map((each) => each.name)}`);
    }
    await moment();
  }
  removeJournals(directory);
  Deno.removeSync(directory, { recursive: true });
}

function alive(): readonly Process[] {
  return descendants().filter((process) => process.state !== "Z");
}

function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

function putEntry(path: string, entry: Entry): void {
  switch (entry.kind) {
    case "file":
      Deno.writeTextFileSync(`${path}.put`, entry.text);
      Deno.chmodSync(`${path}.put`, entry.mode);
      return Deno.renameSync(`${path}.put`, path);
    case "link":
      return Deno.symlinkSync(entry.target, path);
    case "fifo":
      return makeFifo(path);
    case "directory":
      return Deno.mkdirSync(path, { mode: entry.mode, recursive: true });
  }
}

/** The lines of a text that are not empty, or those that read `line`. */
function linesOf(text: string | undefined, line: string): string[] {
  return (text ?? "").split("\n").filter((each) => line === "" ? each !== "" : each === line);
}

/** Files that denit adds to a `supervise`. Only the scenario files/added is about them. */
const ADDED: ReadonlySet<string> = new Set(["process", "pipe"]);

/**
 * Lines of `kind mode size name`, in the order of names, with the contents of directories. Files that denit adds are
 * left out.
 */
function listing(directory: string, prefix: string): string[] {
  const names = [...Deno.readDirSync(directory)].map((entry) => entry.name).sort();
  const isSupervise = names.includes("control") && names.includes("ok");
  return names.filter((name) => !isSupervise || !ADDED.has(name)).flatMap((name) => {
    const path = join(directory, name);
    const { isDirectory, isFile, isFifo, isSymlink, mode, size } = Deno.lstatSync(path);
    const bits = ((mode ?? 0) & 0o7777).toString(8).padStart(4, "0");
    if (isSymlink) return [`link ${prefix}${name} -> ${Deno.readLinkSync(path)}`];
    if (isDirectory) return [`directory ${bits} ${prefix}${name}`, ...listing(path, `${prefix}${name}/`)];
    // The number of digits of a pid is chance.
    return [
      isFile
        ? `file ${bits} ${name === "pid" ? Math.min(size, 1) : size} ${prefix}${name}`
        : `${isFifo ? "fifo" : "other"} ${bits} ${prefix}${name}`,
    ];
  });
}

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/** Plays a scenario on one side in the new directory `directory`. */
export async function play(
  scenario: Scenario,
  side: Side,
  stage: Stage,
  directory: string,
): Promise<Recording> {
  const startedMs = performance.now();
  Deno.mkdirSync(directory);
  const world = new World(directory, side, stage);
  let broken: string | undefined;
  try {
    world.put(scenario.tree ?? {});
    for (const step of scenario.steps) await world.play(step);
  } catch (error) {
    broken = `${error instanceof Error ? error.message : error}\n${world.remains()}`;
  } finally {
    await world.end();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  return { notes: world.notes, ...broken === undefined ? {} : { broken }, seconds };
}
