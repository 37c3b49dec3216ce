/**
 * The one event loop: one thread, one wait, everything a descriptor.
 *
 * A turn does four things in this order: the signal descriptor, so that the ends of children are known before anything
 * else is believed; other descriptors; due deadlines; then work that asked to go on. Every callback is guarded: the loop
 * hands what it throws to `onFault` and goes on. While nothing is ready and no deadline is due, the loop makes no system
 * call.
 */
import type { Fd } from "../posix/descriptor.ts";
import type { Interest, Kernel } from "./kernel.ts";

/** Something with a deadline. `wakeAtMs` is the monotonic time at which to wake it, Infinity for never. */
export interface Sleeper {
  wakeAtMs: number;
  wake(): void;
}

type Callback = (fd: Fd) => void;

/** epoll's timeout is a 32-bit number of milliseconds. */
const LONGEST_WAIT_MS = 0x7fff_ffff;

/** The part of a turn that one kind of work may take. Then the other kinds get theirs. */
export const TURN_BUDGET_MS = 10;

/** The calls that the loop makes. */
export type LoopKernel = Pick<Kernel, "monotonicMs" | "watch" | "unwatch" | "wait" | "ready" | "poll">;

/** The gap between events below which waiting for more of them pays. */
const DENSE_MS = 0.5;
/** The number of turns, about, after which the loop believes a change of pace. */
const BELIEVED = 8;

/** Watches descriptors and deadlines, and calls who asked for them. */
export class Loop {
  readonly #kernel: LoopKernel;
  readonly #onFault: (thrown: unknown) => void;
  readonly #callbacks = new Map<Fd, Callback>();
  readonly #heap: { readonly atMs: number; readonly sleeper: Sleeper }[] = [];
  readonly #goOn: (() => void)[] = [];
  /** The descriptor that is looked at first in every turn; -1 for none. */
  #first: Fd = -1;
  #stopped = false;
  /** The time that a turn waits for more events, in a loop that gathers; else 0. */
  #gatherMs = 0;
  /** Average time between two events. */
  #gapMs = Infinity;
  /** The time of the turn before this one. */
  #turnedMs = 0;
  #hurries = false;
  #tidyMs = Infinity;
  #tidyAtMs = Infinity;
  #tidy: () => void = () => {};

  /** `onFault` is told what a callback throws. */
  constructor(kernel: LoopKernel, onFault: (thrown: unknown) => void) {
    this.#kernel = kernel;
    this.#onFault = onFault;
  }

  /** Calls `callback` in every turn in which `fd` is ready. */
  watch(fd: Fd, interest: Interest, callback: Callback): void {
    this.#kernel.watch(fd, interest);
    this.#callbacks.set(fd, callback);
  }

  /** Watches for reading the one descriptor that is looked at first in every turn. */
  watchFirst(fd: Fd, callback: Callback): void {
    this.watch(fd, "read", callback);
    this.#first = fd;
  }

  /** Ends a watch. Must be called before `fd` is closed. */
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
   * Calls `more` in the next turn, which then does not wait: for work that is cut into bounded pieces. It is called once
   * a turn, however often it was asked for. Otherwise pieces would add up and turns become longer and longer.
   */
  goOn(more: () => void): void {
    if (!this.#goOn.includes(more)) this.#goOn.push(more);
  }

  /**
   * Makes the loop gather events, for a process that gets thousands of small ones in a second. While they come that
   * densely, each turn waits `ms` longer for more of them, because a wake-up costs more than an event. The descriptor
   * of `watchFirst` ends that wait. A callback that had much to do calls `hurry`.
   */
  gather(ms: number): void {
    this.#gatherMs = ms;
  }

  /** Calls `tidy` every `ms` while there are events, in a turn that was due anyway. For a loop that gathers. */
  tidyWhileBusy(ms: number, tidy: () => void): void {
    this.#tidyMs = ms;
    this.#tidyAtMs = this.#kernel.monotonicMs() + ms;
    this.#tidy = tidy;
  }

  /** Tells the loop not to wait for more events in the next turn. For a loop that gathers. */
  hurry(): void {
    this.#hurries = true;
  }

  /** Waits for more events where that pays. */
  #gatherSome(): void {
    if (this.#gapMs < DENSE_MS && !this.#hurries && this.#goOn.length === 0) {
      this.#kernel.poll(this.#first, "read", this.#gatherMs);
    }
    this.#hurries = false;
  }

  /** Takes note of how densely events come, and calls `tidy` when it is due. */
  #keepPace(ready: number): void {
    const nowMs = this.#kernel.monotonicMs();
    const gapMs = (nowMs - this.#turnedMs) / Math.max(ready, 1);
    this.#gapMs = this.#gapMs === Infinity ? gapMs : this.#gapMs + (gapMs - this.#gapMs) / BELIEVED;
    this.#turnedMs = nowMs;
    if (nowMs < this.#tidyAtMs) return;
    this.#tidyAtMs = nowMs + this.#tidyMs;
    this.#guard(this.#tidy);
  }

  /** Ends `run`. No callback is called any more, not even in the rest of this turn. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes turns until `stop`. */
  run(): void {
    while (!this.#stopped) this.turn();
  }

  /** Runs one turn: waits until something is ready or due, and calls the callbacks that wait for it. */
  turn(): void {
    if (this.#gatherMs > 0) this.#gatherSome();
    const ready = this.#kernel.wait(this.#timeoutMs());
    if (this.#gatherMs > 0) this.#keepPace(ready);
    this.#dispatch(ready);
    this.#wakeDue();
    if (this.#goOn.length > 0) { for (const more of this.#goOn.splice(0)) this.#guard(more); }
  }

  /** Wakes sleepers that are due. Hundreds may be due at once: those beyond the budget wait for the next turn. */
  #wakeDue(): void {
    const begun = this.#kernel.monotonicMs();
    for (let now = begun; now - begun < TURN_BUDGET_MS; now = this.#kernel.monotonicMs()) {
      const due = this.#popDue(now);
      if (due === undefined) return;
      this.#wake(due);
    }
  }

  #dispatch(ready: number): void {
    // Read the descriptors out first: a callback may close one and open another under the same number.
    const fds: Fd[] = [];
    for (let i = 0; i < ready; i++) fds.push(this.#kernel.ready(i));
    if (fds.includes(this.#first)) this.#call(this.#first);
    for (const fd of fds) if (fd !== this.#first) this.#call(fd);
  }

  #call(fd: Fd): void {
    const callback = this.#callbacks.get(fd);
    if (callback === undefined || this.#stopped) return;
    // Does what `#guard` does, without making a function for every event.
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

  #guard(action: () => void): void {
    if (this.#stopped) return;
    try {
      action();
    } catch (thrown) {
      this.#onFault(thrown);
    }
  }

  /** Returns how long `wait` may wait, as epoll takes it: -1 for ever. Drops entries that were rescheduled. */
  #timeoutMs(): number {
    if (this.#goOn.length > 0) return 0;
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return -1;
      if (top.sleeper.wakeAtMs !== top.atMs) this.#pop();
      else return Math.min(Math.max(Math.ceil(top.atMs - this.#kernel.monotonicMs()), 0), LONGEST_WAIT_MS);
    }
  }

  /** The next sleeper that is due. Drops entries that were rescheduled. */
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
