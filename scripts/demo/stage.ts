/** Copies the example services to a temporary directory and runs a runsvdir there; removes both at the end. */
import { fromFileUrl, join } from "@std/path";
import { unpackStatus } from "../../src/runit/status.ts";
import type { Row } from "./table.ts";

const EXAMPLES = fromFileUrl(new URL("../../examples", import.meta.url));
/** The example services, in the order of the table. */
export const NAMES = ["web", "pulse", "setup", "crash"] as const;
/** The name of one of the example services. */
export type Name = typeof NAMES[number];

/** If runsvdir does not leave when it is told to, it is killed after this. */
const PATIENCE_MS = 8000;

/** A file in a log directory. */
export interface LogFile {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** The running demo: a temporary directory with copies of the services, and the runsvdir that supervises them. */
export class Stage implements AsyncDisposable {
  readonly home: string;
  readonly port: number;
  readonly #fleet: Deno.ChildProcess;
  readonly #env: Readonly<Record<string, string>>;
  #code: number | undefined;

  private constructor(
    home: string,
    port: number,
    fleet: Deno.ChildProcess,
    env: Readonly<Record<string, string>>,
  ) {
    this.home = home;
    this.port = port;
    this.#fleet = fleet;
    this.#env = env;
    void fleet.status.then(({ code }) => this.#code = code);
  }

  /** Copies the services, links the applets and starts runsvdir. */
  static async set(program: string): Promise<Stage> {
    const home = await Deno.makeTempDir({ prefix: "denit-demo-" });
    try {
      await Deno.mkdir(join(home, "service"));
      for (const name of NAMES) await copy(join(EXAMPLES, name), join(home, "service", name));
      const bin = join(home, "bin");
      await Deno.mkdir(bin);
      const install = await new Deno.Command(program, { args: ["--install", bin] }).output();
      if (!install.success) throw new Error(new TextDecoder().decode(install.stderr));
      const port = freePort();
      const env = {
        PATH: `${bin}:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`,
        SVDIR: join(home, "service"),
        DENIT_DENO: Deno.execPath(),
        DEMO_PORT: `${port}`,
      };
      // A session of its own: Ctrl-C at the terminal reaches only the demo, which then tells runsvdir.
      const fleet = new Deno.Command(join(bin, "runsvdir"), {
        args: ["-P", join(home, "service")],
        env,
        stdin: "null",
        detached: true,
      }).spawn();
      return new Stage(home, port, fleet, env);
    } catch (error) {
      await Deno.remove(home, { recursive: true });
      throw error;
    }
  }

  get services(): string {
    return join(this.home, "service");
  }

  get pid(): number {
    return this.#fleet.pid;
  }

  /** Runs sv as a user would at a prompt. Returns what it printed on standard output and error. */
  async sv(...args: readonly string[]): Promise<string> {
    const command = new Deno.Command(join(this.home, "bin/sv"), { args: [...args], env: { ...this.#env } });
    const { stdout, stderr } = await command.output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  row(name: Name): Row {
    const directory = join(this.services, name);
    return {
      name,
      status: unpackStatus(bytesOf(join(directory, "supervise/status")) ?? new Uint8Array()),
      logger: unpackStatus(bytesOf(join(directory, "log/supervise/status")) ?? new Uint8Array())?.pid ?? 0,
      line: this.log(name).at(-1) ?? "",
    };
  }

  rows(): Row[] {
    return NAMES.map((name) => this.row(name));
  }

  /** The lines in the log of a service, old files first. */
  log(name: Name): string[] {
    const directory = this.#logDirectory(name);
    return this.logFiles(name).flatMap((file) => {
      const bytes = bytesOf(join(directory, file.name));
      return bytes === undefined ? [] : new TextDecoder().decode(bytes).split("\n").slice(0, -1);
    });
  }

  /** The log files of a service, the oldest first. */
  logFiles(name: Name): LogFile[] {
    const directory = this.#logDirectory(name);
    return namesIn(directory).filter((file) => /^(@|current$)/.test(file)).sort().flatMap((file) => {
      const size = bytesOf(join(directory, file))?.length;
      return size === undefined ? [] : { name: file, size };
    });
  }

  #logDirectory(name: Name): string {
    return join(this.services, name, "log/main");
  }

  get hasEnded(): boolean {
    return this.#code !== undefined;
  }

  /** Tells runsvdir to stop its services and leave. Returns its exit code. */
  async end(): Promise<number> {
    kill(this.pid, "SIGHUP");
    const patience = setTimeout(() => kill(this.pid, "SIGKILL"), PATIENCE_MS);
    const { code } = await this.#fleet.status;
    clearTimeout(patience);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    // If runsvdir had to be killed, its services and loggers still run: kill them, too.
    for (const { status, logger } of this.rows()) {
      for (const pid of [status?.pid ?? 0, logger]) if (pid !== 0) kill(pid, "SIGKILL");
    }
    await Deno.remove(this.home, { recursive: true });
  }
}

/** A port that is free now. The web server uses the same one after each restart. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Sends a signal; the process may have ended already. */
function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The names in a directory; none if it does not exist, because the user may move services about. */
function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function bytesOf(file: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
