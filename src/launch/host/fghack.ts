/**
 * fghack(8) of daemontools: keeps a program in the foreground that would put itself into the background.
 *
 * The program gets many copies of the write end of a pipe. When the last of them is closed, the program and all its
 * children are over.
 */
import type { Inherited } from "../../cli/applet.ts";
import { type Fd, FIRST_FREE } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { exitCodeOf, signalOf } from "../../posix/wait_status.ts";
import { readWaiting } from "../../runtime/input.ts";
import type { Kernel, Launching } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf, SysError } from "../../sys/error.ts";
import { softlimitOption, usageOf } from "../daemontools.ts";
import { isBearable } from "../limits.ts";
import { candidates, pathOf, tryInOrder } from "../search.ts";
import { say, takeOnLimits } from "./execution.ts";

type FghackKernel =
  & Pick<Kernel, "pipe" | "read" | "close" | "poll" | "write" | "spawn" | "waitFor" | "environment">
  & Pick<Launching, "isHandedOn" | "setLimit">;

/** The number of copies that the program gets. The write end itself is one of them. */
const COPIES = 31;

/**
 * Runs fghack(8). `limits` are those of the launchers before this one in the same process; `program` is the path of
 * denit itself, if it is known. Returns the exit code.
 */
export function runFghack(
  kernel: FghackKernel,
  args: readonly string[],
  { limits }: Pick<Inherited, "limits">,
  program: string | undefined,
): number {
  const usage = usageOf("fghack");
  if (args.length === 0) {
    if (usage.kind === "refusal") say(kernel, usage.said.trimEnd());
    return EXIT.usage;
  }
  try {
    return runChild(kernel, childUnderLimits(kernel, args, limits, program));
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    const deed = DEEDS.get(thrown.call) ?? `unable to ${thrown.call}: `;
    say(kernel, `fghack: fatal: ${deed}${errnoText(thrown.errno)}`);
    return EXIT.fatal;
  }
}

/** fghack's words for the calls that may fail. */
const DEEDS: ReadonlyMap<string, string> = new Map([
  ["pipe", "unable to create pipe: "],
  ["fork", "unable to fork: "],
  ["waitpid", "wait failed: "],
]);

/** A program to start: the paths at which it may be, and its arguments. */
interface Child {
  readonly paths: readonly string[];
  readonly argv: readonly string[];
}

/**
 * The program with the limits of the launchers before. This process takes on the limits that it can bear, so the
 * program inherits them. For the others the program is started through our own softlimit.
 */
function childUnderLimits(
  kernel: FghackKernel,
  argv: readonly string[],
  limits: Inherited["limits"],
  denit: string | undefined,
): Child {
  const paths = candidates(argv[0] ?? "", pathOf(kernel.environment));
  const own = limits.filter((limit) => isBearable(limit) || denit === undefined);
  takeOnLimits(kernel, "fghack", argv[0] ?? "", { limits: own });
  const left = limits.filter((limit) => !own.includes(limit));
  if (left.length === 0 || denit === undefined) return { paths, argv };
  const options = left.flatMap(({ resource, soft }) => [softlimitOption(resource), `${soft}`]);
  return { paths: [denit], argv: ["denit", "softlimit", ...options, "--", ...argv] };
}

/** Starts the program and waits for it and for everyone who has a copy. Returns its exit code. */
function runChild(kernel: FghackKernel, child: Child): number {
  const { read, write } = kernel.pipe();
  const pid = startChild(kernel, child, write);
  if (pid === undefined) return EXIT.fatal;
  kernel.close(write);
  const byte = new Uint8Array(1);
  while (readWaiting(kernel, read, byte) > 0);
  const { status } = kernel.waitFor(pid);
  if (signalOf(status) === 0) return exitCodeOf(status);
  say(kernel, "fghack: fatal: child crashed");
  return EXIT.fatal;
}

/** Returns the pid; undefined, and a message, if the program cannot be executed. */
function startChild(kernel: FghackKernel, { paths, argv }: Child, end: Fd): number | undefined {
  let pid = -1;
  const others = freeNumbers(kernel).map((number) => [number, end] as const);
  const tried = tryInOrder(paths, (path) => {
    try {
      pid = kernel.spawn({ path, argv, environment: kernel.environment, others });
      return 0;
    } catch (thrown) {
      if (thrown instanceof SysError && thrown.call === "fork") throw thrown;
      return errnoOf(thrown);
    }
  });
  if ("path" in tried) return pid;
  say(kernel, `fghack: fatal: unable to run ${argv[0]}: ${errnoText(tried.errno)}`);
  return undefined;
}

/** The lowest numbers at which the program has no descriptor. Those of our own close when it is executed. */
function freeNumbers(kernel: FghackKernel): readonly Fd[] {
  const numbers: Fd[] = [];
  for (let fd = FIRST_FREE; numbers.length < COPIES; fd++) if (!kernel.isHandedOn(fd)) numbers.push(fd);
  return numbers;
}
