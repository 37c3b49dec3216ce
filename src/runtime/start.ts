/**
 * How this process was started: argv[0], arguments, its own file. Needs the ffi permission and neither /proc nor
 * `node:`; only a second start (below) reads /proc.
 */
import { SIGNAL } from "../posix/signal.ts";
import { bytesOfText } from "../sys/bytes.ts";
import { executablePath, programInvocationName, realPath, workingDirectory } from "../sys/libc.ts";
import { LinuxKernel } from "./linux.ts";
import type { Parts } from "./parts.ts";

export interface Start {
  readonly argv0: string;
  readonly args: readonly string[];
  /** Path given to execve(2). */
  path(): string;
}

/** Compiled, the kernel's argv; under `deno run`, the script form's head passes argv[0] as the first argument. */
export function howStarted(): Start {
  const args = Deno.args.map(bytesOfText);
  if (Deno.build.standalone) return { argv0: programInvocationName(), args, path: executablePath };
  const [argv0 = "denit", ...rest] = args;
  return { argv0, args: rest, path: () => argv0 };
}

/** Absolute path of the file (or link) that was executed. */
export function ownPath(start: Start): string {
  const path = start.path() || start.argv0;
  return path.startsWith("/") ? path : `${workingDirectory()}/${path}`;
}

/** Absolute path of the program file itself, whatever links led to it; empty when that cannot be found out. */
export function programPath(start: Start): string {
  return realPath(ownPath(start));
}

/** What a long-lived applet reads from a descriptor and therefore must not be hit by, in any thread. */
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
 * Under `deno run` there are threads before the first line of JavaScript, and a signal that one of them does not
 * block ends the process. A mask survives execve and is every thread's from its start: so the process executes
 * itself once, for which `processes` is needed. A compiled denit has one thread and needs none of this.
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
