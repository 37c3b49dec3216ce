import type { Limit } from "../runtime/kernel.ts";

/** What an applet asks `main.ts` to do when it is done: only main.ts ends the process. */
export type Outcome = Exit | Become;

export interface Exit {
  readonly kind: "exit";
  readonly code: number;
}

/**
 * The process becomes another program: none of its signals blocked or with a handler, descriptors as they are. Where
 * that program is denit itself, the next applet runs in the same process.
 */
export interface Become {
  readonly kind: "become";
  /** A path; with `search` a name without a slash is looked for. All strings are byte strings. */
  readonly path: string;
  readonly argv: readonly string[];
  /** Absent: the one denit was started with. */
  readonly environment?: readonly string[];
  /** Directories to look in, as in PATH. */
  readonly search?: string;
  /** Signals that denit was started with ignored stay so; absent: every signal is at its default. */
  readonly keepsIgnored?: boolean;
  /** They hold from the moment before the program is executed. */
  readonly limits?: readonly Limit[];
  /** What the applet leaves for the next one, if that is ours. */
  readonly leaves?: Leaves;
  /** What is said, with the reason behind it, when it cannot be executed. */
  readonly refusal?: string;
  /** How it ends then; absent: with 111, at once. */
  readonly failure?: Failure;
}

/** After `pauseMs`, so that whoever starts it again and again does not do so without rest. */
export interface Failure {
  readonly code: number;
  readonly pauseMs: number;
}

/** What a later link of a chain must know of an earlier one. */
export interface Leaves {
  /** The root directory is another one than at the start. */
  readonly newRoot: boolean;
  /** The memory that `limits` leave is limited by a control group already. */
  readonly memoryGroup: boolean;
}

export function exit(code: number): Outcome {
  return { kind: "exit", code };
}
