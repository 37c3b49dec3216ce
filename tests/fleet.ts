/**
 * Starts a runsvdir (or runsv) of the program under test, on service directories of its own.
 *
 * Every process that descends from the fleet carries a mark in its environment. By that mark the end of a test finds
 * and kills all of them: orphans that were left behind on purpose, and what a failed test left by accident.
 */
import { dirname, join, resolve } from "@std/path";
import { removeJournals } from "./logging/journals.ts";
import { isAlive, processesMarked, readText, signal } from "./processes.ts";
import { applet, type Ended, program } from "./program.ts";
import { uniqueMark } from "./seed.ts";
import { eventually, NotInTime } from "./wait.ts";

/**
 * Paths in the services directory, mapped to the text of each file. A text that begins with `#!` becomes executable.
 */
export type Tree = Readonly<Record<string, string>>;

/** A `run` script that stays, in one process. */
export const STAY = "#!/bin/sh\nexec sleep 100000\n";

/** Options of a fleet. The default is `runsvdir -P SERVICES` with its standard error read. */
export interface FleetOptions {
  /**
   * Command in front of the program, such as `unshare --mount`. Each command must exec the next, so that the pid
   * stays.
   */
  readonly through?: readonly string[];
  /** The command: an applet, or a file by its absolute path. By default `runsvdir -P SERVICES`. */
  readonly command?: (services: string) => readonly string[];
  /** Entries that are added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Owner of the service directories, a user ID that also serves as the group ID. */
  readonly uid?: number;
  /** The reading end of standard error: read from the start (by default), left unread until `listen`, or closed. */
  readonly stderr?: "read" | "left" | "closed";
  /** Directory of links to the program. By default the links of the built program. */
  readonly links?: string;
}

const MARK = "DENIT_TEST_FLEET";

/** A running supervisor with everything below it. Disposal kills all of it and removes its files. */
export class Fleet implements AsyncDisposable {
  /** A temporary directory. Disposal removes it. */
  readonly home: string;
  /** The services directory, in `home`. */
  readonly services: string;
  /** Pid of the supervisor. */
  readonly pid: number;
  readonly #mark: string;
  readonly #child: Deno.ChildProcess;
  #heard: Promise<void> | undefined;
  readonly #uid: number | undefined;
  #stderr = "";
  #status: Deno.CommandStatus | undefined;

  private constructor(home: string, mark: string, child: Deno.ChildProcess, options: FleetOptions) {
    this.home = home;
    this.services = join(home, "service");
    this.pid = child.pid;
    this.#mark = mark;
    this.#child = child;
    this.#uid = options.uid;
    void child.status.then((status) => this.#status = status);
  }

  /** Writes `tree` into a new services directory and starts the supervisor. Does not wait for any service. */
  static async start(tree: Tree, options: FleetOptions = {}): Promise<Fleet> {
    const links = options.links ?? (await program()).links;
    const home = await Deno.makeTempDir({ prefix: "denit-fleet-" });
    await Deno.chmod(home, 0o755);
    const services = join(home, "service");
    await Deno.mkdir(services);
    if (options.uid !== undefined) await Deno.chown(services, options.uid, options.uid);
    for (const [path, text] of Object.entries(tree)) put(services, path, text, options.uid);
    const [name = "", ...args] = options.command?.(services) ?? ["runsvdir", "-P", services];
    const [file = "", ...words] = [...options.through ?? [], resolve(links, name), ...args];
    const mark = uniqueMark();
    const child = new Deno.Command(file, {
      args: words,
      cwd: home,
      env: { LC_ALL: "C", PATH: `${links}:${Deno.env.get("PATH")}`, [MARK]: mark, ...options.env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const fleet = new Fleet(home, `${MARK}=${mark}`, child, options);
    if (options.stderr === "closed") await child.stderr.cancel();
    else if (options.stderr !== "left") fleet.listen();
    return fleet;
  }

  /** Reads the supervisor's standard error from now on. */
  listen(): void {
    this.#heard = this.#read(this.#child.stderr);
  }

  async #read(stderr: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stderr) this.#stderr += decoder.decode(bytes, { stream: true });
  }

  /** The lines that the supervisor has printed on standard error so far. */
  get said(): readonly string[] {
    return this.#stderr.split("\n").slice(0, -1);
  }

  /** Name and value of the environment entry that marks every process of the fleet. */
  get mark(): readonly [string, string] {
    return [MARK, this.#mark.slice(MARK.length + 1)];
  }

  /** True while the supervisor runs. */
  get isAlive(): boolean {
    return this.#status === undefined && isAlive(this.pid);
  }

  /** Writes a file below the services directory, and the directories above the file. */
  put(path: string, text: string): void {
    put(this.services, path, text, this.#uid);
  }

  /** The service directory `name`, which need not exist yet. */
  service(name: string): Service {
    return new Service(join(this.services, name), this);
  }

  /** Runs sv of the program under test, on the services of this fleet. */
  async sv(...args: readonly string[]): Promise<Ended> {
    return await applet("sv", args, { env: { SVDIR: this.services } });
  }

  /** Sends a signal to the supervisor. */
  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Waits for the supervisor's end and returns its exit status. */
  async ended(): Promise<Deno.CommandStatus> {
    return await this.eventually("the end of the supervisor", () => this.#status);
  }

  /**
   * Waits like `eventually` of `wait.ts`. If time runs out, the error also says how the supervisor is and what it
   * printed.
   */
  async eventually<T>(what: string, probe: () => T | Promise<T>, deadlineMs?: number) {
    try {
      return await eventually(what, probe, deadlineMs);
    } catch (error) {
      if (!(error instanceof NotInTime)) throw error;
      throw new NotInTime(`${error.message}\n${this.#account()}`);
    }
  }

  #account(): string {
    const state = this.#status === undefined ? "runs" : `ended with ${JSON.stringify(this.#status)}`;
    return [`the supervisor ${state} and said:`, ...this.said.slice(-20)].join("\n  ");
  }

  /** Kills everything that descends from the fleet. The supervisor goes first, so that it starts nothing again. */
  async [Symbol.asyncDispose](): Promise<void> {
    signal(this.pid, "SIGKILL");
    await eventually("the end of every process of a fleet", () => {
      const left = processesMarked(this.#mark);
      for (const pid of left) signal(pid, "SIGKILL");
      return left.length === 0;
    });
    await this.#child.status;
    if (this.#heard === undefined) await this.#child.stderr.cancel();
    await this.#heard;
    removeJournals(this.home);
    await Deno.remove(this.home, { recursive: true });
  }
}

function put(services: string, path: string, text: string, uid: number | undefined): void {
  const file = join(services, path);
  const made: string[] = [];
  for (let place = dirname(file); place !== services; place = dirname(place)) made.push(place);
  Deno.mkdirSync(dirname(file), { recursive: true });
  Deno.writeTextFileSync(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  if (uid === undefined) return;
  for (const place of [file, ...made]) Deno.chownSync(place, uid, uid);
}

/** A service directory, seen only through the files in it. */
export class Service {
  readonly directory: string;
  readonly #fleet: Fleet;

  constructor(directory: string, fleet: Fleet) {
    this.directory = directory;
    this.#fleet = fleet;
  }

  /** The line in `supervise/stat`. Empty if there is no such file. */
  get stat(): string {
    return readText(join(this.directory, "supervise/stat"))?.trimEnd() ?? "";
  }

  /** The pid in `supervise/pid`. 0 if no process runs. */
  get pid(): number {
    return Number(readText(join(this.directory, "supervise/pid"))?.trim() ?? 0);
  }

  /** The 20 bytes of `supervise/status` in hexadecimal. Empty if there is no such file. */
  get status(): string {
    try {
      return Deno.readFileSync(join(this.directory, "supervise/status")).toHex();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** The text of a file in the directory. Empty if there is no such file. */
  read(name: string): string {
    return readText(join(this.directory, name)) ?? "";
  }

  /** Writes control bytes into the FIFO `supervise/control`, in one write. */
  send(bytes: string): void {
    // Open for reading, too: then the open does not wait for a supervisor that is not there.
    using control = Deno.openSync(join(this.directory, "supervise/control"), { read: true, write: true });
    control.writeSync(new TextEncoder().encode(bytes));
  }

  /** Waits until `supervise/stat` is this line. */
  async is(stat: string): Promise<void> {
    await this.#fleet.eventually(`${this.directory} is ${stat}`, () => this.stat === stat);
  }

  /** Waits until `run` is a live process with a pid other than `before`. Returns the pid. */
  async runs(before = 0): Promise<number> {
    return await this.#fleet.eventually(`${this.directory} runs`, () => {
      const { pid, stat } = this;
      return pid !== 0 && pid !== before && stat.startsWith("run") && isAlive(pid) && pid;
    });
  }
}
