/** Leads from an outcome to the program: finding the file, executing it, and taking on limits if the process stays. */
import type { Become } from "../../cli/outcome.ts";
import { CWD, STDERR } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { type FileStat, type Kernel, type Launching, type Limit } from "../../runtime/kernel.ts";
import { errnoText, printIfPossible } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import { isBearable, isMemory } from "../limits.ts";
import { candidates, tryInOrder } from "../search.ts";

const AT_ONCE = { code: EXIT.fatal, pauseMs: 0 };

type ExecutionKernel =
  & Pick<Kernel, "write" | "poll" | "environment" | "pause">
  & Pick<Launching, "become" | "checkExecutable">;

/**
 * Executes the program. Comes back only if that cannot be done: then it has printed the refusal, or a line in the name
 * of `name`, and returns the exit code.
 */
export function execute(kernel: ExecutionKernel, name: string, become: Become): number {
  const { argv, environment = kernel.environment, keepsIgnored = false, limits = [] } = become;
  const refused = tryInOrder(pathsOf(become), (path) => {
    try {
      // Fewer attempts under limits are better, and a missing file can be found out without them.
      if (limits.length > 0) kernel.checkExecutable(path);
      kernel.become({ path, argv, environment, keepsIgnored, limits });
    } catch (thrown) {
      return errnoOf(thrown);
    }
  });
  const why = "errno" in refused ? errnoText(refused.errno) : "";
  say(kernel, `${become.refusal ?? `${name}: fatal: unable to run: ${become.path}: `}${why}`);
  const { code, pauseMs } = become.failure ?? AT_ONCE;
  if (pauseMs > 0) kernel.pause(pauseMs);
  return code;
}

/** Prints a line to standard error. If that is closed, the line is lost. */
export function say(kernel: Pick<Kernel, "write" | "poll">, line: string): void {
  printIfPossible(kernel, STDERR, `${line}\n`);
}

/** The file that `execute` would execute here and now; undefined if there is none. */
export function programOf(
  kernel: Pick<Kernel, "stat"> & Pick<Launching, "checkExecutable">,
  become: Become,
): { readonly path: string; readonly stat: FileStat } | undefined {
  let found: FileStat | undefined;
  const taken = tryInOrder(pathsOf(become), (path) => {
    try {
      kernel.checkExecutable(path);
      found = kernel.stat(CWD, path);
      // execve(2) refuses a directory with EACCES.
      return found.kind === "file" ? 0 : ERRNO.EACCES;
    } catch (thrown) {
      return errnoOf(thrown);
    }
  });
  return "path" in taken && found !== undefined ? { path: taken.path, stat: found } : undefined;
}

function pathsOf({ path, search }: Become): readonly string[] {
  return search === undefined ? [path] : candidates(path, search);
}

/**
 * Takes on the limits of a chain in a process that stays, as far as it can bear them. One line tells which limits are
 * left out, unless a control group stands for them. `name` is the launcher, `next` the applet that stays.
 */
export function takeOnLimits(
  kernel: Pick<Kernel, "write" | "poll"> & Pick<Launching, "setLimit">,
  name: string,
  next: string,
  { limits = [], leaves }: Pick<Become, "limits" | "leaves">,
): void {
  const leftOut: Limit[] = [];
  for (const limit of limits) {
    if (isBearable(limit)) kernel.setLimit(limit);
    else if (!(isMemory(limit.resource) && leaves?.memoryGroup === true)) leftOut.push(limit);
  }
  if (leftOut.length === 0) return;
  const what = leftOut.map(({ resource, soft }) => `${resource} ${soft}`).join(", ");
  say(kernel, `${name}: warning: ${next} cannot live under these limits, and runs without them: ${what}`);
}
