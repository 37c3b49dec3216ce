/** Waiting: epoll(7), signalfd(2), inotify(7) and the clocks. */
import { NS_PER_SECOND } from "../time/units.ts";
import { ERRNO } from "../posix/errno.ts";
import { CLOSE_ON_EXEC, NON_BLOCK } from "../posix/open_flag.ts";
import { type Abi, checkEpollLayout, SIGSET_SIZE } from "./abi.ts";
import { Calls, size } from "./calls.ts";
import type { Change, LocalTime } from "./facts.ts";
import type { Bound } from "./libc.ts";

/** Operations of epoll_ctl(2), and event masks (linux/eventpoll.h). */
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EVENTS = { read: 1, priority: 2, write: 4, either: 5 } as const;
/** Size of struct signalfd_siginfo (linux/signalfd.h). Its first field is the signal. */
const SIGNAL_RECORD = 128;
/** The most events that one epoll_wait(2) takes. */
const BATCH = 64;
/** Bytes that one read(2) of inotify events asks for. */
const CHANGES_BUFFER = 16384;
/** Operations of pthread_sigmask(3) (asm-generic/signal-defs.h). */
const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
/** Clocks (linux/time.h). */
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_BOOTTIME = 7;
/** Size of glibc's struct tm: nine ints, and the zone's offset and name. */
const TM_SIZE = 56;

/** One set of watched descriptors, descriptors for signals and changes, and clocks. */
export class ReadinessCalls extends Calls {
  readonly #bound: Bound;
  readonly #abi: Abi;
  #epoll = -1;
  readonly #control: Uint8Array<ArrayBuffer>;
  readonly #controlView: DataView;
  readonly #events: Uint8Array<ArrayBuffer>;
  readonly #eventsView: DataView;
  readonly #time = new Uint8Array(16);
  readonly #timeView = new DataView(this.#time.buffer);
  readonly #signal = new Uint8Array(SIGNAL_RECORD);
  #changes: Uint8Array<ArrayBuffer> | undefined;
  #zoneIsSet = false;

  /** `abi` is that of this machine. */
  constructor(bound: Bound, abi: Abi) {
    super(bound);
    this.#bound = bound;
    this.#abi = abi;
    this.#control = new Uint8Array(abi.epollEventSize);
    this.#controlView = new DataView(this.#control.buffer);
    this.#events = new Uint8Array(abi.epollEventSize * BATCH);
    this.#eventsView = new DataView(this.#events.buffer);
  }

  /** Adds a descriptor to the set (epoll_ctl(2)). */
  watch(fd: number, interest: keyof typeof EVENTS): void {
    this.#controlView.setUint32(0, EVENTS[interest], true);
    this.#controlView.setInt32(this.#abi.epollTokenAt, fd, true);
    if (this.c.epoll_ctl(this.#set(), EPOLL_CTL_ADD, fd, this.#control) < 0) this.fail("epoll_ctl");
  }

  /** Takes a descriptor out of the set. One that is not in it is no error. */
  unwatch(fd: number): void {
    this.c.epoll_ctl(this.#set(), EPOLL_CTL_DEL, fd, this.#control);
  }

  /** The epoll set, which is made when it is first needed. */
  #set(): number {
    if (this.#epoll >= 0) return this.#epoll;
    checkEpollLayout(this.#bound, this.#abi);
    this.#epoll = this.c.epoll_create1(CLOSE_ON_EXEC);
    return this.#epoll < 0 ? this.fail("epoll_create") : this.#epoll;
  }

  /** epoll_wait(2): how many are ready; 0 after the timeout or a signal. */
  wait(timeoutMs: number): number {
    const n = this.c.epoll_wait(this.#set(), this.#events, BATCH, timeoutMs);
    if (n >= 0) return n;
    return this.lastErrno() === ERRNO.EINTR ? 0 : this.fail("epoll_wait");
  }

  /** poll(2) of nothing: comes back after `ms` milliseconds, or when a signal was delivered. */
  pause(ms: number): void {
    this.c.poll(this.#time, 0n, ms);
  }

  /** The descriptor of the i-th event of the last `wait`. */
  ready(i: number): number {
    return this.#eventsView.getInt32(i * this.#abi.epollEventSize + this.#abi.epollTokenAt, true);
  }

  /** Blocks `signals` in this thread for good. */
  block(signals: readonly number[]): void {
    this.c.pthread_sigmask(SIG_BLOCK, signalSet(signals), null);
  }

  /** Empties the signal mask of this thread. */
  unblockAll(): void {
    this.c.pthread_sigmask(SIG_SETMASK, new Uint8Array(SIGSET_SIZE), null);
  }

  /** True when this thread has the signal blocked. */
  isBlocked(signal: number): boolean {
    const mask = new Uint8Array(SIGSET_SIZE);
    this.c.pthread_sigmask(SIG_BLOCK, null, mask);
    return ((mask[(signal - 1) >> 3] ?? 0) & (1 << ((signal - 1) & 7))) !== 0;
  }

  /** Blocks `signals`, and makes a descriptor that tells them (signalfd(2)). */
  signals(signals: readonly number[]): number {
    this.block(signals);
    const fd = this.c.signalfd(-1, signalSet(signals), CLOSE_ON_EXEC | NON_BLOCK);
    return fd < 0 ? this.fail("signalfd") : fd;
  }

  /** The next signal of that descriptor; 0 when none is pending. */
  nextSignal(fd: number): number {
    const n = this.c.read(fd, this.#signal, size(SIGNAL_RECORD));
    return n === SIGNAL_RECORD ? this.#signal[0] ?? 0 : 0;
  }

  /** inotify_init1(2). */
  changes(): number {
    const fd = this.c.inotify_init1(CLOSE_ON_EXEC | NON_BLOCK);
    return fd < 0 ? this.fail("inotify_init") : fd;
  }

  /** inotify_add_watch(2). */
  addChangeWatch(fd: number, path: string, mask: number): number {
    const watch = this.c.inotify_add_watch(fd, this.path(path), mask);
    return watch < 0 ? this.fail("inotify_add_watch", path) : watch;
  }

  /** inotify_rm_watch(2). A watch that has ended is no error. */
  removeChangeWatch(fd: number, watch: number): void {
    // EINVAL: the kernel dropped the watch with its inode. Either way it is gone.
    this.c.inotify_rm_watch(fd, watch);
  }

  /** The events of one read(2); none when nothing is pending. */
  readChanges(fd: number): Change[] {
    const buffer = this.#changes ??= new Uint8Array(CHANGES_BUFFER);
    const n = this.c.read(fd, buffer, size(buffer.length));
    const changes: Change[] = [];
    const view = new DataView(buffer.buffer);
    for (let at = 0; at < n;) {
      const room = view.getUint32(at + 12, true);
      const nul = buffer.indexOf(0, at + 16);
      const length = room === 0 ? 0 : Math.min(nul - at - 16, room);
      const name = this.text(buffer, at + 16, length);
      changes.push({ watch: view.getInt32(at, true), mask: view.getUint32(at + 4, true), name });
      at += 16 + room;
    }
    return changes;
  }

  /** CLOCK_MONOTONIC, in milliseconds. */
  monotonicMs(): number {
    this.c.clock_gettime(CLOCK_MONOTONIC, this.#time);
    return this.#timeView.getUint32(0, true) * 1000 + this.#timeView.getUint32(8, true) / 1e6;
  }

  /** CLOCK_REALTIME, in two numbers. */
  readWall(into: { seconds: number; nanoseconds: number }): void {
    this.c.clock_gettime(CLOCK_REALTIME, this.#time);
    into.seconds = this.#timeView.getUint32(4, true) * 2 ** 32 + this.#timeView.getUint32(0, true);
    into.nanoseconds = this.#timeView.getUint32(8, true);
  }

  /** CLOCK_REALTIME, in nanoseconds. */
  wallNs(): bigint {
    return this.#clockNs(CLOCK_REALTIME);
  }

  /** CLOCK_BOOTTIME, in nanoseconds. */
  bootNs(): bigint {
    return this.#clockNs(CLOCK_BOOTTIME);
  }

  #clockNs(clock: number): bigint {
    this.c.clock_gettime(clock, this.#time);
    return this.#timeView.getBigInt64(0, true) * NS_PER_SECOND + BigInt(this.#timeView.getUint32(8, true));
  }

  /** localtime_r(3) by TZ or /etc/localtime; undefined where the year does not fit its int. */
  localTime(second: bigint): LocalTime | undefined {
    if (!this.#zoneIsSet) this.c.tzset();
    this.#zoneIsSet = true;
    this.#timeView.setBigInt64(0, second, true);
    const tm = new Uint8Array(TM_SIZE);
    if (this.c.localtime_r(this.#time, tm) === null) return undefined;
    const field = (index: number) => new DataView(tm.buffer).getInt32(index * 4, true);
    return {
      year: field(5) + 1900,
      month: field(4) + 1,
      day: field(3),
      hour: field(2),
      minute: field(1),
      second: field(0),
    };
  }
}

/** A glibc sigset_t with these signals. */
export function signalSet(signals: readonly number[]): Uint8Array<ArrayBuffer> {
  const set = new Uint8Array(SIGSET_SIZE);
  for (const signal of signals) {
    const at = (signal - 1) >> 3;
    set[at] = (set[at] ?? 0) | (1 << ((signal - 1) & 7));
  }
  return set;
}
