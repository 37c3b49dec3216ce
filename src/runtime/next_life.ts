/**
 * Makes a long-lived process its own next life: it executes its program file, keeping its pid.
 *
 * Its children stay its children and blocked signals stay blocked, so the next life misses no end and no signal. The
 * process must have written its knowledge to disk by then; the next life takes it up from there.
 *
 * A process does this for two reasons. An upgrade (`upgrade`) replaces the program: the new file must first be able to
 * say its version, and nothing may be under way that only this life knows of. A fault (`afterFault`) is one that
 * cannot be contained; faults that follow each other cost growing pauses (`fault_count.ts`).
 */
import { CWD, type Fd, FIRST_FREE } from "../posix/descriptor.ts";
import { SIGNAL } from "../posix/signal.ts";
import { rethrowUnlessSysError, SysError } from "../sys/error.ts";
import type { Children } from "./children.ts";
import { type FaultCount, faultCountOf, oneMore, wordOf } from "./fault_count.ts";
import { type Kernel, OPEN } from "./kernel.ts";
import type { Loop, Sleeper } from "./loop.ts";
import { errnoText, thrownText } from "./report.ts";

/** A program that does not tell its version for this long is killed, and the upgrade is given up. */
const ANSWER_MS = 20_000;
/** The upgrade is given up when something (a hook, a service that leaves) stays under way for this long. */
const CALM_MS = 10_000;
/** Pause between two looks whether anything is still under way. */
const LOOK_MS = 50;
/** Pause after a fault when the program file cannot be executed. This life goes on then. */
const CANNOT_EXECUTE_PAUSE_MS = 1000;
/** The word for the next life after an upgrade. */
const UPGRADED = "upgraded";

/**
 * `calm`: the process can be replaced. `busy`: something is under way that the next life could not know of. `leaving`:
 * the process is about to end, so there will be no next life.
 */
export type NextLifeReadiness = "calm" | "busy" | "leaving";

/** The process to replace, as `NextLife` needs it. */
export interface NextLifeOptions {
  /** Says a warning. */
  readonly say: (text: string) => void;
  /** Tells whether the process can be replaced now. */
  readonly readiness: () => NextLifeReadiness;
  /** Lists the descriptors that stay open for the next life. */
  readonly kept: () => readonly Fd[];
}

/** Executes the program file again, on request and after faults. */
export class NextLife implements Sleeper {
  wakeAtMs = Infinity;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #options: NextLifeOptions;
  /** The new program while it is asked for its version. */
  #asked: { readonly pid: number } | undefined;
  /** Once the new program has answered: until when to wait for calm. Infinity when no upgrade waits. */
  #calmUntilMs = Infinity;
  #faults: FaultCount;

  constructor(kernel: Kernel, loop: Loop, children: Children, options: NextLifeOptions) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#children = children;
    this.#options = options;
    this.#faults = faultCountOf(kernel.wordOfLastLife);
  }

  // Upgrade

  /** Starts the program file with `--version`. When it succeeds and all is calm, the process executes it. */
  upgrade(): void {
    if (this.#asked !== undefined || this.#calmUntilMs < Infinity) return;
    const { again } = this.#kernel;
    if (again === undefined) return this.#options.say("unable to upgrade: the program file is not known");
    let sink: Fd = -1;
    try {
      sink = this.#kernel.open(CWD, "/dev/null", OPEN.readWrite);
      this.#askForVersion(again.path, again.argv[0] ?? again.path, sink);
    } catch (thrown) {
      if (!(thrown instanceof SysError)) throw thrown;
      this.#options.say(`unable to upgrade: ${again.path}: ${errnoText(thrown.errno)}`);
    } finally {
      if (sink >= 0) this.#kernel.close(sink);
    }
  }

  #askForVersion(path: string, argv0: string, sink: Fd): void {
    const argv = [argv0, "--version"];
    const pid = this.#kernel.spawn({ path, argv, stdin: sink, stdout: sink, directoryPath: "/" });
    this.#asked = { pid };
    this.#children.expect(pid, this, (status) => this.#answered(status));
    this.#loop.schedule(this, this.#kernel.monotonicMs() + ANSWER_MS);
  }

  #answered(status: number): void {
    this.#asked = undefined;
    this.#loop.schedule(this, Infinity);
    if (status !== 0) {
      this.#options.say(`unable to upgrade: ${this.#kernel.again?.path} does not tell its version`);
      return;
    }
    this.#calmUntilMs = this.#kernel.monotonicMs() + CALM_MS;
    this.#goWhenCalm();
  }

  wake(): void {
    if (this.#asked === undefined) return this.#goWhenCalm();
    try {
      // The answer is too late. `#answered` hears of this end, too.
      this.#kernel.kill(this.#asked.pid, SIGNAL.KILL);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  #goWhenCalm(): void {
    const nowMs = this.#kernel.monotonicMs();
    const readiness = this.#options.readiness();
    if (readiness === "busy" && nowMs < this.#calmUntilMs) return this.#loop.schedule(this, nowMs + LOOK_MS);
    this.#calmUntilMs = Infinity;
    if (readiness === "leaving") return;
    if (readiness === "busy") return this.#options.say("unable to upgrade: a hook runs, or a service leaves");
    try {
      this.#startAgain(UPGRADED);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#options.say(`unable to upgrade: ${thrownText(thrown)}`);
    }
  }

  /** Comes back only by throwing SysError, and then with every descriptor close-on-exec as before. */
  #startAgain(word: string): void {
    // Duplicating a descriptor onto itself takes close-on-exec from it.
    for (const fd of this.#options.kept()) this.#kernel.duplicate(fd, fd);
    try {
      this.#kernel.startAgain(word);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      this.#kernel.closeOnExec(FIRST_FREE);
      throw thrown;
    }
  }

  // Faults

  /** Reports the fault and starts again. Returns only where the program cannot be executed; then this life goes on. */
  afterFault(thrown: unknown): void {
    const { count, pauseMs } = oneMore(this.#faults, this.#kernel.monotonicMs());
    this.#faults = count;
    const pause = pauseMs === 0 ? "" : ` in ${pauseMs / 1000} s`;
    this.#options.say(`internal fault ${count.faults}, starting again${pause}: ${thrownText(thrown)}`);
    if (pauseMs > 0) this.#kernel.pause(pauseMs);
    try {
      this.#startAgain(wordOf(count));
    } catch (failed) {
      rethrowUnlessSysError(failed);
      this.#options.say(`unable to start again: ${thrownText(failed)}`);
      this.#kernel.pause(CANNOT_EXECUTE_PAUSE_MS);
    }
  }

  /** Runs the loop until it is told to stop. Any error that it throws is a fault that starts the process again. */
  run(): void {
    for (;;) {
      try {
        return this.#loop.run();
      } catch (thrown) {
        this.afterFault(thrown);
      }
    }
  }
}
