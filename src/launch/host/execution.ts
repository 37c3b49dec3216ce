/** From an outcome to the program: where it lies, whether it is ours, and execve(2). */
import { EXIT } from "../../posix/exit_code.ts";
import { CWD, STDERR } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { Become } from "../../cli/outcome.ts";
import { type FileStat, type Kernel, type Launching, type Limit } from "../../runtime/kernel.ts";
import { errnoText, printLine } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { isBearable, isMemory } from "../limits.ts";
import { candidates, firstOf } from "../search.ts";

const AT_ONCE = { code: EXIT.fatal, pauseMs: 0 };

type ExecutionKernel =
  & Pick<Kernel, "write" | "poll" | "environment" | "pause">
  & Pick<Launching, "become" | "checkExecutable">;

/** Executes the program; comes back with an exit code when that cannot be done. */
export function execute(kernel: ExecutionKernel, name: string, become: Become): number {
  const { argv, environment = kernel.environment, keepsIgnored = false, limits = [] } = become;
  const refused = firstOf(pathsOf(become), (path) => {
    try {
      // The fewer are tried under limits the better; that it is not there needs none.
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

/** Where standard error is closed, nobody is told. */
export function say(kernel: Pick<Kernel, "write" | "poll">, line: string): void {
  try {
    printLine(kernel, STDERR, line);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}

/** The file that would be executed here and now; undefined when none would. */
export function programOf(
  kernel: Pick<Kernel, "stat"> & Pick<Launching, "checkExecutable">,
  become: Become,
): { readonly path: string; readonly stat: FileStat } | undefined {
  let found: FileStat | undefined;
  const taken = firstOf(pathsOf(become), (path) => {
    try {
      kernel.checkExecutable(path);
      found = kernel.stat(CWD, path);
      // As execve(2) says of a directory.
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
 * The limits of a chain, taken on by a process that stays: what it can bear, now. What is left out is said in one
 * line, unless a control group stands for it. `name` is who asks, `next` the applet that stays.
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
