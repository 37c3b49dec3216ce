/**
 * The one event loop: one thread, one wait, everything a descriptor.
 *
 * Each turn, in this order: the signal descriptor (so children are known to have ended before anything else is
 * believed), other descriptors, due deadlines, then what was asked to go on. Every call is guarded: what a
 * callback throws is told to `onFault` and the loop goes on. With nothing ready and no deadline it makes no
 * system call.
 */
import type { Fd } from "../posix/descriptor.ts";
import type { Interest, Kernel } from "./kernel.ts";

/** Something with a deadline. `wakeAtMs` is the monotonic time it next needs to hear of, Infinity for never. */
export interface Sleeper {
  wakeAtMs: number;
  wake(): void;
}

type Callback = (fd: Fd) => void;

/** epoll's timeout is a 32-bit number of milliseconds. */
const LONGEST_WAIT_MS = 0x7fff_ffff;

/** What one kind of work may take of a turn before the others are looked at again. */
export const TURN_BUDGET_MS = 10;

/** What the loop asks of the kernel. */
export type LoopKernel = Pick<Kernel, "monotonicMs" | "watch" | "unwatch" | "wait" | "ready" | "poll">;

/** Events that come closer than this are worth waiting for more of them. */
const DENSE_MS = 0.5;
/** How many turns it takes about until a change of pace is believed. */
const BELIEVED = 8;

export class Loop {
  readonly #kernel: LoopKernel;
  readonly #onFault: (thrown: unknown) => void;
  readonly #callbacks = new Map<Fd, Callback>();
  readonly #heap: { readonly atMs: number; readonly sleeper: Sleeper }[] = [];
  readonly #goOn: (() => void)[] = [];
  #first: Fd = -1;
  #stopped = false;
  #gatherMs = 0;
  /** Time between two events, on the average. */
  #gapMs = Infinity;
  #turnedMs = 0;
  #hurries = false;
  #tidyMs = Infinity;
  #tidyAtMs = Infinity;
  #tidy: () => void = () => {};

  constructor(kernel: LoopKernel, onFault: (thrown: unknown) => void) {
    this.#kernel = kernel;
    this.#onFault = onFault;
  }

  watch(fd: Fd, interest: Interest, callback: Callback): void {
    this.#kernel.watch(fd, interest);
    this.#callbacks.set(fd, callback);
  }

  /** As `watch`, for the one descriptor that is looked at first in every turn. */
  watchFirst(fd: Fd, callback: Callback): void {
    this.watch(fd, "read", callback);
    this.#first = fd;
  }

  /** Must be called before `fd` is closed. */
  unwatch(fd: Fd): void {
    if (this.#callbacks.delete(fd)) this.#kernel.unwatch(fd);
  }

  /** Tells the loop that `sleeper.wakeAtMs` is now `atMs`. */
  schedule(sleeper: Sleeper, atMs: number): void {
    if (sleeper.wakeAtMs === atMs) return;
    sleeper.wakeAtMs = atMs;
    if (atMs !== Infinity) this.#push(atMs, sleeper);
  }

  /**
   * Calls `more` in the next turn, which then does not wait: for work that is cut into bounded pieces. Once a turn,
   * however often it was asked for: pieces that add up would make turns longer and longer.
   */
  goOn(more: () => void): void {
    if (!this.#goOn.includes(more)) this.#goOn.push(more);
  }

  /**
   * For a process that hears of thousands of small things in a second: while they come that densely, each turn waits
   * `ms` longer for more of them, because to be woken costs more than what is done then. What `watchFirst` watches ends
   * that wait; a callback that has had much to do calls `hurry`.
   */
  gather(ms: number): void {
    this.#gatherMs = ms;
  }

  /** In a loop that gathers: calls `tidy` every `ms` while there are events, in a turn that was due anyway. */
  tidyWhileBusy(ms: number, tidy: () => void): void {
    this.#tidyMs = ms;
    this.#tidyAtMs = this.#kernel.monotonicMs() + ms;
    this.#tidy = tidy;
  }

  /** There is more than small things to do: the next turn does not wait for more. */
  hurry(): void {
    this.#hurries = true;
  }

  #gatherSome(): void {
    if (this.#gapMs < DENSE_MS && !this.#hurries && this.#goOn.length === 0) {
      this.#kernel.poll(this.#first, "read", this.#gatherMs);
    }
    this.#hurries = false;
  }

  #keepPace(ready: number): void {
    const nowMs = this.#kernel.monotonicMs();
    const gapMs = (nowMs - this.#turnedMs) / Math.max(ready, 1);
    this.#gapMs = this.#gapMs === Infinity ? gapMs : this.#gapMs + (gapMs - this.#gapMs) / BELIEVED;
    this.#turnedMs = nowMs;
    if (nowMs < this.#tidyAtMs) return;
    this.#tidyAtMs = nowMs + this.#tidyMs;
    this.#guard(this.#tidy);
  }

  stop(): void {
    this.#stopped = true;
  }

  run(): void {
    while (!this.#stopped) this.turn();
  }

  turn(): void {
    if (this.#gatherMs > 0) this.#gatherSome();
    const ready = this.#kernel.wait(this.#timeoutMs());
    if (this.#gatherMs > 0) this.#keepPace(ready);
    this.#dispatch(ready);
    this.#wakeDue();
    if (this.#goOn.length > 0) { for (const more of this.#goOn.splice(0)) this.#guard(more); }
  }

  /** Five hundred services may be due in one moment: the rest waits for the next turn, behind the descriptors. */
  #wakeDue(): void {
    const begun = this.#kernel.monotonicMs();
    for (let now = begun; now - begun < TURN_BUDGET_MS; now = this.#kernel.monotonicMs()) {
      const due = this.#popDue(now);
      if (due === undefined) return;
      this.#wake(due);
    }
  }

  #dispatch(ready: number): void {
    // Descriptor numbers are read out first: a callback may close one and open another under the same number.
    const fds: Fd[] = [];
    for (let i = 0; i < ready; i++) fds.push(this.#kernel.ready(i));
    if (fds.includes(this.#first)) this.#call(this.#first);
    for (const fd of fds) if (fd !== this.#first) this.#call(fd);
  }

  #call(fd: Fd): void {
    const callback = this.#callbacks.get(fd);
    if (callback === undefined || this.#stopped) return;
    // As `#guard`, which would take a function for every event.
    try {
      callback(fd);
    } catch (thrown) {
      this.#onFault(thrown);
    }
  }

  #wake(sleeper: Sleeper): void {
    sleeper.wakeAtMs = Infinity;
    this.#guard(() => sleeper.wake());
  }

  /** What was told to stop does nothing more, not even the rest of its turn. */
  #guard(action: () => void): void {
    if (this.#stopped) return;
    try {
      action();
    } catch (thrown) {
      this.#onFault(thrown);
    }
  }

  #timeoutMs(): number {
    if (this.#goOn.length > 0) return 0;
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return -1;
      if (top.sleeper.wakeAtMs !== top.atMs) this.#pop();
      else return Math.min(Math.max(Math.ceil(top.atMs - this.#kernel.monotonicMs()), 0), LONGEST_WAIT_MS);
    }
  }

  /** Next sleeper whose time has come; entries that were rescheduled since are dropped. */
  #popDue(now: number): Sleeper | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.atMs > now) return undefined;
      this.#pop();
      if (top.sleeper.wakeAtMs === top.atMs) return top.sleeper;
    }
  }

  #push(atMs: number, sleeper: Sleeper): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push({ atMs, sleeper });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#atMs(parent) <= atMs) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && this.#atMs(child) < this.#atMs(least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #atMs(i: number): number {
    return this.#heap[i]?.atMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }
}
