/**
 * argv[0] to applet to outcome. The only caller of Deno.exit.
 *
 * Order matters: how the process was started is read and libc bound while `ffi` is granted; then every
 * permission that the applet's scopes do not keep is given up, and only then the applet runs.
 */
import { appletOf, APPLETS, MULTICALL } from "./src/applets/registry.ts";
import type { Applet, Scope } from "./src/cli/applet.ts";
import { helpText, versionText } from "./src/cli/usage.ts";
import { LinuxKernel } from "./src/runtime/linux.ts";
import { print, printLine, thrownText } from "./src/runtime/report.ts";
import { howStarted, ownPath, type Start, startAgainWithSignalsBlocked } from "./src/runtime/start.ts";
import type { SymbolName } from "./src/sys/symbols.ts";

const FATAL = 111;
/** Bound for every applet: what it takes to print a line. */
const ALWAYS: readonly SymbolName[] = ["write", "poll"];
const BAKED: readonly Deno.PermissionName[] = ["ffi"];
const PERMISSIONS: readonly Deno.PermissionName[] = ["read", "write", "net", "env", "sys", "run", "ffi"];

interface Call {
  readonly applet: Applet;
  readonly name: string;
  readonly args: readonly string[];
}

function main(): number {
  const start = howStarted();
  const call = callOf(start);
  if (call.applet.name === "denit" && call.args[0] === "--permissions") {
    return printPermissions(call.args[1]);
  }
  const asked = call.args[0];
  if (call.applet.longLived === true && asked !== "--help" && asked !== "--version") {
    startAgainWithSignalsBlocked();
  }
  const scopes = call.applet.narrowed?.(call.args) ?? call.applet.scopes;
  const kernel = new LinuxKernel(symbolsOf(scopes), start.args);
  // Asked of libc, which needs ffi: so before that is given up, and only where it is used.
  const path = call.applet === MULTICALL ? ownPath(start) : "";
  giveUp(call.applet);
  if (call.applet.name !== "denit" && asked === "--help") return said(kernel, helpText(call.applet));
  if (call.applet.name !== "denit" && asked === "--version") {
    return said(kernel, versionText(call.applet.name));
  }
  const { argv0 } = start;
  try {
    return call.applet.run({ argv0, name: call.name, args: call.args, kernel, ownPath: () => path }).code;
  } catch (thrown) {
    printLine(kernel, 2, `${call.name}: fatal: ${thrownText(thrown)}`);
    return FATAL;
  }
}

/** argv[0] names the applet; as `denit` (or under another name that is no applet's) the first argument does. */
function callOf({ argv0, args }: Start): Call {
  const name = argv0.slice(argv0.lastIndexOf("/") + 1);
  const byName = appletOf(name, argv0);
  if (byName !== undefined && byName.name !== "denit") return { applet: byName, name, args };
  const [first, ...rest] = args;
  const byArgument = first === undefined ? undefined : APPLETS.find((applet) => applet.name === first);
  if (first !== undefined && byArgument !== undefined) return { applet: byArgument, name: first, args: rest };
  return { applet: MULTICALL, name: MULTICALL.name, args };
}

function symbolsOf(scopes: readonly Scope[]): ReadonlySet<SymbolName> {
  return new Set([...ALWAYS, ...scopes.flatMap((scope) => scope.symbols)]);
}

/**
 * What the build bakes in is BAKED alone; under `deno run -A` more was granted, and the first of the rest tells.
 * Each revocation is a call into the runtime, so it is made only for what there is.
 */
function giveUp(applet: Applet): void {
  const kept = new Set(applet.scopes.flatMap((scope) => scope.keeps));
  const granted = Deno.permissions.querySync({ name: "read" }).state === "granted" ? PERMISSIONS : BAKED;
  for (const name of granted) if (!kept.has(name)) Deno.permissions.revokeSync({ name });
}

function said(kernel: LinuxKernel, text: string): number {
  print(kernel, 1, text);
  return 0;
}

/** What an applet has left, asked of Deno after giving up as the applet does. */
function printPermissions(name: string | undefined): number {
  const applet = APPLETS.find((candidate) => candidate.name === name);
  const symbols = symbolsOf((applet ?? MULTICALL).scopes);
  const kernel = new LinuxKernel(symbols, []);
  if (applet === undefined) {
    printLine(kernel, 2, `denit: fatal: no such applet: ${name ?? ""}`);
    return 127;
  }
  giveUp(applet);
  const granted = PERMISSIONS.filter((permission) =>
    Deno.permissions.querySync({ name: permission }).state === "granted"
  );
  return said(kernel, `granted: ${granted.join(" ")}\nbound: ${[...symbols].sort().join(" ")}\n`);
}

Deno.exit(main());
