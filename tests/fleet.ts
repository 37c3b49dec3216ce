/**
 * A running runsvdir (or runsv) of the program under test, with service directories of its own.
 *
 * Whatever descends from it is known by an entry in its environment, so the end of a test finds all of it: the
 * orphans that were meant to be left behind, and what a failed test left by accident.
 */
import { dirname, join, resolve } from "@std/path";
import { removeJournals } from "./logging/journals.ts";
import { isAlive, processesMarked, readText, signal } from "./processes.ts";
import { applet, type Ended, program } from "./program.ts";
import { uniqueMark } from "./seed.ts";
import { eventually, NotInTime } from "./wait.ts";

/** Path in the services directory to text; a text that begins with `#!` is executable. */
export type Tree = Readonly<Record<string, string>>;

/** A `run` that stays, in one process. */
export const STAY = "#!/bin/sh\nexec sleep 100000\n";

export interface FleetOptions {
  /** Words in front of the program, each of which becomes the next one and so keeps the pid: `unshare --mount`. */
  readonly through?: readonly string[];
  /** What is run, an applet or a file by its absolute path; `runsvdir -P SERVICES` by default. */
  readonly command?: (services: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Who owns the service directories. */
  readonly uid?: number;
  /** What becomes of its standard error: read (by default), left until `listen`, or closed at the reading end. */
  readonly stderr?: "read" | "left" | "closed";
  /** In place of the built program's links. */
  readonly links?: string;
}

const MARK = "DENIT_TEST_FLEET";

export class Fleet implements AsyncDisposable {
  /** A directory that goes with the fleet. */
  readonly home: string;
  readonly services: string;
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

  /** Reads its standard error from now on. */
  listen(): void {
    this.#heard = this.#read(this.#child.stderr);
  }

  async #read(stderr: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stderr) this.#stderr += decoder.decode(bytes, { stream: true });
  }

  /** What it printed on standard error so far, by lines. */
  get said(): readonly string[] {
    return this.#stderr.split("\n").slice(0, -1);
  }

  /** Name and value of what is in the environment of all that descends from it. */
  get mark(): readonly [string, string] {
    return [MARK, this.#mark.slice(MARK.length + 1)];
  }

  get isAlive(): boolean {
    return this.#status === undefined && isAlive(this.pid);
  }

  put(path: string, text: string): void {
    put(this.services, path, text, this.#uid);
  }

  service(name: string): Service {
    return new Service(join(this.services, name), this);
  }

  /** sv of the program under test, for services of this fleet. */
  async sv(...args: readonly string[]): Promise<Ended> {
    return await applet("sv", args, { env: { SVDIR: this.services } });
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** How it ended. */
  async ended(): Promise<Deno.CommandStatus> {
    return await this.eventually("the end of the supervisor", () => this.#status);
  }

  /** `eventually`, that also tells what the fleet had to say. */
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

  /** Ends everything that descends from the fleet, the supervisor first, so that nothing is started again. */
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

/** A supervised directory, seen through its files alone. */
export class Service {
  readonly directory: string;
  readonly #fleet: Fleet;

  constructor(directory: string, fleet: Fleet) {
    this.directory = directory;
    this.#fleet = fleet;
  }

  /** The line in `supervise/stat`; empty when there is none. */
  get stat(): string {
    return readText(join(this.directory, "supervise/stat"))?.trimEnd() ?? "";
  }

  /** 0 when there is no process. */
  get pid(): number {
    return Number(readText(join(this.directory, "supervise/pid"))?.trim() ?? 0);
  }

  /** The 20 bytes of `supervise/status`, in hexadecimal. */
  get status(): string {
    try {
      return Deno.readFileSync(join(this.directory, "supervise/status")).toHex();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** The text of a file in the directory; empty when there is none. */
  read(name: string): string {
    return readText(join(this.directory, name)) ?? "";
  }

  /** Puts control bytes into the FIFO, in one write. */
  send(bytes: string): void {
    // Opened for both, so that it does not wait for a supervisor that is not there.
    using control = Deno.openSync(join(this.directory, "supervise/control"), { read: true, write: true });
    control.writeSync(new TextEncoder().encode(bytes));
  }

  /** Waits for a line in `supervise/stat`. */
  async is(stat: string): Promise<void> {
    await this.#fleet.eventually(`${this.directory} is ${stat}`, () => this.stat === stat);
  }

  /** Waits for a `run` that is another process than `before`, and is alive. */
  async runs(before = 0): Promise<number> {
    return await this.#fleet.eventually(`${this.directory} runs`, () => {
      const { pid, stat } = this;
      return pid !== 0 && pid !== before && stat.startsWith("run") && isAlive(pid) && pid;
    });
  }
}
