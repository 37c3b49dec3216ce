/**
 * How a supervisor becomes its own next life: it executes its program file, as the same process, and takes up what it
 * had (`adoption.ts`). Its children stay its children, and what is blocked stays blocked, so no end and no signal is lost.
 *
 * It does so when its program is to be replaced (`upgrade`), and after a fault in which it cannot go on.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { SIGNAL } from "../../posix/signal.ts";
import type { Children } from "../../runtime/children.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { type FaultCount, faultCountOf, oneMore, wordOf } from "../faults.ts";

/** A program that is asked for its version and says nothing for so long is none. */
const ANSWER_MS = 20_000;
/** What is under way (a hook, a service that leaves) is waited for so long. */
const CALM_MS = 10_000;
const LOOK_MS = 50;
/** Where it cannot be executed after a fault, it is tried again. */
const AGAIN_MS = 1000;

/** `busy`: something is under way that the next life would not know of. `leaving`: there will be none. */
export type Readiness = "calm" | "busy" | "leaving";

export interface NextLifeOptions {
  readonly say: (text: string) => void;
  readonly readiness: () => Readiness;
  /** Descriptors that stay open for the next life. */
  readonly kept: () => readonly Fd[];
}

/** What the next life is told where nothing went wrong. */
const UPGRADED = "upgraded";
/** Behind standard input, output and error. */
const FIRST_FREE: Fd = 3;

export class NextLife implements Sleeper {
  wakeAtMs = Infinity;
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #options: NextLifeOptions;
  /** The new program, which is asked for its version. */
  #asked: { readonly pid: number; readonly untilMs: number } | undefined;
  /** It has answered, and so long calm is waited for. */
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

  /** The program file is tried first: it must be able to say its version. */
  upgrade(): void {
    if (this.#asked !== undefined || this.#calmUntilMs < Infinity) return;
    const { again } = this.#kernel;
    if (again === undefined) return this.#options.say("unable to upgrade: the program file is not known");
    let sink: Fd = -1;
    try {
      sink = this.#kernel.open(CWD, "/dev/null", OPEN.readWrite);
      const argv = [again.argv[0] ?? again.path, "--version"];
      const pid = this.#kernel.spawn({
        path: again.path,
        argv,
        stdin: sink,
        stdout: sink,
        directoryPath: "/",
      });
      this.#children.expect(pid, this, (status) => this.#answered(status));
      this.#asked = { pid, untilMs: this.#kernel.monotonicMs() + ANSWER_MS };
      this.#loop.schedule(this, this.#asked.untilMs);
    } catch (thrown) {
      if (!(thrown instanceof SysError)) throw thrown;
      this.#options.say(`unable to upgrade: ${again.path}: ${errnoText(thrown.errno)}`);
    } finally {
      if (sink >= 0) this.#kernel.close(sink);
    }
  }

  /** The program that was asked has ended. */
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
      // Its end will be told, and what it was.
      this.#kernel.kill(this.#asked.pid, SIGNAL.KILL);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  #goWhenCalm(): void {
    const now = this.#kernel.monotonicMs();
    const readiness = this.#options.readiness();
    if (readiness === "busy" && now < this.#calmUntilMs) return this.#loop.schedule(this, now + LOOK_MS);
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

  #startAgain(word: string): void {
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

  /** Comes back only where the program cannot be executed: then this life goes on as well as it can. */
  afterFault(thrown: unknown): void {
    const { count, pauseMs } = oneMore(this.#faults, this.#kernel.monotonicMs());
    this.#faults = count;
    const pause = pauseMs === 0 ? "" : ` in ${pauseMs / 1000} s`;
    this.#options.say(`internal fault ${count.faults}, starting again${pause}: ${thrownText(thrown)}`);
    if (pauseMs > 0) this.#kernel.pause(pauseMs);
    try {
      this.#startAgain(wordOf(count));
    } catch (failed) {
      errnoOf(failed);
      this.#options.say(`unable to start again: ${thrownText(failed)}`);
      this.#kernel.pause(AGAIN_MS);
    }
  }

  /** Runs the loop to its end, whatever it throws. */
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
