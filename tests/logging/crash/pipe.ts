/** A writer, and the pipe to which it writes. Like a supervisor, the test holds both ends of the pipe. */
import { fromFileUrl } from "@std/path";
import { readText } from "../../processes.ts";

const WRITER = fromFileUrl(new URL("./writer.ts", import.meta.url));

/** The arguments of writer.ts. */
export interface WriterOptions {
  readonly seed: number;
  readonly bytesPerSecond: number;
  readonly unended: boolean;
}

/** A running writer and its pipe. Disposal kills the writer. */
export class Pipe implements AsyncDisposable {
  /** A path that leads to the reading end. A logger opens it as its standard input. */
  readonly path: string;
  readonly #writer: Deno.ChildProcess;
  readonly #ends: readonly Deno.FsFile[];
  readonly #said: Promise<string>;

  private constructor(writer: Deno.ChildProcess, ends: readonly Deno.FsFile[], path: string) {
    this.#writer = writer;
    this.#ends = ends;
    this.path = path;
    this.#said = new Response(writer.stderr).text();
  }

  /** Starts the writer. */
  static async make({ seed, bytesPerSecond, unended }: WriterOptions): Promise<Pipe> {
    const writer = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", WRITER, `${seed}`, `${bytesPerSecond}`, ...unended ? ["unended"] : []],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const out = `/proc/${writer.pid}/fd/1`;
    const ends = [Deno.openSync(out, { read: true }), Deno.openSync(out, { write: true })];
    const pipe = Deno.readLinkSync(out);
    await writer.stdout.cancel();
    return new Pipe(writer, ends, ownReadingEnd(pipe));
  }

  /**
   * Lets the writer end, for which it needs a reader, and closes the writing end. Returns the number of lines
   * written.
   */
  async finish(): Promise<number> {
    await this.#writer.stdin.close();
    const { code } = await this.#writer.status;
    const said = await this.#said;
    const count = /^(\d+) lines\n$/.exec(said)?.[1];
    if (code !== 0 || count === undefined) throw new Error(`The writer ended with ${code}: ${said}`);
    this.#ends[1]?.close();
    return Number(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) closeIfOpen(end);
    try {
      this.#writer.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended.
    }
    await this.#writer.status;
    await this.#writer.stdin.close().catch(() => {});
    await this.#said;
  }
}

function closeIfOpen(file: Deno.FsFile): void {
  try {
    file.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** A path of this process's reading end. Any process may open it anew. */
function ownReadingEnd(pipe: string): string {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const flags = /^flags:\s*[0-7]*([0-7])$/m.exec(readText(`/proc/self/fdinfo/${name}`) ?? "")?.[1];
    const path = `/proc/${Deno.pid}/fd/${name}`;
    if (linkOf(path) === pipe && (Number(flags) & 3) === 0) return path;
  }
  throw new Error(`no descriptor of ${pipe}`);
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
