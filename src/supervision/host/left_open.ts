/**
 * The descriptors that the life before this one left open when it executed itself: control FIFOs, the FIFOs that tell
 * of a supervisor, and log pipes.
 *
 * A descriptor stays open until its service has begun again and has its own. A service may be unable to begin for a
 * while (no memory, no descriptors). If the descriptors were closed then, commands in its FIFO would be lost. So would
 * the lines in a log pipe that no process has open, and its log would see the end of its input. But descriptors may be
 * the very thing that the service lacks, so none stays open for longer than KEEP_MS.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";

/**
 * The time for which a descriptor is kept. A service that could not begin is tried twelve times in it (RESCAN_MS of
 * scan.ts).
 */
const KEEP_MS = 60_000;

/** Descriptors of the life before this one, while services of that life have not begun again. */
export class LeftOpen implements Sleeper {
  wakeAtMs = Infinity;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  #fds: readonly Fd[] = [];

  constructor(kernel: Kernel, loop: Loop) {
    this.#kernel = kernel;
    this.#loop = loop;
  }

  /** Takes the descriptors over. To be called before anything is opened. */
  take(): void {
    this.#fds = this.#kernel.keptFromLastLife();
  }

  /** The descriptors that are still open. */
  get descriptors(): readonly Fd[] {
    return this.#fds;
  }

  /** Closes what a service has opened again. `opened` is asked for the descriptors of those that have begun. */
  closeWhatIsOpenAgain(opened: () => readonly Fd[]): void {
    if (this.#fds.length === 0) return;
    const again = new Set(opened().map((fd) => this.#keyOf(fd)));
    this.#fds = this.#fds.filter((fd) => {
      const isNeeded = !again.has(this.#keyOf(fd));
      if (!isNeeded) this.#kernel.close(fd);
      return isNeeded;
    });
    if (this.#fds.length === 0) return this.close();
    if (this.wakeAtMs === Infinity) this.#loop.schedule(this, this.#kernel.monotonicMs() + KEEP_MS);
  }

  #keyOf(fd: Fd): string {
    return fileKeyOf(this.#kernel.statFd(fd));
  }

  /** Closes all: every service has begun, or none will. */
  close(): void {
    this.#loop.schedule(this, Infinity);
    for (const fd of this.#fds) this.#kernel.close(fd);
    this.#fds = [];
  }

  wake(): void {
    this.close();
  }
}
