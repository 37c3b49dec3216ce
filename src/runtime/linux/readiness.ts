/** The real `Clock` and `Readiness`: libc through `sys/readiness.ts`. */
import type { Fd } from "../../posix/descriptor.ts";
import type { FileCalls } from "../../sys/files.ts";
import type { ReadinessCalls } from "../../sys/readiness.ts";
import type { Change, Clock, Interest, LocalTime, Readiness } from "../kernel.ts";
import { LinuxFiles } from "./files.ts";

/** Files, and besides: clocks, waiting, signals. */
export class LinuxReadiness extends LinuxFiles implements Clock, Readiness {
  readonly #readiness: ReadinessCalls;

  /** Both have what the applet calls bound. */
  constructor(files: FileCalls, readiness: ReadinessCalls) {
    super(files);
    this.#readiness = readiness;
  }

  monotonicMs(): number {
    return this.#readiness.monotonicMs();
  }
  wallNs(): bigint {
    return this.#readiness.wallNs();
  }
  readWall(into: { seconds: number; nanoseconds: number }): void {
    this.#readiness.readWall(into);
  }
  localTime(second: bigint): LocalTime | undefined {
    return this.#readiness.localTime(second);
  }
  pause(ms: number): void {
    this.#readiness.pause(ms);
  }
  bootNs(): bigint {
    return this.#readiness.bootNs();
  }
  watch(fd: Fd, interest: Interest): void {
    this.#readiness.watch(fd, interest);
  }
  unwatch(fd: Fd): void {
    this.#readiness.unwatch(fd);
  }
  wait(timeoutMs: number): number {
    return this.#readiness.wait(timeoutMs);
  }
  ready(i: number): Fd {
    return this.#readiness.ready(i);
  }
  signals(signals: readonly number[]): Fd {
    return this.#readiness.signals(signals);
  }
  nextSignal(fd: Fd): number {
    return this.#readiness.nextSignal(fd);
  }
  changes(): Fd {
    return this.#readiness.changes();
  }
  addChangeWatch(fd: Fd, path: string, mask: number): number {
    return this.#readiness.addChangeWatch(fd, path, mask);
  }
  removeChangeWatch(fd: Fd, watch: number): void {
    this.#readiness.removeChangeWatch(fd, watch);
  }
  readChanges(fd: Fd): Change[] {
    return this.#readiness.readChanges(fd);
  }
  /** True when a signal is blocked in this thread, as after a start through `env --block-signal`. */
  isBlocked(signal: number): boolean {
    return this.#readiness.isBlocked(signal);
  }
  block(signals: readonly number[]): void {
    this.#readiness.block(signals);
  }
  /** Empties the signal mask of this thread. */
  unblockAll(): void {
    this.#readiness.unblockAll();
  }
}
