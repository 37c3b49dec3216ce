/**
 * The facts of this process's start: argv[0], arguments, its own file.
 *
 * Needs the ffi permission, and neither /proc nor `node:`. Only a second start (`startAgainWithSignalsBlocked`) reads
 * /proc.
 */
import { SIGNAL } from "../posix/signal.ts";
import { bytesOfText } from "../sys/bytes.ts";
import { executablePath, programInvocationName, realPath, workingDirectory } from "../sys/libc.ts";
import { LinuxKernel } from "./linux.ts";
import type { Parts } from "./parts.ts";

/** The call of a program. All strings are byte strings. */
export interface CommandLine {
  readonly argv0: string;
  /** The arguments without argv[0]. */
  readonly args: readonly string[];
  /** The path that execve(2) was given. To find it out takes a call, so it is asked for only where it is needed. */
  path(): string;
}

/**
 * The command line of this process. A compiled program has the kernel's. Under `deno run` the script form's head passes
 * argv[0] as the first argument.
 */
export function howStarted(): CommandLine {
  const args = Deno.args.map(bytesOfText);
  if (Deno.build.standalone) return { argv0: programInvocationName(), args, path: executablePath };
  const [argv0 = "denit", ...rest] = args;
  return { argv0, args: rest, path: () => argv0 };
}

/** Absolute path of the file (or link) that was executed. */
export function ownPath(start: CommandLine): string {
  const path = start.path() || start.argv0;
  return path.startsWith("/") ? path : `${workingDirectory()}/${path}`;
}

/** The absolute path of the program file itself, behind all links; empty when it cannot be found out. */
export function programPath(start: CommandLine): string {
  return realPath(ownPath(start));
}

/** Signals that a long-lived applet reads from a descriptor. They must be blocked in every thread. */
const BLOCKED: readonly number[] = [
  SIGNAL.HUP,
  SIGNAL.INT,
  SIGNAL.QUIT,
  SIGNAL.USR1,
  SIGNAL.USR2,
  SIGNAL.PIPE,
  SIGNAL.ALRM,
  SIGNAL.TERM,
  SIGNAL.CHLD,
  SIGNAL.PWR,
];

/**
 * Under `deno run`, executes the process once more with signals blocked, unless they are blocked already.
 *
 * There are threads before the first line of JavaScript, and a signal that one of them does not block ends the process.
 * A mask survives execve(2), and every thread has it from its start. `parts` must have `processes`. A compiled denit has
 * one thread and needs none of this.
 */
export function startAgainWithSignalsBlocked(parts: Parts): void {
  if (Deno.build.standalone) return;
  const symbols = ["pthread_sigmask", "execve", "openat", "read", "close"] as const;
  const kernel = new LinuxKernel(new Set(symbols), { args: [], longLived: false }, parts);
  if (kernel.isBlocked(SIGNAL.TERM)) return;
  try {
    const argv = kernel.ownCommandLine();
    kernel.block(BLOCKED);
    kernel.executeOwnProgram(argv);
  } catch {
    // Without /proc the process goes on as it is: signals work unless another thread takes them.
  }
}
