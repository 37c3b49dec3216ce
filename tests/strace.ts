/** Attaches strace to running processes, for tests of things that only system calls show. */
import { join } from "@std/path";
import { readText } from "./processes.ts";
import { eventually } from "./wait.ts";

/** A running strace. Disposal detaches it and removes its output. */
export class Strace implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;

  private constructor(child: Deno.ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
  }

  /** Attaches strace to `pids`, and returns once it is attached. `calls` is in the syntax of strace's `-e trace=`. */
  static async of(pids: readonly number[], calls: string): Promise<Strace> {
    const directory = await Deno.makeTempDir({ prefix: "denit-strace-" });
    const attach = pids.flatMap((pid) => ["-p", `${pid}`]);
    const child = new Deno.Command("strace", {
      args: ["-f", "-q", "-o", join(directory, "trace"), "-e", `trace=${calls}`, ...attach],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const strace = new Strace(child, directory);
    try {
      await eventually("strace at work", () => pids.every((pid) => tracerOf(pid) === child.pid));
      return strace;
    } catch (error) {
      await strace[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The system calls so far, one a line. A call from which a process has not returned yet is left out. */
  get lines(): readonly string[] {
    const lines = readText(join(this.#directory, "trace"))?.split("\n").slice(0, -1) ?? [];
    return lines.filter((line) => !/<(detached|unfinished) \.\.\.>$/.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGINT");
    await this.#child.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s+(\d+)$/m.exec(readText(`/proc/${pid}/status`) ?? "")?.[1] ?? 0);
}
