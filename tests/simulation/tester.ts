/**
 * The tester plays everyone else who is at work on the machine. It makes services and removes them, fills directories
 * slowly, writes commands and garbage into control FIFOs, signals processes, sets the clock, breaks and mends. By seed.
 *
 * `settle` is its promise to stop: faults end, everything is mended, no actor misbehaves any more. What the system must
 * be like after that is in truth.ts.
 */
import { SIGNAL } from "../../src/posix/signal.ts";
import { type Actor, type Character, HEALTHY, type Service } from "./actors.ts";
import type { SimulatedKernel } from "./kernel.ts";
import type { Random } from "../random.ts";
import type { Directory, Inode } from "../kernel/tree.ts";
import type { World } from "../kernel/world.ts";

export interface TesterOptions {
  /** The directory that is scanned, by a path in which links may be; or, for runsv, the one above the service. */
  readonly path: string;
  /** True when that directory itself may go away, come back, or become another. */
  readonly moves: boolean;
  readonly clockJumps: boolean;
  /** True when services may come and go: not under runsv. */
  readonly fleet: boolean;
  /**
   * The number of the supervisor's deaths. If there are any, no service goes away, because no supervisor would know
   * that it was there.
   */
  readonly deaths: number;
}

const LETTERS = "uuuddodotttkkppccahiq12";
const NAMES = ["web", "dns", "ntp", "cron", "mail", "ssh", "dhcp", "log9"];
const SIGNALS = [SIGNAL.TERM, SIGNAL.TERM, SIGNAL.KILL, SIGNAL.KILL, SIGNAL.STOP, SIGNAL.CONT, SIGNAL.INT];
const DAY_NS = 86_400_000_000_000n;
const SCRIPT = "#!/bin/sh\n";
/** A time longer than a look at the directory takes. */
const LOOK_MS = 200;
const TEMPERS = [
  "is quick",
  "is quick",
  "is slow",
  "refuses",
  "dies soon",
  "fails at once",
  "talks nonsense",
] as const;
const HOOKS = "utdxkpcahiq12";

type Action = readonly [weight: number, act: () => void];

export class Tester {
  readonly #kernel: SimulatedKernel;
  readonly #world: World;
  readonly #random: Random;
  readonly #options: TesterOptions;
  readonly #actions: readonly Action[];
  /** The last want that `ask` asked of each service. */
  readonly asked = new Map<Directory, "up" | "down">();
  /** The time at which the supervisor was started. */
  lifeBeganMs = -Infinity;
  /** True when `x` was sent, or may have been. */
  askedToExit = false;
  #filling: (() => void)[] = [];
  #made = 0;
  #away: Inode | undefined;
  readonly #movedAtMs = new Map<string, number>();

  constructor(kernel: SimulatedKernel, options: TesterOptions) {
    this.#kernel = kernel;
    this.#world = kernel.world;
    this.#random = kernel.world.random;
    this.#options = options;
    this.#actions = [
      ...this.#onServices(),
      ...this.#onSystem(),
      ...(options.fleet ? this.#onDirectory() : []),
      ...(options.fleet && options.deaths === 0 ? this.#onLeavers() : []),
      ...(options.moves ? this.#onPath() : []),
      ...(options.clockJumps ? [[1, () => this.#setClock()] as const] : []),
      ...(options.deaths > 0 ? [[2, () => this.#upgrade()] as const] : []),
    ];
  }

  // Finding

  get #root(): Directory {
    return this.#kernel.tree.root;
  }

  /** The directory of services that the path means now. */
  directory(): Directory | undefined {
    const inode = this.#kernel.tree.find(this.#root, this.#options.path);
    return inode?.kind === "directory" ? inode : undefined;
  }

  /** Services that stand in that directory, each once. */
  present(): Service[] {
    const found = new Set<Service>();
    const directory = this.directory();
    for (const [name, entry] of directory?.entries ?? []) {
      if (name.startsWith(".") || directory === undefined) continue;
      const inode = entry.kind === "link" ? this.#kernel.tree.find(directory, name) : entry;
      const service = inode?.kind === "directory" ? this.#kernel.actors.serviceOf(inode) : undefined;
      if (service !== undefined) found.add(service);
    }
    return [...found];
  }

  /** Picks a service that may be touched. */
  #someService(): Service | undefined {
    const those = this.present().filter(({ bystander }) => !bystander);
    return those.length === 0 ? undefined : this.#random.pick(those);
  }

  #someActor(): Actor | undefined {
    const those = this.#kernel.actors.alive().filter(({ service }) => !service.bystander);
    return those.length === 0 ? undefined : this.#random.pick(those);
  }

  #freeName(directory: Directory): string {
    const free = NAMES.filter((name) => !directory.entries.has(name));
    return free.length === 0 ? `more${this.#made++}` : this.#random.pick(free);
  }

  // Making

  /** The directory in which services are made before they are put in place. */
  get #workshop(): Directory {
    return this.#kernel.tree.directory(this.#root, "/sv");
  }

  #character(): Character {
    const r = this.#random;
    return {
      run: r.pick(["lives", "lives", "lives", "crashes", "ends soon", "ends"] as const),
      term: r.pick(["obeys", "obeys", "obeys", "is slow", "ignores"] as const),
      forks: r.chance(0.15),
      finish: r.pick(["is quick", "is quick", "is slow", "fails", "is killed"] as const),
      hook: r.pick(["declines", "declines", "handles", "is killed", "is slow"] as const),
      log: r.pick(["reads", "reads", "joins", "joins", "crashes", "ignores the end"] as const),
    };
  }

  /** Makes an empty service directory, and the facts about it. */
  #found(at: Directory, name: string, bystander: boolean): Service {
    const service: Service = {
      name,
      directory: this.#kernel.tree.mkdir(at, name),
      character: bystander ? { ...HEALTHY } : this.#character(),
      bystander,
      runs: 0,
      logRuns: 0,
      logged: false,
      finish: "none",
      runStatus: 0,
    };
    this.#kernel.actors.know(service);
    return service;
  }

  #script(directory: Directory, name: string, mode = 0o755): void {
    const { tree } = this.#kernel;
    const file = tree.find(directory, name, false) ?? tree.file(directory, name, mode);
    if (file.kind === "file") tree.write(file, SCRIPT);
    if (file.mode !== mode) tree.chmod(file, mode);
  }

  /** Makes a whole service at `at`, where the supervisor does not look yet. */
  make(at: Directory, name: string, bystander = false): Service {
    const service = this.#found(at, name, bystander);
    const { pieces, log } = this.#pieces(service);
    for (const piece of pieces) piece();
    service.logged = log;
    if (this.#random.chance(0.1)) this.#linkSupervise(service);
    return service;
  }

  /** The changes that make a directory a service, one piece each; the logger comes last. */
  #pieces(service: Service): { readonly pieces: readonly (() => void)[]; readonly log: boolean } {
    const { tree } = this.#kernel;
    const { directory, bystander } = service;
    const r = this.#random;
    const pieces = [() => this.#script(directory, "run", 0o644), () => this.#script(directory, "run")];
    if (r.chance(0.5)) pieces.push(() => this.#script(directory, "finish"));
    if (!bystander && r.chance(0.15)) pieces.push(() => this.#script(directory, "down", 0o644));
    if (r.chance(0.4)) pieces.push(() => this.#makeHooks(directory));
    const log = r.chance(0.5);
    if (log) {
      pieces.push(() => void tree.mkdir(directory, "log"));
      const config = r.pick(["", "", "s1000\n", "s1000\nn5\n", "!gzip\n"]);
      if (config === "") pieces.push(() => this.#script(directory, "log/run"));
      else pieces.push(() => this.#configure(service, config));
    }
    return { pieces, log };
  }

  /** A log without a run, which the tree's logger writes, or a svlogd of its own. */
  #configure({ directory }: Service, text: string): void {
    const { tree } = this.#kernel;
    const file = tree.find(directory, "log/config", false) ?? tree.file(directory, "log/config", 0o644);
    if (file.kind === "file") tree.write(file, text);
  }

  /**
   * Makes all hooks in one go. The scan does not look into a directory in the directory, so slow changes there count
   * for nothing.
   */
  #makeHooks(directory: Directory): void {
    const hooks = this.#random.chance(0.3) ? HOOKS : this.#random.pick(["t", "u", "tdx", "ku", "pc"]);
    this.#hookDirectory(directory);
    for (const hook of hooks) this.#script(directory, `control/${hook}`);
  }

  #hookDirectory(directory: Directory): void {
    if (!directory.entries.has("control")) this.#kernel.tree.mkdir(directory, "control");
  }

  #linkSupervise({ directory, name }: Service): void {
    if (directory.entries.has("supervise")) return;
    this.#kernel.tree.symlink(`/run/${name}.${directory.number}.${this.#made++}`, directory, "supervise");
  }

  // Actions on services

  #onServices(): Action[] {
    return [
      [9, () => this.#command()],
      [4, () => this.#commandLog()],
      [1, () => this.#garbage()],
      [4, () => this.#signal()],
      [4, () => this.speak()],
      [4, () => this.#changeCharacter()],
      [2, () => this.#breakRun()],
      [1, () => this.#mendRun()],
      [2, () => this.#toggleFinish()],
      [2, () => this.#toggleHook()],
      [1, () => this.#dropStatus()],
      [1, () => this.#changeLog()],
      [2, () => this.#signalLogger()],
      [2, () => this.#changeTemper()],
    ];
  }

  /** Bytes for a control FIFO, which only a supervisor that is there takes. */
  send(service: Service, path: string, bytes: string): void {
    const fifo = this.#kernel.tree.find(service.directory, path);
    if (fifo?.kind !== "fifo" || fifo.pipe.readers === 0) return;
    this.#world.note(`send ${JSON.stringify(bytes)} to ${service.name} ${path}`);
    if (bytes.includes("x")) this.askedToExit = true;
    fifo.pipe.put(bytes);
  }

  #someLetters(): string {
    let letters = "";
    for (let n = 1 + this.#random.below(4); n > 0; n--) letters += this.#random.pick([...LETTERS]);
    return letters;
  }

  #command(): void {
    const service = this.#someService();
    if (service === undefined) return;
    const exits = this.#random.chance(this.#options.fleet ? 0.1 : 0.01);
    this.send(service, "supervise/control", exits ? `${this.#someLetters()}x` : this.#someLetters());
  }

  #commandLog(): void {
    const service = this.#someService();
    if (service !== undefined) this.send(service, "log/supervise/control", this.#someLetters());
  }

  #garbage(): void {
    const service = this.#someService();
    if (service === undefined) return;
    let bytes = "";
    for (let n = this.#random.below(300); n > 0; n--) bytes += String.fromCharCode(this.#random.below(256));
    this.send(
      service,
      this.#random.pick(["supervise/control", "log/supervise/control"]),
      bytes.replaceAll("x", "X"),
    );
  }

  #signal(): void {
    const actor = this.#someActor();
    if (actor === undefined) return;
    const signal = this.#random.pick(SIGNALS);
    this.#world.note(`somebody sends ${signal} to ${actor.label} ${actor.pid}`);
    this.#kernel.actors.deliver(actor, signal);
  }

  /** A line on the way from a service to its logger. */
  speak(): void {
    for (const actor of this.#kernel.actors.alive()) {
      if (actor.role === "run" && actor.stdout?.pipe !== undefined) actor.stdout.pipe.put("a line\n");
    }
  }

  /** Changes how a log is written from its next start on. */
  #changeLog(): void {
    const service = this.#someService();
    if (service?.directory.entries.has("log") !== true) return;
    const { tree } = this.#kernel;
    const run = tree.find(service.directory, "log/run");
    this.#world.note(`change the log of ${service.name}`);
    if (this.#random.chance(0.5)) {
      return this.#configure(service, this.#random.pick(["s1\n", "!gzip\n", "\n"]));
    }
    if (run === undefined) return this.#script(service.directory, "log/run");
    this.#configure(service, "s1\n");
    tree.removeAll(run);
  }

  #signalLogger(): void {
    const loggers = this.#kernel.actors.alive().filter(({ role }) => role === "logger");
    if (loggers.length === 0) return;
    const actor = this.#random.pick(loggers);
    const signal = this.#random.pick([SIGNAL.KILL, SIGNAL.KILL, SIGNAL.STOP, SIGNAL.CONT]);
    this.#world.note(`somebody sends ${signal} to ${actor.label} ${actor.pid}`);
    this.#kernel.actors.deliver(actor, signal);
  }

  #changeTemper(): void {
    const { loggers } = this.#kernel;
    loggers.temper = this.#random.pick(TEMPERS);
    this.#world.note(`a logger now ${loggers.temper}`);
  }

  #changeCharacter(): void {
    const service = this.#someService();
    if (service === undefined) return;
    service.character = this.#character();
    this.#world.note(`${service.name} is now ${Object.values(service.character).join(", ")}`);
  }

  #breakRun(): void {
    const service = this.#someService();
    const { tree } = this.#kernel;
    if (service === undefined) return;
    const run = tree.find(service.directory, this.#random.pick(["run", "log/run"]));
    if (run?.kind !== "file") return;
    this.#world.note(`break ${run.name} of ${service.name}`);
    const how = this.#random.below(3);
    if (how === 0) tree.chmod(run, 0o644);
    else if (how === 1) tree.write(run, "#!/missing\n");
    else tree.removeAll(run);
  }

  #mendRun(): void {
    const service = this.#someService();
    if (service !== undefined) this.#script(service.directory, "run");
  }

  #toggleFinish(): void {
    const service = this.#someService();
    if (service === undefined) return;
    const finish = this.#kernel.tree.find(service.directory, "finish");
    if (finish === undefined) this.#script(service.directory, "finish");
    else this.#kernel.tree.removeAll(finish);
  }

  #toggleHook(): void {
    const service = this.#someService();
    if (service === undefined) return;
    const { tree } = this.#kernel;
    const { directory } = service;
    this.#hookDirectory(directory);
    const path = `control/${this.#random.pick([..."utdxkpc"])}`;
    const hook = tree.find(directory, path);
    if (hook === undefined) this.#script(directory, path, this.#random.chance(0.8) ? 0o755 : 0o644);
    else tree.removeAll(hook);
  }

  #dropStatus(): void {
    const service = this.#someService();
    const file = service && this.#kernel.tree.find(
      service.directory,
      `supervise/${this.#random.pick(["status", "stat", "status.new"])}`,
    );
    if (file !== undefined) this.#kernel.tree.removeAll(file);
  }

  // Actions on the machine

  #onSystem(): Action[] {
    const { faults, notifications } = this.#kernel;
    return [
      [2, () => faults.storm()],
      [1, () => this.#kernel.raise(this.#random.pick([SIGNAL.ALRM, SIGNAL.USR1, SIGNAL.PIPE, SIGNAL.CHLD]))],
      [1, () => this.#kernel.stderrBlocked = !this.#kernel.stderrBlocked],
      [1, () => this.#kernel.descriptorLimit = this.#random.chance(0.5) ? 12 + this.#random.below(40) : 1000],
      [1, () => notifications.limit = this.#random.chance(0.5) ? this.#random.below(8) : 1000],
      [1, () => this.#overflow()],
    ];
  }

  #setClock(): void {
    const jump = this.#random.pick([-DAY_NS, DAY_NS, -3_000_000_000n, 1_000_000_000n]);
    this.#world.note(`the clock is set by ${jump} ns`);
    this.#world.wallOffsetNs += jump;
    this.#kernel.faults.count(jump < 0n ? "clock set back" : "clock set forward");
  }

  #overflow(): void {
    this.#kernel.notifications.overflows = true;
    this.#kernel.faults.count("inotify overflow");
    this.#world.after(this.#random.between(1, 100), () => this.#kernel.notifications.overflows = false);
  }

  // Actions on the directory of services

  #onDirectory(): Action[] {
    return [
      [2, () => this.#moveIn()],
      [1, () => this.#linkIn()],
      [4, () => this.#fill()],
      [2, () => this.#renameInside()],
      [1, () => this.#holdLock()],
      [1, () => this.#clutter()],
    ];
  }

  #onLeavers(): Action[] {
    return [
      [2, () => this.#remove()],
      [1, () => this.#removeAndFill()],
      [1, () => this.#hide()],
      [1, () => this.#unhide()],
      [1, () => this.#moveOut()],
      [1, () => this.#moveBack()],
      [1, () => this.#relink()],
    ];
  }

  #moveIn(): void {
    const directory = this.directory();
    if (directory === undefined || directory.entries.size > 8) return;
    const name = this.#freeName(directory);
    const made = this.make(this.#workshop, `new${this.#made++}`);
    this.#world.note(`move ${made.name} in as ${name}`);
    this.#kernel.tree.rename(this.#workshop, made.name, directory, name);
  }

  #linkIn(): void {
    const directory = this.directory();
    if (directory === undefined || directory.entries.size > 8) return;
    const name = this.#freeName(directory);
    const made = this.make(this.#workshop, `linked${this.#made++}`);
    this.#world.note(`link ${made.name} in as ${name}`);
    this.#kernel.tree.symlink(`/sv/${made.name}`, directory, name);
  }

  /** A directory is made and filled in place, with pauses that are always short, or not. */
  #fill(): void {
    const directory = this.directory();
    if (directory === undefined || directory.entries.size > 8) return;
    this.#fillAs(directory, this.#freeName(directory));
  }

  #fillAs(directory: Directory, name: string): Service {
    const service = this.#found(directory, name, false);
    const hasty = this.#random.chance(0.7);
    const { pieces, log } = this.#pieces(service);
    this.#world.note(`fill ${name} ${hasty ? "quickly" : "slowly"} in ${pieces.length} steps`);
    // Where the clock jumps, times of change say nothing when a change itself was missed.
    service.logged = log && hasty && !this.#options.clockJumps;
    // What is there at the first look counts as whole; and a whole directory that came under this name just before
    // cannot be told from this one while it is looked at.
    const sinceMs = Math.max(this.lifeBeganMs, this.#movedAtMs.get(name) ?? -Infinity);
    if (this.#world.nowMs - sinceMs < LOOK_MS) service.logged = false;
    let atMs = 0;
    for (const piece of pieces) {
      atMs += this.#random.between(0, hasty ? 120 : 1200);
      this.#later(atMs, () => service.directory.parent === undefined ? undefined : piece());
    }
    return service;
  }

  /** A supervisor begins: what is being filled counts as whole at its first look. */
  looksWhole(): void {
    for (const service of this.#kernel.actors.services()) {
      if (!service.directory.entries.has("supervise")) service.logged = false;
    }
  }

  /** Does a thing later, as `after` does; but `settle` does at once what is left of it. */
  #later(delayMs: number, act: () => void): void {
    let done = false;
    const once = () => {
      if (done) return;
      done = true;
      act();
    };
    this.#filling.push(once);
    this.#world.after(delayMs, once);
  }

  #entryOf(service: Service): Inode | undefined {
    const directory = this.directory();
    for (const [name, entry] of directory?.entries ?? []) {
      if (entry === service.directory) return entry;
      const leads = directory === undefined ? undefined : this.#kernel.tree.find(directory, name);
      if (entry.kind === "link" && leads === service.directory) return entry;
    }
    return undefined;
  }

  #remove(): void {
    const service = this.#someService();
    const entry = service && this.#entryOf(service);
    if (entry === undefined) return;
    this.#world.note(`remove ${entry.name}`);
    this.#kernel.tree.removeAll(entry);
  }

  /** `rm -r` and a copy under the same name, in a moment; the inode may have the number of the old one. */
  #removeAndFill(): void {
    const service = this.#someService();
    const directory = this.directory();
    if (service === undefined || directory === undefined || this.#entryOf(service) === undefined) return;
    const entry = this.#entryOf(service);
    if (entry?.kind !== "directory") return;
    const { name } = entry;
    this.#world.note(`remove ${name}, and fill it again`);
    this.#kernel.tree.removeAll(entry);
    const filled = this.#fillAs(directory, name);
    // In the moment between a decision and the opening nothing tells them apart but the number, which may be the same.
    if (this.#kernel.inTurn) filled.logged = false;
  }

  #move(entry: Inode, to: Directory, name: string): void {
    if (entry.parent === undefined || to.entries.has(name)) return;
    this.#isWhole(entry);
    this.#world.note(`move ${entry.name} to ${to.name}/${name}`);
    this.#movedAtMs.set(name, this.#world.nowMs);
    this.#kernel.tree.rename(entry.parent, entry.name, to, name);
  }

  /** Marks a moved directory as whole: the supervisor can no longer tell that it is still being filled. */
  #isWhole(entry: Inode): void {
    const service = entry.kind === "directory" ? this.#kernel.actors.serviceOf(entry) : undefined;
    if (service === undefined || service.directory.entries.has("supervise")) return;
    // One whose log could not be looked at keeps none.
    service.logged = service.directory.entries.has("log") && service.logRuns !== -Infinity;
  }

  #renameInside(): void {
    const service = this.#someService();
    const directory = this.directory();
    const entry = service && this.#entryOf(service);
    if (entry !== undefined && directory !== undefined) {
      this.#move(entry, directory, this.#freeName(directory));
    }
  }

  #hide(): void {
    const service = this.#someService();
    const directory = this.directory();
    const entry = service && this.#entryOf(service);
    if (entry !== undefined && directory !== undefined) this.#move(entry, directory, `.${entry.name}`);
  }

  #unhide(): void {
    const directory = this.directory();
    for (const [name, entry] of directory?.entries ?? []) {
      if (!name.startsWith(".") || directory === undefined) continue;
      return this.#move(
        entry,
        directory,
        this.#random.chance(0.5) ? name.slice(1) : this.#freeName(directory),
      );
    }
  }

  #moveOut(): void {
    const service = this.#someService();
    const entry = service && this.#entryOf(service);
    if (entry !== undefined) this.#move(entry, this.#workshop, `out${this.#made++}`);
  }

  #moveBack(): void {
    const directory = this.directory();
    const out = [...this.#workshop.entries.values()].find(({ name }) => name.startsWith("out"));
    if (out !== undefined && directory !== undefined) this.#move(out, directory, this.#freeName(directory));
  }

  /** A link is replaced by another in one moment (`ln -s; mv -T`). */
  #relink(): void {
    const directory = this.directory();
    const links = [...directory?.entries.values() ?? []].filter(({ kind }) => kind === "link");
    if (directory === undefined || links.length === 0) return;
    const link = this.#random.pick(links);
    const made = this.make(this.#workshop, `linked${this.#made++}`);
    this.#world.note(`link ${link.name} to ${made.name}`);
    this.#kernel.tree.symlink(`/sv/${made.name}`, this.#workshop, "link.new");
    this.#kernel.tree.rename(this.#workshop, "link.new", directory, link.name);
  }

  /** Another supervisor has the service for a while. */
  #holdLock(): void {
    const directory = this.directory();
    if (directory === undefined || directory.entries.size > 8) return;
    const made = this.make(this.#workshop, `held${this.#made++}`);
    if (made.directory.entries.has("supervise")) return;
    const { tree } = this.#kernel;
    const lock = tree.file(tree.mkdir(made.directory, "supervise", 0o700), "lock", 0o600);
    this.#kernel.setForeignLock(lock, true);
    this.#later(this.#random.between(100, 9000), () => this.#kernel.setForeignLock(lock, false));
    this.#move(made.directory, directory, this.#freeName(directory));
  }

  /** Makes other things that lie about: a file, a link to nowhere, a directory that is none of ours. */
  #clutter(): void {
    const directory = this.directory();
    if (directory === undefined) return;
    const { tree } = this.#kernel;
    const name = `clutter${this.#made++}`;
    const kind = this.#random.below(3);
    if (kind === 0) tree.file(directory, name, 0o755);
    else if (kind === 1) tree.symlink("/nowhere", directory, name);
    else this.#found(directory, `.${name}`, false);
  }

  /** Acts in the last moment before the supervisor executes itself: a command may still come. */
  beforeExecution(): void {
    if (this.#random.chance(0.5)) this.#command();
  }

  #upgrade(): void {
    this.#world.note("upgrade");
    this.#kernel.raise(SIGNAL.USR2);
  }

  // Actions on the path of the directory

  #onPath(): Action[] {
    return [
      [1, () => this.#takeDirectoryAway()],
      [1, () => this.#bringDirectoryBack()],
      [1, () => this.#switchDirectory()],
    ];
  }

  #takeDirectoryAway(): void {
    const directory = this.directory();
    if (directory?.parent === undefined || this.#away !== undefined) return;
    this.#world.note(`move ${directory.name} away`);
    this.#kernel.tree.rename(directory.parent, directory.name, directory.parent, `${directory.name}.away`);
    this.#away = directory;
  }

  #bringDirectoryBack(): void {
    const away = this.#away;
    if (away?.parent === undefined) return;
    this.#away = undefined;
    const name = away.name.slice(0, -".away".length);
    if (!away.parent.entries.has(name)) this.#kernel.tree.rename(away.parent, away.name, away.parent, name);
  }

  /** Switches as runsvchdir does: the link on the way leads to another directory from now on. */
  #switchDirectory(): void {
    const { tree } = this.#kernel;
    const link = tree.find(this.#root, "/etc/current", false);
    if (link?.kind !== "link") return;
    const target = link.target === "first" ? "second" : "first";
    this.#world.note(`switch to ${target}`);
    tree.symlink(target, this.#root, "/etc/current.new");
    tree.rename(this.#root, "/etc/current.new", this.#root, "/etc/current");
  }

  // The course of a simulation

  /** Does something every now and then for `durationMs`. */
  disturb(durationMs: number, actions: number): void {
    const total = this.#actions.reduce((sum, [weight]) => sum + weight, 0);
    for (let i = 0; i < actions; i++) {
      this.#world.after(this.#random.between(0, durationMs), () => {
        let at = this.#random.below(total);
        this.#actions.find(([weight]) => (at -= weight) < 0)?.[1]();
      });
    }
  }

  /** Ends all disturbance, and mends what was broken. */
  settle(): void {
    const { faults, notifications, actors } = this.#kernel;
    this.#world.note("settle");
    faults.end();
    notifications.overflows = false;
    notifications.limit = 1000;
    this.#kernel.descriptorLimit = 1000;
    this.#kernel.stderrBlocked = false;
    this.#bringDirectoryBack();
    for (const act of this.#filling.splice(0)) act();
    for (const service of actors.services()) {
      service.character = { ...HEALTHY };
      this.#mend(service);
    }
    for (const actor of actors.alive()) {
      if (actor.service.bystander) continue;
      actors.deliver(actor, SIGNAL.CONT);
      // What slept through a TERM will not hear of it again.
      if (actor.stubborn || actor.role === "hook") actors.deliver(actor, SIGNAL.KILL);
    }
    actors.reconsider();
    this.#kernel.loggers.settle();
  }

  /** Makes runs runnable again, and empties the FIFOs: commands that have not been read count no more. */
  #mend({ directory }: Service): void {
    if (directory.parent === undefined) return;
    for (const path of ["supervise/control", "log/supervise/control"]) {
      const fifo = this.#kernel.tree.find(directory, path);
      if (fifo?.kind === "fifo") fifo.pipe.take(Infinity);
    }
    this.#script(directory, "run");
    if (!directory.entries.has("log")) return;
    if (this.#kernel.tree.find(directory, "log/config") === undefined) this.#script(directory, "log/run");
    else if (this.#kernel.tree.find(directory, "log/run") !== undefined) this.#script(directory, "log/run");
  }

  /** Every service is told what to be. */
  ask(): void {
    for (const service of this.present()) {
      if (service.bystander) {
        this.asked.set(service.directory, "up");
        continue;
      }
      const want = this.#random.chance(0.75) ? "up" : "down";
      this.asked.set(service.directory, want);
      this.send(service, "supervise/control", want === "up" ? "cu" : "cd");
      this.send(service, "log/supervise/control", "cu");
    }
  }
}
