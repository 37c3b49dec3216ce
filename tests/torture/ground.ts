/**
 * Where a tortured fleet lives: a directory, a part of it on a small disk that can be filled, and a clock that can be set.
 *
 * The small disk is a file system in memory in a mount namespace, which a process of our own keeps. The fleet lives in
 * that namespace; we look into it through the keeper's root.
 */
import { join } from "@std/path";
import { CAN_SET_CLOCK, type Clock, clockEnvironment, makeClock } from "../clock.ts";
import { removeJournals } from "../logging/journals.ts";
import { CAN_MOUNT, isThere } from "../machine.ts";
import { eventually } from "../wait.ts";

const SMALL_BYTES = 64 << 20;
const PIECE_BYTES = 1 << 20;
const KEEPER =
  `mount -t tmpfs -o size=${SMALL_BYTES},mode=755 tmpfs "$1" && : >"$1/mounted" && exec sleep 100000`;

/** What a machine does not let us do is not done. */
export const LEFT_OUT: readonly string[] = [
  ...CAN_MOUNT ? [] : ["a disk that is full needs root"],
  ...CAN_SET_CLOCK ? [] : ["a clock that is set needs gcc"],
];

export class Ground {
  /** As the fleet names it. */
  readonly home: string;
  /** As we name it. */
  readonly seen: string;
  readonly #keeper: Deno.ChildProcess | undefined;
  readonly #clock: Clock | undefined;
  #isFull = false;
  #isLate = false;

  private constructor(home: string, keeper: Deno.ChildProcess | undefined, clock: Clock | undefined) {
    this.home = home;
    this.seen = keeper === undefined ? home : `/proc/${keeper.pid}/root${home}`;
    this.#keeper = keeper;
    this.#clock = clock;
  }

  static async make(): Promise<Ground> {
    const home = Deno.makeTempDirSync({ prefix: "denit-torture-" });
    Deno.chmodSync(home, 0o755);
    const small = join(home, "small");
    Deno.mkdirSync(small);
    const clock = CAN_SET_CLOCK ? await makeClock(home) : undefined;
    if (!CAN_MOUNT) return new Ground(home, undefined, clock);
    const keeper = new Deno.Command("unshare", {
      args: ["--mount", "--propagation", "private", "sh", "-c", KEEPER, "sh", small],
      stdin: "null",
      stdout: "null",
    }).spawn();
    const ground = new Ground(home, keeper, clock);
    await eventually("the small disk", () => isThere(join(ground.seen, "small/mounted")));
    return ground;
  }

  /** Words before a command line; each becomes the next one, and so keeps the pid. */
  get through(): readonly string[] {
    return this.#keeper === undefined ? [] : ["nsenter", "--mount", "--target", `${this.#keeper.pid}`, "--"];
  }

  get environment(): Readonly<Record<string, string>> {
    return this.#clock === undefined ? {} : clockEnvironment(this.#clock);
  }

  /** Full, or not any more; false where there is no such disk. */
  turnDisk(): boolean {
    if (this.#keeper === undefined) return false;
    const path = join(this.seen, "small/filling");
    if (this.#isFull) Deno.removeSync(path);
    else fill(path);
    this.#isFull = !this.#isFull;
    return true;
  }

  freeDisk(): void {
    if (this.#isFull) this.turnDisk();
  }

  /** A day back, or forth again; false where it cannot be set. */
  turnClock(): boolean {
    if (this.#clock === undefined) return false;
    if (this.#isLate) Deno.removeSync(this.#clock.setBack);
    else Deno.writeTextFileSync(this.#clock.setBack, "");
    this.#isLate = !this.#isLate;
    return true;
  }

  /** When nobody lives there any more. */
  async remove(): Promise<void> {
    removeJournals(this.seen);
    if (this.#keeper !== undefined) {
      this.#keeper.kill("SIGKILL");
      await this.#keeper.status;
    }
    await Deno.remove(this.home, { recursive: true });
  }
}

/** To the last byte. */
function fill(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const bytes = new Uint8Array(PIECE_BYTES);
  try {
    for (;;) file.writeSync(bytes);
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.message.includes("os error 28"))) throw thrown;
  }
}
