/**
 * argv[0] to applet to outcome. The only caller of Deno.exit.
 *
 * Order matters. While `ffi` is granted, main.ts reads how the process was started and binds libc. Then it gives up
 * every permission that the applet's scopes do not keep, and only then the applet runs. Loading code is the one thing
 * that is waited for by promise; an applet runs synchronously. What is decided on the way stands in `src/cli/call.ts`
 * and `src/cli/scopes.ts`.
 *
 * An applet may ask to become another program. Where that program is denit again, under whatever name, the next applet
 * runs in this process, which is then as the last applet left it: a chain of launchers costs one start.
 */
import { loadApplet, loadForCall, loadLaunching } from "./src/applets/loaders.ts";
import { type AppletRow, REGISTRY } from "./src/applets/registry.ts";
import type { Applet, Inherited, Runnable, Scope } from "./src/cli/applet.ts";
import {
  answerTo,
  type Call,
  callOf,
  nextCall,
  type Preparation,
  preparationOf,
  startableProgram,
} from "./src/cli/call.ts";
import type { Become } from "./src/cli/outcome.ts";
import {
  partsOfRow,
  PERMISSIONS,
  permissionsText,
  permissionsToRevoke,
  scopesOf,
  symbolsOf,
} from "./src/cli/scopes.ts";
import { CWD, STDERR, STDOUT } from "./src/posix/descriptor.ts";
import { EXIT } from "./src/posix/exit_code.ts";
import type { FileStat } from "./src/runtime/kernel.ts";
import { LinuxKernel, OWN_PROGRAM, type StartState } from "./src/runtime/linux.ts";
import { loadPart, type PartName, type Parts, partsOf } from "./src/runtime/parts.ts";
import { print, printLine, thrownText } from "./src/runtime/report.ts";
import { howStarted, ownPath, programPath, startAgainWithSignalsBlocked } from "./src/runtime/start.ts";
import type { SymbolName } from "./src/sys/symbols.ts";

/** A call, in a process that the launchers before it have made ready. */
interface Link {
  readonly call: Call<AppletRow>;
  readonly argv0: string;
  /** The state that the applet before it in this process has left; undefined for the first. */
  readonly before: Before | undefined;
}

/** The state that one applet of a chain leaves to the next. */
interface Before {
  readonly startState: StartState;
  readonly file: OwnFile;
  readonly inherited: Omit<Inherited, "nextOf">;
}

/** The own program file. A field is undefined where the applet does not need it. */
interface OwnFile {
  /** The file that is executed for every applet: its device and inode tell whether a program is denit. */
  readonly stat: FileStat | undefined;
  /** The path that `Invocation.program` tells. */
  readonly program: string | undefined;
}

/** The end of a link of a chain. */
type End =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "execute"; readonly kernel: LinuxKernel; readonly name: string; readonly become: Become }
  | { readonly kind: "go on"; readonly link: Link };

type Launching = Awaited<ReturnType<typeof loadLaunching>>;

/** The code of an applet for one call, with all that it needs to run. */
interface Loaded {
  readonly applet: Runnable;
  /** There where another applet may follow on this one. */
  readonly launching: Launching | undefined;
  readonly parts: Parts;
}

const NOTHING: Omit<Inherited, "nextOf"> = { limits: [], newRoot: false, memoryGroup: false };

const isCompiled = Deno.build.standalone;

/** Answers a question about an applet. */
function answer({ row, asked }: Call, applet: Applet): void {
  const scopes = asked === "permissions" ? applet.scopes : [];
  const symbols = symbolsOf(scopes);
  const kernel = new LinuxKernel(symbols, { args: [], longLived: false }, {});
  giveUp(scopes, false);
  // Deno is asked after giving up what the applet would give up.
  const granted = asked === "permissions" ? PERMISSIONS.filter(isGranted) : [];
  print(kernel, STDOUT, answerTo(asked, row, applet, permissionsText(granted, symbols)));
}

/** Runs one applet. */
function follow(link: Link, preparation: Preparation, { applet, launching, parts }: Loaded): End {
  const { call, argv0, before } = link;
  const { args, name } = call;
  if (preparation.blocksSignals) startAgainWithSignalsBlocked(parts);
  const scopes = scopesOf(applet, args);
  const symbols = symbolsOf(scopes);
  // Asked of libc, which needs ffi: so before that is given up, and only where it is used.
  const path = preparation.needsOwnPath ? ownPath(start) : "";
  const kernel = kernelFor(link, preparation, { symbols, parts, path });
  const file = before?.file ?? {
    stat: launching && kernel.stat(CWD, isCompiled ? OWN_PROGRAM : start.argv0),
    program: preparation.needsProgram
      ? startableProgram(REGISTRY, programPath(start), isCompiled)
      : undefined,
  };
  // Other threads keep them blocked. Until an applet reads them, they do here what they always do.
  if (preparation.mayStay && symbols.has("pthread_sigmask")) kernel.unblockAll();
  giveUp(scopes, preparation.mayChain);
  const nextOf = (become: Become) => {
    const program = launching?.programOf(kernel, become);
    return nextCall(REGISTRY, { program, own: file.stat, isCompiled }, become);
  };
  const inherited = { ...before?.inherited ?? NOTHING, nextOf: (become: Become) => nextOf(become)?.row };
  try {
    const paths = { ownPath: () => path, program: () => file.program };
    const become = applet.run({ argv0, name, args, kernel, inherited, ...paths });
    if (become.kind === "exit") return become;
    const next = nextOf(become);
    if (next === undefined) return { kind: "execute", kernel, name, become };
    return goOn(kernel, name, next, become, file, launching);
  } catch (thrown) {
    printLine(kernel, STDERR, `${name}: fatal: ${thrownText(thrown)}`);
    return { kind: "exit", code: EXIT.fatal };
  }
}

/** Binds libc for the applet of a link; `path` is the one that was executed, empty where the applet is not told it. */
function kernelFor(
  { call: { row, args }, argv0, before }: Link,
  { mayStartAgain }: Preparation,
  { symbols, parts, path }: {
    readonly symbols: ReadonlySet<SymbolName>;
    readonly parts: Parts;
    readonly path: string;
  },
): LinuxKernel {
  const { longLived = false, launches = false } = row;
  const argv = [argv0, ...before === undefined ? start.args : args];
  const again = mayStartAgain && path !== "" ? { path, argv } : undefined;
  return new LinuxKernel(
    symbols,
    { args, longLived, launches, startState: before?.startState, again },
    parts,
  );
}

/** Leaves the process to the next applet. One that stays takes on what it can of the limits. */
function goOn(
  kernel: LinuxKernel,
  name: string,
  next: Call<AppletRow>,
  become: Become,
  file: OwnFile,
  launching: Launching | undefined,
): End {
  const stays = next.row.longLived === true;
  if (stays) launching?.takeOnLimits(kernel, name, next.name, become);
  const limits = stays ? [] : become.limits ?? [];
  kernel.appearAs(next.name);
  const { environment = kernel.environment, leaves = NOTHING } = become;
  const before = {
    startState: { environment, softLimit: kernel.startSoftLimit },
    file,
    inherited: { ...NOTHING, ...leaves, limits },
  };
  return { kind: "go on", link: { call: next, argv0: become.argv[0] ?? "", before } };
}

function giveUp(scopes: readonly Scope[], mayChain: boolean): void {
  const names = permissionsToRevoke(scopes, { mayChain, readGranted: isGranted("read") });
  for (const name of names) Deno.permissions.revokeSync({ name });
}

function isGranted(name: Deno.PermissionName): boolean {
  return Deno.permissions.querySync({ name }).state === "granted";
}

/** Names of the parts of `sys` that a call needs. */
function partsFor({ row, args }: Call, applet: Runnable): ReadonlySet<PartName> {
  return new Set([...partsOf(symbolsOf(scopesOf(applet, args))), ...partsOfRow(row)]);
}

const start = howStarted();
for (let link: Link = { call: callOf(REGISTRY, start), argv0: start.argv0, before: undefined };;) {
  const { call, before } = link;
  if (call.asked !== undefined) {
    answer(call, await loadApplet(call.row));
    Deno.exit(0);
  }
  const applet = await loadForCall(call.row, call.args);
  const preparation = preparationOf(REGISTRY, call, { isFirst: before === undefined, isCompiled });
  const launching = preparation.mayChain ? await loadLaunching() : undefined;
  let parts: Parts = {};
  for (const name of partsFor(call, applet)) parts = { ...parts, [name]: await loadPart(name) };
  const end = follow(link, preparation, { applet, launching, parts });
  if (end.kind === "exit") Deno.exit(end.code);
  if (end.kind === "execute") Deno.exit((await loadLaunching()).execute(end.kernel, end.name, end.become));
  link = end.link;
}
