/** The ways in which a process goes on when an applet has run. */
import type { Limit } from "../runtime/kernel.ts";

/** The request of an applet that has run: only main.ts ends the process or executes a program. */
export type Outcome = Exit | Become;

/** The process ends. */
export interface Exit {
  readonly kind: "exit";
  /** 0 to 255. */
  readonly code: number;
}

/**
 * The process becomes another program, with no signal blocked or handled, and with its descriptors as they are. Where
 * that program is denit itself, the next applet runs in the same process.
 */
export interface Become {
  readonly kind: "become";
  /** A path; with `search`, a name without a slash is looked for. All strings are byte strings. */
  readonly path: string;
  readonly argv: readonly string[];
  /** Absent: the environment denit was started with. */
  readonly environment?: readonly string[];
  /** Directories to look in, as in PATH. */
  readonly search?: string;
  /** True when signals that were ignored at denit's start stay ignored. Absent: every signal is at its default. */
  readonly keepsIgnored?: boolean;
  /** Limits that hold from the moment before the program is executed. */
  readonly limits?: readonly Limit[];
  /** State for the next applet, if the program is one of ours. */
  readonly leaves?: Leaves;
  /** The message when the program cannot be executed; the reason follows it. */
  readonly refusal?: string;
  /** The end of the process in that case; when absent, it exits with `EXIT.fatal` at once. */
  readonly failure?: Failure;
}

/**
 * The end of a process whose program cannot be executed. It exits with `code` after a pause, so that a supervisor that
 * starts it again and again does not spin.
 */
export interface Failure {
  readonly code: number;
  readonly pauseMs: number;
}

/** Facts that a later applet of a chain must know of an earlier one. */
export interface Leaves {
  /** True when the root directory is not the one of the start. */
  readonly newRoot: boolean;
  /** True when a control group limits the memory of the process already. */
  readonly memoryGroup: boolean;
}

/** The outcome of an applet that ends the process with this code. */
export function exit(code: number): Outcome {
  return { kind: "exit", code };
}
