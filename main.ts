/**
 * argv[0] to applet to outcome. The only caller of Deno.exit.
 *
 * Order matters: how the process was started is read and libc bound while `ffi` is granted; then every
 * permission that the applet's scopes do not keep is given up, and only then the applet runs. Loading the applet
 * is the one thing that is waited for by promise; what follows is synchronous to the end.
 */
import { APPLETS, MULTICALL, rowOf } from "./src/applets/registry.ts";
import type { Applet, Row, Scope } from "./src/cli/applet.ts";
import type { Outcome } from "./src/cli/outcome.ts";
import { helpText, versionText } from "./src/cli/usage.ts";
import { LinuxKernel } from "./src/runtime/linux.ts";
import { print, printLine, thrownText } from "./src/runtime/report.ts";
import {
  howStarted,
  ownPath,
  programPath,
  type Start,
  startAgainWithSignalsBlocked,
} from "./src/runtime/start.ts";
import type { SymbolName } from "./src/sys/symbols.ts";

const FATAL = 111;
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

/** argv[0] names the applet; as `denit` (or under another name that is no applet's) the first argument does. */
function callOf({ argv0, args }: Start): Call {
  const name = argv0.slice(argv0.lastIndexOf("/") + 1);
  const row = rowOf(name, argv0);
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

function askedBy([first]: readonly string[]): "help" | "version" | undefined {
  if (first === "--help") return "help";
  return first === "--version" ? "version" : undefined;
}

function main(start: Start, call: Call, applet: Applet): number {
  const { row, name, args, asked } = call;
  const longLived = row.longLived === true && asked === undefined;
  if (longLived) startAgainWithSignalsBlocked();
  const scopes = scopesOf(call, applet);
  const symbols = new Set([...ALWAYS, ...scopes.flatMap((scope) => scope.symbols)]);
  // Asked of libc, which needs ffi: so before that is given up, and only where it is used.
  const path = row === MULTICALL || row.startsItself === true ? ownPath(start) : "";
  const again = path === "" || !longLived ? undefined : { path, argv0: start.argv0 };
  const kernel = new LinuxKernel(symbols, { args: start.args, longLived, again });
  const program = row.startsItself === true && asked === undefined ? programOf(start) : undefined;
  giveUp(scopes);
  switch (asked) {
    case "help":
      return said(kernel, helpText(row, applet));
    case "version":
      return said(kernel, versionText(row.name));
    case "permissions":
      return said(kernel, leftText(symbols));
  }
  try {
    const own = { ownPath: () => path, program: () => program };
    return perform(kernel, name, applet.run({ argv0: start.argv0, name, args, kernel, ...own }));
  } catch (thrown) {
    printLine(kernel, 2, `${name}: fatal: ${thrownText(thrown)}`);
    return FATAL;
  }
}

/** Comes back with an exit code, or not at all. */
function perform(kernel: LinuxKernel, name: string, outcome: Outcome): number {
  if (outcome.kind === "exit") return outcome.code;
  const { path, argv, environment } = outcome;
  try {
    kernel.become(path, argv, environment);
  } catch (thrown) {
    printLine(kernel, 2, `${name}: fatal: unable to run: ${path}: ${thrownText(thrown)}`);
    return FATAL;
  }
}

/** A script is told its own path and not argv[0]: so one that is called as an applet, and is no link, is always that. */
function programOf(start: Start): string | undefined {
  const path = programPath(start);
  const other = rowOf(path.slice(path.lastIndexOf("/") + 1), path);
  return path === "" || (!Deno.build.standalone && other !== undefined && other !== MULTICALL)
    ? undefined
    : path;
}

function scopesOf({ args, asked }: Call, { scopes, narrowed }: Applet): readonly Scope[] {
  switch (asked) {
    case undefined:
      return narrowed?.(args) ?? scopes;
    case "permissions":
      return scopes;
    default:
      return [];
  }
}

/**
 * What the build bakes in is BAKED alone; under `deno run -A` more was granted, and the first of the rest tells.
 * Each revocation is a call into the runtime, so it is made only for what there is.
 */
function giveUp(scopes: readonly Scope[]): void {
  const kept = new Set(scopes.flatMap((scope) => scope.keeps));
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

function said(kernel: LinuxKernel, text: string): number {
  print(kernel, 1, text);
  return 0;
}

const start = howStarted();
const call = callOf(start);
Deno.exit(main(start, call, await call.row.load()));
