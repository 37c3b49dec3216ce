/** Where log directories lie: anywhere, or on a small file system in memory that only the loggers see. */
import { join } from "@std/path";
import { eventually } from "../../wait.ts";
import { removeJournals } from "../journals.ts";
import { output } from "../../program.ts";
import { isThere } from "../../machine.ts";

export interface Ground extends AsyncDisposable {
  /** As the logger sees it. */
  readonly path: string;
  /** The same place as the test sees it. */
  readonly seen: string;
  /** Words in front of a command that has to run there. */
  readonly through: readonly string[];
}

/** A temporary directory. */
export async function plainGround(): Promise<Ground> {
  const path = await Deno.makeTempDir({ prefix: "denit-crash-" });
  return {
    path,
    seen: path,
    through: [],
    [Symbol.asyncDispose]: async () => {
      removeJournals(path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A file system of its own in a mount namespace, that can be filled. */
export class SmallGround implements Ground {
  readonly path: string;
  readonly seen: string;
  readonly through: readonly string[];
  readonly #holder: Deno.ChildProcess;

  private constructor(path: string, holder: Deno.ChildProcess) {
    this.path = path;
    this.seen = join(`/proc/${holder.pid}/root`, path);
    this.through = ["nsenter", "--mount", "--target", `${holder.pid}`, "--"];
    this.#holder = holder;
  }

  static async make(size: string): Promise<SmallGround> {
    const path = await Deno.makeTempDir({ prefix: "denit-crash-" });
    const script = 'mount -t tmpfs -o "size=$1,mode=755" tmpfs "$2" && : >"$2/there" && exec sleep 100000';
    const holder = new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", script, "sh", size, path],
      stdin: "null",
      stdout: "null",
    }).spawn();
    const ground = new SmallGround(path, holder);
    await eventually("a small file system", () => isThere(join(ground.seen, "there")));
    return ground;
  }

  /** Takes all the room there is, but for some bytes. */
  async fill(but: number): Promise<void> {
    const script = "cat /dev/zero >>ballast 2>/dev/null; size=$(stat -c %s ballast); " +
      'test "$size" -le "$1" || truncate -s $((size - $1)) ballast';
    await this.#run(script, `${but}`);
  }

  async empty(): Promise<void> {
    await this.#run("rm -f ballast");
  }

  async #run(script: string, ...args: readonly string[]): Promise<void> {
    const [file = "", ...words] = this.through;
    await output(file, [...words, "sh", "-c", `cd "$1" && shift && ${script}`, "sh", this.path, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    removeJournals(this.seen);
    this.#holder.kill("SIGKILL");
    await this.#holder.status;
    await Deno.remove(this.path, { recursive: true });
  }
}
