/**
 * argv[0] to applet to outcome. The only caller of Deno.exit.
 *
 * Order matters: how the process was started is read and libc bound while `ffi` is granted; then every
 * permission that the applet's scopes do not keep is given up, and only then the applet runs. Loading code
 * is the one thing that is waited for by promise; an applet runs synchronously.
 *
 * An applet may ask to become another program. Where that is denit again, under whatever name, the next applet runs
 * here, in the process as the last has left it: a chain of launchers costs one start.
 */
import { EXIT } from "./src/posix/exit_code.ts";
import { CWD } from "./src/posix/descriptor.ts";
import {
  APPLETS,
  loadLaunching,
  MULTICALL,
  namesApplet,
  namesLongLived,
  rowOf,
} from "./src/applets/registry.ts";
import type { Applet, Inherited, Row, Runnable, Scope } from "./src/cli/applet.ts";
import type { Become } from "./src/cli/outcome.ts";
import { helpText, versionText } from "./src/cli/usage.ts";
import { type FileStat } from "./src/runtime/kernel.ts";
import { type Found, LinuxKernel } from "./src/runtime/linux.ts";
import { loadPart, type PartName, type Parts, partsOf } from "./src/runtime/parts.ts";
import { print, printLine, thrownText } from "./src/runtime/report.ts";
import {
  howStarted,
  ownPath,
  programPath,
  type Start,
  startAgainWithSignalsBlocked,
} from "./src/runtime/start.ts";
import type { SymbolName } from "./src/sys/symbols.ts";

/** Bound for every applet: what it takes to print a line. */
const ALWAYS: readonly SymbolName[] = ["write", "poll"];
const BAKED: readonly Deno.PermissionName[] = ["ffi"];
const PERMISSIONS: readonly Deno.PermissionName[] = ["read", "write", "net", "env", "sys", "run", "ffi"];

interface Call {
  readonly row: Row;
  readonly name: string;
  readonly args: readonly string[];
  /** To be told about the applet, which then does not run. */
  readonly asked?: "help" | "version" | "permissions" | undefined;
}

/** A call, in a process that launchers before it have made ready. */
interface Link {
  readonly call: Call;
  readonly argv0: string;
  /** Undefined for the first. */
  readonly before: Before | undefined;
}

interface Before {
  readonly found: Found;
  readonly own: FileStat | undefined;
  /** Its path, as `Invocation.program` tells it. */
  readonly program: string | undefined;
  readonly inherited: Omit<Inherited, "nextOf">;
}

/** A file that would be executed. */
interface Program {
  readonly path: string;
  readonly stat: FileStat;
}

/** The file of a compiled denit. */
const OWN_PROGRAM = "/proc/self/exe";

const NOTHING: Omit<Inherited, "nextOf"> = {
  limits: [],
  newRoot: false,
  memoryGroup: false,
};

/** argv[0] names the applet; as `denit` (or under another name that is no applet's) the first argument does. */
function callOf({ argv0, args, path }: Start): Call {
  const name = baseName(argv0);
  // A program may be called what its caller likes (chpst -b); then it is what the file is called.
  const row = rowOf(name, argv0) ?? rowOf(baseName(path()), argv0);
  if (row !== undefined && row !== MULTICALL) return { row, name, args, asked: askedBy(args) };
  const [first, ...rest] = args;
  const named = APPLETS.find((row) => row.name === first);
  if (named !== undefined) {
    return {
      row: named,
      name: named.name,
      args: rest,
      asked: named === MULTICALL ? undefined : askedBy(rest),
    };
  }
  const other = first === "--permissions" ? APPLETS.find((row) => row.name === rest[0]) : undefined;
  if (other !== undefined) return { row: other, name: other.name, args: [], asked: "permissions" };
  return { row: MULTICALL, name: MULTICALL.name, args };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function askedBy([first]: readonly string[]): "help" | "version" | undefined {
  if (first === "--help") return "help";
  return first === "--version" ? "version" : undefined;
}

/** How a link of a chain ends. */
type End =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "execute"; readonly kernel: LinuxKernel; readonly name: string; readonly become: Become }
  | { readonly kind: "go on"; readonly link: Link };

type Launching = Awaited<ReturnType<typeof loadLaunching>>;

/** Tells about an applet. */
function tell({ row, asked }: Call, applet: Applet): void {
  const scopes = asked === "permissions" ? applet.scopes : [];
  const symbols = symbolsOf(scopes);
  const kernel = new LinuxKernel(symbols, { args: [], longLived: false }, {});
  giveUp(scopes, false);
  print(kernel, 1, textOf(asked, row, applet, symbols));
}

function textOf(
  asked: Call["asked"],
  row: Row,
  applet: Applet,
  symbols: ReadonlySet<SymbolName>,
): string {
  if (asked === "version") return versionText(row.name);
  return asked === "permissions" ? leftText(symbols) : helpText(row, applet);
}

/** An applet that has been read in for a call, with all it needs to run. */
interface Ready {
  readonly applet: Runnable;
  /** There where another applet may follow on it. */
  readonly launching: Launching | undefined;
  readonly parts: Parts;
}

/** Runs one applet. */
function follow({ call, argv0, before }: Link, { applet, launching, parts }: Ready): End {
  const { args, name, row } = call;
  const longLived = row.longLived === true;
  const mayStay = launching !== undefined && namesLongLived(args);
  if ((longLived || mayStay) && before === undefined) startAgainWithSignalsBlocked(parts);
  const scopes = scopesOf(call, applet);
  const symbols = symbolsOf(scopes);
  const launches = row.launches === true;
  // Asked of libc, which needs ffi: so before that is given up, and only where it is used.
  const path = row === MULTICALL || row.startsItself === true ? ownPath(start) : "";
  const mayAgain = path !== "" && longLived && (before === undefined || Deno.build.standalone);
  const again = mayAgain ? { path, argv: [argv0, ...(before === undefined ? start.args : args)] } : undefined;
  const kernel = new LinuxKernel(symbols, { args, longLived, launches, found: before?.found, again }, parts);
  const needsProgram = row.startsItself === true || launching !== undefined;
  const program = before?.program ?? (needsProgram ? programOf(start) : undefined);
  const own = launching === undefined ? undefined : before?.own ?? kernel.stat(CWD, ownFile(start));
  // In other threads they stay blocked; until an applet that reads them follows, they do here what they always do.
  if (mayStay && symbols.has("pthread_sigmask")) kernel.unblockAll();
  giveUp(scopes, launching !== undefined);
  const nextOf = (become: Become) => nextCall(launching?.programOf(kernel, become), own, become);
  const inherited = { ...before?.inherited ?? NOTHING, nextOf: (become: Become) => nextOf(become)?.row };
  try {
    const paths = { ownPath: () => path, program: () => program };
    const become = applet.run({ argv0, name, args, kernel, inherited, ...paths });
    if (become.kind === "exit") return become;
    const next = nextOf(become);
    if (next === undefined) return { kind: "execute", kernel, name, become };
    return goOn(kernel, name, next, become, { own, program }, launching);
  } catch (thrown) {
    printLine(kernel, 2, `${name}: fatal: ${thrownText(thrown)}`);
    return { kind: "exit", code: EXIT.fatal };
  }
}

/** Leaves the process to the next applet. One that stays takes on what it can of the limits. */
function goOn(
  kernel: LinuxKernel,
  name: string,
  next: Call,
  become: Become,
  file: Pick<Before, "own" | "program">,
  launching: Launching | undefined,
): End {
  const stays = next.row.longLived === true;
  if (stays) launching?.takeOnLimits(kernel, name, next.name, become);
  const limits = stays ? [] : become.limits ?? [];
  kernel.appearAs(next.name);
  const { environment = kernel.environment, leaves = NOTHING } = become;
  const before = {
    found: { environment, softLimit: kernel.foundSoft },
    ...file,
    inherited: { ...NOTHING, ...leaves, limits },
  };
  return { kind: "go on", link: { call: next, argv0: become.argv[0] ?? "", before } };
}

/** Whether the call may lead to another applet of ours. */
function mayChain({ row, args }: Call): boolean {
  return row.launches === true && namesApplet(args);
}

/** The file that is executed for every applet: its device and inode tell whether a program is denit. */
function ownFile({ argv0 }: Start): string {
  return Deno.build.standalone ? OWN_PROGRAM : argv0;
}

/** The call that executing `program` would be; undefined where that is not denit. A script is told its path as argv[0]. */
function nextCall(
  program: Program | undefined,
  own: FileStat | undefined,
  { argv }: Become,
): Call | undefined {
  if (program === undefined || own === undefined) return undefined;
  const { path, stat } = program;
  if (stat.device !== own.device || stat.inode !== own.inode) return undefined;
  const [argv0 = "", ...args] = argv;
  return callOf({ argv0: Deno.build.standalone ? argv0 : path, args, path: () => path });
}

function scopesOf({ args }: Call, { scopes, narrowed }: Runnable): readonly Scope[] {
  return narrowed?.(args) ?? scopes;
}

function symbolsOf(scopes: readonly Scope[]): ReadonlySet<SymbolName> {
  return new Set([...ALWAYS, ...scopes.flatMap(({ symbols }) => symbols)]);
}

/** A script is told its own path and not argv[0]: so one that is called as an applet, and is no link, is always that. */
function programOf(start: Start): string | undefined {
  const path = programPath(start);
  const other = rowOf(path.slice(path.lastIndexOf("/") + 1), path);
  return path === "" || (!Deno.build.standalone && other !== undefined && other !== MULTICALL)
    ? undefined
    : path;
}

/**
 * What the build bakes in is BAKED alone; under `deno run -A` more was granted, and the first of the rest tells.
 * Each revocation is a call into the runtime, so it is made only for what there is. A launcher that may lead to another
 * applet leaves that one `ffi`, to bind what it needs and give it up.
 */
function giveUp(scopes: readonly Scope[], mayGoOn: boolean): void {
  const kept = new Set([...scopes.flatMap((scope) => scope.keeps), ...mayGoOn ? BAKED : []]);
  const granted = isGranted("read") ? PERMISSIONS : BAKED;
  for (const name of granted) if (!kept.has(name)) Deno.permissions.revokeSync({ name });
}

function isGranted(name: Deno.PermissionName): boolean {
  return Deno.permissions.querySync({ name }).state === "granted";
}

/** What an applet has left, asked of Deno after giving up as the applet does. */
function leftText(symbols: ReadonlySet<SymbolName>): string {
  return `granted: ${PERMISSIONS.filter(isGranted).join(" ")}\nbound: ${[...symbols].sort().join(" ")}\n`;
}

/** Reads in what the call runs. */
function load({ args, row }: Call): Promise<Runnable> {
  return row.loadFor?.(args) ?? row.load();
}

/** The parts of `sys` that the call needs. */
function partsFor(call: Call, applet: Runnable): ReadonlySet<PartName> {
  const { launches = false, longLived = false } = call.row;
  const besides: PartName[] = launches ? ["launch", "processes"] : longLived ? ["processes"] : [];
  return new Set([...partsOf(symbolsOf(scopesOf(call, applet))), ...besides]);
}

const start = howStarted();
for (let link: Link = { call: callOf(start), argv0: start.argv0, before: undefined };;) {
  const { call } = link;
  if (call.asked !== undefined) {
    tell(call, await call.row.load());
    Deno.exit(0);
  }
  const applet = await load(call);
  const launching = mayChain(call) ? await loadLaunching() : undefined;
  let parts: Parts = {};
  for (const name of partsFor(call, applet)) parts = { ...parts, [name]: await loadPart(name) };
  const end = follow(link, { applet, launching, parts });
  if (end.kind === "exit") Deno.exit(end.code);
  if (end.kind === "execute") Deno.exit((await loadLaunching()).execute(end.kernel, end.name, end.become));
  link = end.link;
}
