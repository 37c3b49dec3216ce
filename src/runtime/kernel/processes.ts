/** Children of this process, and this process itself. */
import type { EndedChild, SpawnRequest } from "../../sys/facts.ts";

/** Starting, signalling and reaping programs; what this process is, and what it has taken. */
export interface Processes {
  /**
   * Starts a program in a clean state (signals default, mask empty, descriptor limit as denit found it). Returns its
   * pid. The `call` of a SysError tells what failed: `fork`, or `exec` when the program could not be entered.
   */
  spawn(request: SpawnRequest): number;
  /** kill(2). ESRCH is thrown like any error. */
  kill(pid: number, signal: number): void;
  /** Next child that has ended, without waiting; undefined when none has. */
  reap(): EndedChild | undefined;
  /** Waits for one child by pid. */
  waitFor(pid: number): EndedChild;
  /** `NAME=value` of every variable denit was started with, but those of its own script form. */
  readonly environment: readonly string[];
  /** getpid(2). */
  pid(): number;
  /** getppid(2). */
  parentPid(): number;
  /** Effective user (geteuid(2)). */
  userId(): number;
  /** The memory of the last argument, as ps(1) shows it, to be written over; undefined when it is not to be had. */
  readonly lastArgument: Uint8Array | undefined;
  /** True when the size of the files that this process writes is limited (RLIMIT_FSIZE). */
  hasFileSizeLimit(): boolean;
  /** Raises the descriptor limit as far as allowed; children start with the one found. Returns the limit. */
  raiseDescriptorLimit(): number;
  /** Returns free heap to the kernel, and drops the pages of the program file. */
  releaseMemory(): void;
  /** Drops the pages of the program file; those that are needed again are read from the page cache one by one. */
  releaseProgram(): void;
}
