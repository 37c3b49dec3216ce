/**
 * Child ownership: each child of this process has an owner, who is told of its end.
 *
 * The code that starts a process registers its pid here (`expect`) and is called once, when the child has been reaped. The
 * kernel reports ends one at a time and does not say to which part of the program they belong. So a process has one
 * `Children`, and calls `reap` when SIGCHLD comes.
 *
 * A child that nobody expects is a *stranger*. It is an orphan that fell to us as process 1 or as a subreaper, or a child
 * from before this process executed itself, whose service has not begun again yet. So the ends of strangers are
 * remembered, up to a bound, until `forgetStrangers` says that no service will ask for them any more.
 */
import type { EndedChild, Kernel } from "./kernel.ts";
import { type Loop, TURN_BUDGET_MS } from "./loop.ts";

/**
 * The number of ends of strangers that are remembered; the oldest is forgotten first. Process 1 reaps the children of
 * others, too.
 */
const STRANGERS_MOST = 1000;

/** Called once, when the child has been reaped. `status` is its wait status. */
export type OnEnded = (status: number, pid: number) => void;

interface Expected {
  readonly owner: object;
  readonly onEnded: OnEnded;
}

/** The children of this process, by pid. */
export class Children {
  readonly #kernel: Pick<Kernel, "reap" | "monotonicMs">;
  readonly #loop: Pick<Loop, "goOn">;
  readonly #expected = new Map<number, Expected>();
  /** Wait statuses by pid; undefined when they are not remembered any more. */
  #strangers: Map<number, number> | undefined = new Map();
  readonly #reapMore = (): void => this.reap();

  constructor(kernel: Pick<Kernel, "reap" | "monotonicMs">, loop: Pick<Loop, "goOn">) {
    this.#kernel = kernel;
    this.#loop = loop;
  }

  /** Has `onEnded` called when the child `pid` ends. `owner` is for `disown`. */
  expect(pid: number, owner: object, onEnded: OnEnded): void {
    this.#expected.set(pid, { owner, onEnded });
  }

  /** True for a child that a part of the program expects to end. */
  has(pid: number): boolean {
    return this.#expected.has(pid);
  }

  /** `owner` is told of no end any more: its children are strangers from now on. */
  disown(owner: object): void {
    for (const [pid, expected] of this.#expected) if (expected.owner === owner) this.#expected.delete(pid);
  }

  /** The wait status of a stranger that was reaped before; undefined where no such end is remembered. */
  statusOfStranger(pid: number): number | undefined {
    return this.#strangers?.get(pid);
  }

  /** Forgets the strangers that ended, and those that end later: no part of the program will ask for them any more. */
  forgetStrangers(): void {
    this.#strangers = undefined;
  }

  /** Reaps children that have ended and tells their starters, for one turn's budget at most; the rest is for the next. */
  reap(): void {
    const begunMs = this.#kernel.monotonicMs();
    while (this.#kernel.monotonicMs() - begunMs < TURN_BUDGET_MS) {
      const ended = this.#kernel.reap();
      if (ended === undefined) return;
      this.#tell(ended);
    }
    this.#loop.goOn(this.#reapMore);
  }

  #tell({ pid, status }: EndedChild): void {
    const expected = this.#expected.get(pid);
    if (expected === undefined) return this.#remember(pid, status);
    this.#expected.delete(pid);
    expected.onEnded(status, pid);
  }

  #remember(pid: number, status: number): void {
    if (this.#strangers === undefined) return;
    this.#strangers.set(pid, status);
    if (this.#strangers.size <= STRANGERS_MOST) return;
    for (const oldest of this.#strangers.keys()) return void this.#strangers.delete(oldest);
  }
}
