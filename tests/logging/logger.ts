/** A svlogd under test, or runit's beside it. */
import { program } from "../program.ts";
import { eventually } from "../wait.ts";
import { latin, latinText } from "./directory.ts";

export type Side = "denit" | "runit";

/** Debian's package puts it here; PATH may lead to ours. */
export const RUNIT = "/usr/bin/svlogd";

export const HAS_RUNIT = isFile(RUNIT);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

export interface Logged {
  readonly code: number;
  readonly stderr: string;
}

export interface Feed {
  readonly side: Side;
  /** Working directory. */
  readonly directory: string;
  readonly args: readonly string[];
  /** Byte string. */
  readonly input: string;
}

/** Feeds a logger, which runs to its end. */
export async function feed({ side, directory, args, input }: Feed): Promise<Logged> {
  return await withLogger(side, directory, args, async (logger) => {
    await logger.write(input);
    return await logger.end();
  });
}

/** Whatever happens, the logger is gone afterwards. */
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

  get pid(): number {
    return this.#child.pid;
  }

  async write(text: string): Promise<void> {
    await this.#writer.write(latin(text));
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Waits until it has said `text` so many times. */
  async says(text: string, times = 1): Promise<void> {
    await eventually(`svlogd says '${text}' ${times} times`, () => this.#stderr.split(text).length > times);
  }

  /** Ends its input, and waits for it. */
  async end(): Promise<Logged> {
    await this.#writer.close();
    return await this.ended();
  }

  async ended(): Promise<Logged> {
    const { code } = await this.#child.status;
    await this.#reading;
    return { code, stderr: this.#stderr };
  }

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
