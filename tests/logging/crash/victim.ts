/** Starts loggers one after the other, on the same pipe and directories, and kills them. */
import { join } from "@std/path";
import { childrenOf, processesMarked, processOf, readText, signal } from "../../processes.ts";
import { uniqueMark } from "../../seed.ts";
import { eventually, pause } from "../../wait.ts";
import type { Ground } from "./ground.ts";
import type { Kill } from "./plan.ts";

/** The time that a kill waits for its moment. If the moment does not come, the logger is killed all the same. */
const PATIENCE_MS = 400;
const POLL_MS = 1;
/** About as long as a logger works on a signal. */
const SIGNAL_MS = 2;
const REFUSED = 111;
const MOST_REFUSALS = 20;
const MARK = "DENIT_CRASH_TEST";

/** The options that all loggers of a test share. */
export interface VictimOptions {
  /** Path of the svlogd. */
  readonly path: string;
  readonly args: readonly string[];
  readonly ground: Ground;
  /** A path that leads to the reading end of the pipe. */
  readonly input: string;
  /** A file for the loggers' standard error. */
  readonly errors: string;
}

/** The end of a logger. */
export type End = Pick<Deno.CommandStatus, "code" | "signal">;

/** The loggers of one test. Disposal kills every process that they have started. */
export class Victims implements AsyncDisposable {
  readonly #options: VictimOptions;
  readonly #mark = uniqueMark();
  #latest: Victim | undefined;

  constructor(options: VictimOptions) {
    this.#options = options;
  }

  /**
   * Starts a logger. `kill` is needed before the start if it is one at a system call. `path` may be another svlogd.
   */
  start(kill?: Kill, path = this.#options.path): Victim {
    const { args, ground, input, errors } = this.#options;
    const inside = 'cd "$1" && exec <"$2" 2>>"$3" && shift 3 && exec "$@"';
    const words = ["sh", "-c", inside, "sh", ground.path, input, errors, ...tracing(kill), path, ...args];
    const [file = "", ...rest] = [...ground.through, ...words];
    const child = new Deno.Command(file, {
      args: rest,
      env: { LC_ALL: "C", [MARK]: this.#mark },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#latest = new Victim(child, ground);
    return this.#latest;
  }

  /** Waits until no process is left that a logger started. */
  async gone(): Promise<void> {
    await eventually("the end of every processor", () => processesMarked(this.#entry).length === 0);
  }

  /**
   * True when a logger was refused its directories. When a logger is killed, a child of it that is about to become a
   * processor keeps the locks until its exec. A logger that starts meanwhile ends as if another logger ran. It is
   * started again, as a supervisor does.
   */
  wasRefused({ code }: End): boolean {
    const said = readText(this.#options.errors)?.split("\n").slice(-2)[0] ?? "";
    return code === REFUSED && /no functional log directories|unable to take over/.test(said);
  }

  /** Starts a last logger and waits for its end. */
  async end(deadlineMs: number): Promise<End> {
    for (let tries = 0;; tries++) {
      const end = await this.start().ended(deadlineMs);
      if (tries === MOST_REFUSALS || !this.wasRefused(end)) return end;
    }
  }

  /** The processes that are left: loggers, and what loggers started. */
  left(): string[] {
    return processesMarked(this.#entry).map((pid) => {
      const command = readText(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ") ?? "";
      return `${pid} ${processOf(pid)?.state} ${command}`;
    });
  }

  get #entry(): string {
    return `${MARK}=${this.#mark}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#latest?.kill();
    await eventually("the end of every process of a crash test", () => {
      const left = processesMarked(this.#entry);
      for (const pid of left) signal(pid, "SIGKILL");
      return left.length === 0;
    });
  }
}

/**
 * strace kills the logger at the entry of the call. With -D strace runs as a grandchild, so the logger keeps its
 * parent.
 */
function tracing(kill: Kill | undefined): string[] {
  if (kill?.at !== "call") return [];
  const { calls, nth } = kill;
  const inject = `inject=${calls}:signal=KILL:when=${nth}`;
  return ["strace", "-D", "-qq", "-o", "/dev/null", "-e", `trace=${calls}`, "-e", inject, "--"];
}

/** A running logger. */
export class Victim {
  readonly #child: Deno.ChildProcess;
  readonly #ground: Ground;
  #end: End | undefined;

  constructor(child: Deno.ChildProcess, ground: Ground) {
    this.#child = child;
    this.#ground = ground;
    void child.status.then((status) => this.#end = status);
  }

  /** Kills the logger at its moment, or when the moment does not come. Returns how it ended. */
  async dies(kill: Kill): Promise<End> {
    await this.#comes(kill);
    return await this.kill();
  }

  /** Sends the logger another signal at that moment. */
  async hears(name: Deno.Signal, kill: Kill): Promise<void> {
    await this.#comes(kill);
    if (this.#end === undefined) signal(this.#child.pid, name);
  }

  /** Waits until the logger has written to a log, or has ended. */
  async isReady(): Promise<void> {
    const marks = () =>
      [...Deno.readDirSync(this.#ground.seen)].filter(({ name }) =>
        sizeOf(join(this.#ground.seen, name, "current")) > 0
      );
    await eventually("lines in a log", () => marks().length > 0 || this.#end !== undefined);
  }

  /** Kills the logger unless it has ended. Returns how it ended. */
  async kill(): Promise<End> {
    if (this.#end === undefined) signal(this.#child.pid, "SIGKILL");
    return await this.#child.status;
  }

  /** Waits until the logger ends by itself. */
  async ended(deadlineMs: number): Promise<End> {
    return await eventually("the end of the logger", () => this.#end, deadlineMs);
  }

  async #comes(kill: Kill): Promise<void> {
    switch (kill.at) {
      case "time":
        return await this.#until(() => false, kill.delayMs);
      case "signal":
        await this.#until(() => false, kill.delayMs);
        if (this.#end === undefined) signal(this.#child.pid, kill.signal);
        return await this.#until(() => false, SIGNAL_MS);
      case "call":
        return await this.#until(() => false, PATIENCE_MS);
      case "bytes": {
        const current = join(this.#ground.seen, kill.directory, "current");
        const wanted = sizeOf(current) + kill.bytes;
        let rotations = names(this.#ground, kill.directory, "su").length;
        return await this.#until(() => {
          const now = names(this.#ground, kill.directory, "su").length;
          if (now > rotations) return true;
          rotations = now;
          return sizeOf(current) >= wanted;
        });
      }
      case "rename": {
        const before = names(this.#ground, kill.directory, "su").length;
        await this.#until(() => names(this.#ground, kill.directory, "su").length > before);
        return await this.#until(() => false, kill.delayMs);
      }
      case "processor": {
        await this.#until(() => names(this.#ground, kill.directory, "t").length > 0);
        await this.#until(() => false, kill.delayMs);
        if (kill.both) { for (const { pid } of childrenOf(this.#child.pid)) signal(pid, "SIGKILL"); }
        return;
      }
    }
  }

  /** Waits for a condition, until the logger has ended or time is over. */
  async #until(comes: () => boolean, deadlineMs = PATIENCE_MS): Promise<void> {
    const begunMs = performance.now();
    while (this.#end === undefined && !comes()) {
      const leftMs = deadlineMs - (performance.now() - begunMs);
      if (leftMs <= 0) return;
      await pause(Math.min(POLL_MS, leftMs));
    }
  }
}

function names(ground: Ground, directory: string, letters: string): string[] {
  return [...Deno.readDirSync(join(ground.seen, directory))].map(({ name }) => name)
    .filter((name) => name.startsWith("@") && letters.includes(name.slice(-1)));
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
