/** Runs a svlogd: the one under test, or runit's. */
import { program } from "../program.ts";
import { eventually } from "../wait.ts";
import { latin, latinText } from "./directory.ts";

/** The svlogd under test, or runit's. */
export type Side = "denit" | "runit";

/** Path of runit's svlogd in Debian's package. PATH may lead to denit's. */
export const RUNIT = "/usr/bin/svlogd";

/** True when runit's svlogd is installed. */
export const HAS_RUNIT = isFile(RUNIT);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The end of a logger, with its standard error. */
export interface Logged {
  readonly code: number;
  readonly stderr: string;
}

/** A logger that gets its whole input at once. */
export interface Feed {
  readonly side: Side;
  /** The working directory. */
  readonly directory: string;
  readonly args: readonly string[];
  /** The input, as a byte string. */
  readonly input: string;
}

/** Feeds a logger, and waits for its end. */
export async function feed({ side, directory, args, input }: Feed): Promise<Logged> {
  return await withLogger(side, directory, args, async (logger) => {
    await logger.write(input);
    return await logger.end();
  });
}

/** Starts a logger for `use`, and kills it afterwards if it still runs. */
export async function withLogger<T>(
  side: Side,
  directory: string,
  args: readonly string[],
  use: (logger: Logger) => Promise<T>,
): Promise<T> {
  const path = side === "runit" ? RUNIT : `${(await program()).links}/svlogd`;
  const logger = new Logger(path, directory, args);
  try {
    return await use(logger);
  } finally {
    await logger.kill();
  }
}

/** A logger with a pipe on its standard input. */
export class Logger {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<void>;
  #stderr = "";

  constructor(path: string, directory: string, args: readonly string[]) {
    this.#child = new Deno.Command(path, {
      args: [...args],
      cwd: directory,
      env: { LC_ALL: "C" },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const piece of this.#child.stderr) this.#stderr += latinText(piece);
  }

  /** Pid of the logger. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Writes a byte string to the logger. */
  async write(text: string): Promise<void> {
    await this.#writer.write(latin(text));
  }

  /** Sends a signal to the logger. */
  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Waits until the logger has printed `text` this many times. */
  async says(text: string, times = 1): Promise<void> {
    await eventually(`svlogd says '${text}' ${times} times`, () => this.#stderr.split(text).length > times);
  }

  /** Ends the input, and waits for the logger's end. */
  async end(): Promise<Logged> {
    await this.#writer.close();
    return await this.ended();
  }

  /** Waits for the logger's end. */
  async ended(): Promise<Logged> {
    const { code } = await this.#child.status;
    await this.#reading;
    return { code, stderr: this.#stderr };
  }

  /** Kills the logger, if it still runs. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended.
    }
    await this.#child.status;
    await this.#writer.close().catch(() => {});
    await this.#reading;
  }
}
