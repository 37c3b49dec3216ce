/** Places for log directories: a temporary directory, or a small file system in memory that only the loggers see. */
import { join } from "@std/path";
import { eventually } from "../../wait.ts";
import { removeJournals } from "../journals.ts";
import { output } from "../../program.ts";
import { isThere } from "../../machine.ts";

/** A place for log directories. */
export interface Ground extends AsyncDisposable {
  /** Path of the place, as the loggers see it. */
  readonly path: string;
  /** Path of the same place, as the test sees it. */
  readonly seen: string;
  /** Command in front of a program that must run there. */
  readonly through: readonly string[];
}

/** A place in a temporary directory. */
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

/** A place on a small file system that can be filled, in a mount namespace of its own. */
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

  /** Makes the file system. `size` is in the syntax of tmpfs(5), such as 48m. */
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

  /** Fills the file system but for `but` bytes. */
  async fill(but: number): Promise<void> {
    const script = "cat /dev/zero >>ballast 2>/dev/null; size=$(stat -c %s ballast); " +
      'test "$size" -le "$1" || truncate -s $((size - $1)) ballast';
    await this.#run(script, `${but}`);
  }

  /** Gives the room back that `fill` took. */
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
