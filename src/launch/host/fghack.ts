/**
 * fghack(8) of daemontools: keeps a program that puts itself into the background in the foreground. The program gets
 * many copies of a pipe's end; when all of them are closed, it is over.
 */
import { EXIT } from "../../posix/exit_code.ts";
import type { Fd } from "../../posix/descriptor.ts";
import type { Inherited } from "../../cli/applet.ts";
import { type Kernel, type Launching, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf, SysError } from "../../sys/error.ts";
import { usageOf } from "../daemontools.ts";
import { isBearable } from "../limits.ts";
import { candidates, firstOf, pathOf } from "../search.ts";
import { say, takeOnLimits } from "./execution.ts";

type FghackKernel =
  & Pick<Kernel, "pipe" | "read" | "close" | "poll" | "write" | "spawn" | "waitFor" | "environment">
  & Pick<Launching, "isHandedOn" | "setLimit">;

/** With the end itself. */
const COPIES = 31;
/** Standard input, output and error are as they are. */
const FIRST_COPY = 3;

/** Returns the exit code. */
export function runFghack(
  kernel: FghackKernel,
  args: readonly string[],
  { limits }: Pick<Inherited, "limits">,
  program: string | undefined,
): number {
  const usage = usageOf("fghack");
  if (args.length === 0) {
    if (usage.kind === "refusal") say(kernel, usage.said.trimEnd());
    return 100;
  }
  try {
    return watch(kernel, limited(kernel, args, limits, program));
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    say(
      kernel,
      `fghack: fatal: ${DEEDS[thrown.call] ?? `unable to ${thrown.call}: `}${errnoText(thrown.errno)}`,
    );
    return EXIT.fatal;
  }
}

const DEEDS: Readonly<Record<string, string>> = {
  pipe: "unable to create pipe: ",
  fork: "unable to fork: ",
  waitpid: "wait failed: ",
};

/** A program, and where to look for it; or a path, with another name than the program is told about by. */
interface Child {
  readonly paths: readonly string[];
  readonly argv: readonly string[];
}

/**
 * The program with the limits of the launchers before: those that we can bear are ours, too, and for the rest the program
 * is started through our own softlimit.
 */
function limited(
  kernel: FghackKernel,
  argv: readonly string[],
  limits: Inherited["limits"],
  ownProgram: string | undefined,
): Child {
  const paths = candidates(argv[0] ?? "", pathOf(kernel.environment));
  const own = limits.filter((limit) => isBearable(limit) || ownProgram === undefined);
  takeOnLimits(kernel, "fghack", argv[0] ?? "", { limits: own });
  const left = limits.filter((limit) => !own.includes(limit));
  if (left.length === 0 || ownProgram === undefined) return { paths, argv };
  const options = left.flatMap(({ resource, soft }) => [SOFTLIMIT_LETTERS[resource] ?? "", `${soft}`]);
  return { paths: [ownProgram], argv: ["denit", "softlimit", ...options, "--", ...argv] };
}

/** Those that there is something to be borne about. */
const SOFTLIMIT_LETTERS: Readonly<Record<string, string>> = {
  as: "-a",
  data: "-d",
  nofile: "-o",
  nproc: "-p",
  stack: "-s",
};

function watch(kernel: FghackKernel, child: Child): number {
  const { read, write } = kernel.pipe();
  const pid = start(kernel, child, write);
  if (pid === undefined) return EXIT.fatal;
  kernel.close(write);
  const byte = new Uint8Array(1);
  for (let n = 1; n !== 0;) {
    n = kernel.read(read, byte);
    if (n === WOULD_BLOCK) kernel.poll(read, "read", -1);
  }
  const { status } = kernel.waitFor(pid);
  if ((status & 0x7f) === 0) return (status >> 8) & 0xff;
  say(kernel, "fghack: fatal: child crashed");
  return EXIT.fatal;
}

/** Undefined, and said, where it cannot be executed. */
function start(kernel: FghackKernel, { paths, argv }: Child, end: Fd): number | undefined {
  let pid = -1;
  const others = freeNumbers(kernel).map((number) => [number, end] as const);
  const refused = firstOf(paths, (path) => {
    try {
      pid = kernel.spawn({ path, argv, environment: kernel.environment, others });
      return 0;
    } catch (thrown) {
      if (thrown instanceof SysError && thrown.call === "fork") throw thrown;
      return errnoOf(thrown);
    }
  });
  if ("path" in refused) return pid;
  say(kernel, `fghack: fatal: unable to run ${argv[0]}: ${errnoText(refused.errno)}`);
  return undefined;
}

/** The lowest numbers that the program does not have a descriptor at: ours close when it is executed. */
function freeNumbers(kernel: FghackKernel): readonly Fd[] {
  const numbers: Fd[] = [];
  for (let fd = FIRST_COPY; numbers.length < COPIES; fd++) if (!kernel.isHandedOn(fd)) numbers.push(fd);
  return numbers;
}
