/** Processes that may be children of another process, and this process in its next life. */
import type { Fd } from "../../posix/descriptor.ts";
import type { ProcessFacts, ProcessLinks } from "../../sys/facts.ts";

/** The facts with which a process executes itself again. */
export interface Again {
  /** The program file. */
  readonly path: string;
  /** The arguments it was started with. */
  readonly argv: readonly string[];
}

/**
 * Finding processes that outlived their supervisor, and executing the own program again.
 *
 * A *life* is the time between two executions of the program in one process.
 */
export interface Survival {
  /** Nanoseconds since the machine began, its sleep included (CLOCK_BOOTTIME). */
  bootNs(): bigint;
  /** A name for the life of the machine and for the space of its pids; undefined where /proc does not tell. */
  lifetime(): string | undefined;
  /** Undefined where there is no process of that pid. Errors that say nothing about it are thrown. */
  processFacts(pid: number): ProcessFacts | undefined;
  /** The files that the links of a process lead to. For a link that is gone or hidden, nothing is thrown. */
  processLinks(pid: number): ProcessLinks;
  /** The pids of all processes that /proc shows. */
  everyPid(): number[];
  /** pidfd_open(2): ready to be read when the process has ended. */
  openProcess(pid: number): Fd;
  /** kill(2) for the process that `fd` is, and no other. ESRCH is thrown like any error. */
  signalProcess(fd: Fd, signal: number): void;
  /** Wait status of the process that `fd` was, once it has been reaped; undefined where the kernel does not tell. */
  exitOf(fd: Fd): number | undefined;
  /** The program that `startAgain` executes; undefined for a process that cannot execute itself again. */
  readonly again: Again | undefined;
  /**
   * Executes the program file again, as this process was started, with what is blocked still blocked. Comes back only
   * by throwing. `word` is for `wordOfLastLife`.
   */
  startAgain(word: string): never;
  /** The word that the life before this one left; empty for the first. */
  readonly wordOfLastLife: string;
  /**
   * FIFOs of `supervise` that the life before this one has left open. So no byte in them was lost, and no writer met
   * them without a reader. The caller closes them when it has opened them again, and asks for them before it opens
   * anything.
   */
  keptFromLastLife(): Fd[];
}
