/**
 * Finds the applet that a command line calls, and the state that its process needs.
 *
 * Pure: `main.ts` finds out the facts (argv[0], device and inode of a file, whether the program is compiled), asks
 * here, and does what the answer says. The table of applets stands on a higher rank, so it is an argument.
 *
 * The program is called in four ways. As a link whose last path component is an applet's name; as `denit APPLET`; as
 * `denit` alone or with an option of its own; and below any other name in an `init.d` directory, which is sv(8) as
 * LSB init script. In the script form deno is told the script's path and not argv[0], so the path stands for argv[0].
 */
import { fileKeyOf } from "../posix/file_key.ts";
import type { FileStat } from "../runtime/kernel.ts";
import type { CommandLine } from "../runtime/start.ts";
import type { Applet, Row } from "./applet.ts";
import type { Become } from "./outcome.ts";
import { helpText, versionText } from "./usage.ts";

/** The table of applets. */
export interface Registry<R extends Row = Row> {
  /** Every applet; `multicall` is one of them. */
  readonly applets: readonly R[];
  /** The row of the program under its own name. */
  readonly multicall: R;
  /** The row of the program under any other name in an `init.d` directory. */
  readonly initScript: R;
}

/** A call of one applet. */
export interface Call<R extends Row = Row> {
  readonly row: R;
  /** The name the applet was called by; it differs from the row's where the row has several (`denvdir`, init scripts). */
  readonly name: string;
  readonly args: readonly string[];
  /** A question about the applet, which then does not run. */
  readonly asked?: Question | undefined;
}

/** The questions about an applet: `APPLET --help`, `APPLET --version`, `denit --permissions APPLET`. */
export type Question = "help" | "version" | "permissions";

/** The call that a command line makes. argv[0] names the applet; where argv[0] names none, the first argument does. */
export function callOf<R extends Row>(registry: Registry<R>, { argv0, args, path }: CommandLine): Call<R> {
  const { multicall } = registry;
  // chpst -b lets a caller choose argv[0] freely: where it names no applet, the file's own name counts.
  const row = rowOf(registry, argv0) ?? rowNamed(registry, baseName(path()));
  if (row !== undefined && row !== multicall) {
    return { row, name: baseName(argv0), args, asked: questionOf(args) };
  }
  return callByWord(registry, args) ?? { row: multicall, name: multicall.name, args };
}

/** The call that the words behind `denit` make; undefined where they name no applet. */
function callByWord<R extends Row>(
  { applets, multicall }: Registry<R>,
  [first, ...rest]: readonly string[],
): Call<R> | undefined {
  const named = (word: string | undefined) => applets.find(({ name }) => name === word);
  const row = named(first);
  // `denit denit --help` is left to denit, which lists the applets behind its help.
  if (row === multicall) return { row, name: row.name, args: rest };
  if (row !== undefined) return { row, name: row.name, args: rest, asked: questionOf(rest) };
  const subject = first === "--permissions" ? named(rest[0]) : undefined;
  return subject && { row: subject, name: subject.name, args: [], asked: "permissions" };
}

/** The last component of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function questionOf([first]: readonly string[]): Question | undefined {
  if (first === "--help") return "help";
  return first === "--version" ? "version" : undefined;
}

/** The row that a file of this path is, by its name or because it is an init script. */
export function rowOf<R extends Row>(registry: Registry<R>, path: string): R | undefined {
  const named = rowNamed(registry, baseName(path));
  if (named !== undefined) return named;
  return /(^|\/)init\.d\/[^/]+$/.test(path) ? registry.initScript : undefined;
}

function rowNamed<R extends Row>({ applets }: Registry<R>, name: string): R | undefined {
  // Where runit and daemontools are both installed, daemontools' launchers have these names, too (`dsetuidgid`).
  const isPrefixed = (row: R) => row.launches === true && row.foreignName === true && `d${row.name}` === name;
  return applets.find((row) => row.name === name) ?? applets.find(isPrefixed);
}

/** True when one of the words may be the name of one of these applets, as it stands or at the end of a path. */
export function namesOneOf(rows: readonly Row[], words: readonly string[]): boolean {
  return words.some((word) => rows.some(({ name }) => word === name || word.endsWith(`/${name}`)));
}

/** The preparation of the process that a call needs before its applet runs. */
export interface Preparation {
  /** True when the call may lead to another applet, which then runs in this process. */
  readonly mayChain: boolean;
  /**
   * True when an applet that the call may lead to reads signals from a descriptor: they must be blocked from the start.
   */
  readonly mayStay: boolean;
  /** True when signals must be blocked in every thread, and this is the moment: no applet has run in this process. */
  readonly blocksSignals: boolean;
  /** True when the applet is told the path that was executed. */
  readonly needsOwnPath: boolean;
  /** True when the applet is told where the program file itself is. */
  readonly needsProgram: boolean;
  /** True when the process may execute itself again, as it was started. */
  readonly mayStartAgain: boolean;
}

/**
 * Returns the preparation of a call. `isFirst`: no call came before it in this process. `isCompiled`: the program is
 * compiled, not a script.
 */
export function preparationOf(
  { applets, multicall }: Registry,
  { row, args }: Call,
  { isFirst, isCompiled }: { readonly isFirst: boolean; readonly isCompiled: boolean },
): Preparation {
  const { longLived = false, launches = false, startsItself = false } = row;
  const mayChain = launches && namesOneOf(applets, args);
  const mayStay = mayChain && namesOneOf(applets.filter((applet) => applet.longLived === true), args);
  return {
    mayChain,
    mayStay,
    blocksSignals: isFirst && (longLived || mayStay),
    needsOwnPath: row === multicall || startsItself,
    needsProgram: startsItself || mayChain,
    // A script executes deno with the arguments it was started with: those of the first link of a chain.
    mayStartAgain: longLived && (isFirst || isCompiled),
  };
}

/** The numbers that identify a file, no matter by which path. */
type FileNumbers = Pick<FileStat, "device" | "inode">;

/** A file that an outcome leads to. */
export interface ProgramFile {
  readonly path: string;
  readonly stat: FileNumbers;
}

/**
 * The call that executing `program` would be; undefined where that file is not denit's own. A script is told its path
 * as argv[0].
 */
export function nextCall<R extends Row>(
  registry: Registry<R>,
  { program, own, isCompiled }: {
    readonly program: ProgramFile | undefined;
    /** Undefined where this process does not chain. */
    readonly own: FileNumbers | undefined;
    readonly isCompiled: boolean;
  },
  { argv }: Pick<Become, "argv">,
): Call<R> | undefined {
  if (program === undefined || own === undefined) return undefined;
  const { path, stat } = program;
  if (fileKeyOf(stat) !== fileKeyOf(own)) return undefined;
  const [argv0 = "", ...args] = argv;
  return callOf(registry, { argv0: isCompiled ? argv0 : path, args, path: () => path });
}

/**
 * The program file to start as `denit APPLET`, from its real path; undefined where it cannot be started so. A script
 * is told its own path and not argv[0]: a script that has an applet's name, and is no link, is always that applet.
 */
export function startableProgram(
  registry: Registry,
  path: string,
  isCompiled: boolean,
): string | undefined {
  if (path === "") return undefined;
  const row = rowOf(registry, path);
  return isCompiled || row === undefined || row === registry.multicall ? path : undefined;
}

/** The answer to a question about an applet. `permissions` is the text of `permissionsText` for this applet. */
export function answerTo(
  asked: Question | undefined,
  row: Row,
  applet: Applet,
  permissions: string,
): string {
  if (asked === "version") return versionText(row.name);
  return asked === "permissions" ? permissions : helpText(row, applet);
}
