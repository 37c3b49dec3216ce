/**
 * The ground on which a fleet is tortured: a directory with a part on a small disk that can be filled, and a clock
 * that can be set.
 *
 * The small disk is a file system in memory, in a mount namespace that a keeper process holds open. The fleet lives
 * in that namespace. The torture looks into it through the keeper's root in /proc.
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

/** Parts of the torture that this machine does not allow. */
export const LEFT_OUT: readonly string[] = [
  ...CAN_MOUNT ? [] : ["a disk that is full needs root"],
  ...CAN_SET_CLOCK ? [] : ["a clock that is set needs gcc"],
];

/** The ground of one torture. */
export class Ground {
  /** Path of the directory, as the fleet sees it. */
  readonly home: string;
  /** Path of the directory, as the torture sees it. */
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

  /** Makes the directory, the small disk and the clock, as far as this machine allows. */
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

  /** Command in front of the fleet's own. It enters the namespace and keeps the pid. */
  get through(): readonly string[] {
    return this.#keeper === undefined ? [] : ["nsenter", "--mount", "--target", `${this.#keeper.pid}`, "--"];
  }

  /** Environment entries that put the fleet under the clock. */
  get environment(): Readonly<Record<string, string>> {
    return this.#clock === undefined ? {} : clockEnvironment(this.#clock);
  }

  /** Fills the small disk, or empties it again. Returns false if there is no such disk. */
  turnDisk(): boolean {
    if (this.#keeper === undefined) return false;
    const path = join(this.seen, "small/filling");
    if (this.#isFull) Deno.removeSync(path);
    else fill(path);
    this.#isFull = !this.#isFull;
    return true;
  }

  /** Empties the small disk if it is full. */
  freeDisk(): void {
    if (this.#isFull) this.turnDisk();
  }

  /** Sets the clock back by a day, or forward again. Returns false if the clock cannot be set. */
  turnClock(): boolean {
    if (this.#clock === undefined) return false;
    if (this.#isLate) Deno.removeSync(this.#clock.setBack);
    else Deno.writeTextFileSync(this.#clock.setBack, "");
    this.#isLate = !this.#isLate;
    return true;
  }

  /** Removes the ground. No process may live there any more. */
  async remove(): Promise<void> {
    removeJournals(this.seen);
    if (this.#keeper !== undefined) {
      this.#keeper.kill("SIGKILL");
      await this.#keeper.status;
    }
    await Deno.remove(this.home, { recursive: true });
  }
}

/** Fills a file until the disk has no byte left. */
function fill(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const bytes = new Uint8Array(PIECE_BYTES);
  try {
    for (;;) file.writeSync(bytes);
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.message.includes("os error 28"))) throw thrown;
  }
}
