/**
 * Turns the scopes of an applet into the permissions of Deno that its process keeps and the functions of libc that it
 * binds.
 *
 * The compiled program has `ffi` and nothing else (`scripts/build.ts`). `deno run -A` grants everything.
 */
import type { SymbolName } from "../sys/symbols.ts";
import type { PartName } from "../runtime/parts.ts";
import type { Row, Runnable, Scope } from "./applet.ts";

/** Every applet binds these: they print a line. */
const ALWAYS: readonly SymbolName[] = ["write", "poll"];

/** The permissions of the compiled program and of the script form. */
const BAKED: readonly Deno.PermissionName[] = ["ffi"];

/** Every permission that Deno knows. */
export const PERMISSIONS: readonly Deno.PermissionName[] = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
];

/** The scopes that an applet needs for these arguments. */
export function scopesOf({ scopes, narrowed }: Runnable, args: readonly string[]): readonly Scope[] {
  return narrowed?.(args) ?? scopes;
}

/** The functions of libc that are bound for these scopes. */
export function symbolsOf(scopes: readonly Scope[]): ReadonlySet<SymbolName> {
  return new Set([...ALWAYS, ...scopes.flatMap(({ symbols }) => symbols)]);
}

/** Parts of `sys` that a row needs besides those its symbols belong to: to block signals, to become a program. */
export function partsOfRow({ launches = false, longLived = false }: Row): readonly PartName[] {
  if (launches) return ["launch", "processes"];
  return longLived ? ["processes"] : [];
}

/**
 * The permissions to revoke before an applet with these scopes runs.
 *
 * Each revocation is a call into the runtime, so only what was granted is named: where `readGranted`, denit was started
 * with `deno run -A`. A launcher that may lead to another applet (`mayChain`) leaves `ffi` to that applet, which binds
 * what it needs and gives `ffi` up.
 */
export function permissionsToRevoke(
  scopes: readonly Scope[],
  { mayChain, readGranted }: { readonly mayChain: boolean; readonly readGranted: boolean },
): readonly Deno.PermissionName[] {
  const kept = new Set([...scopes.flatMap(({ keeps }) => keeps), ...mayChain ? BAKED : []]);
  return (readGranted ? PERMISSIONS : BAKED).filter((name) => !kept.has(name));
}

/** The output of `denit --permissions APPLET`: the permissions that are still granted, and the functions bound. */
export function permissionsText(
  granted: readonly Deno.PermissionName[],
  symbols: ReadonlySet<SymbolName>,
): string {
  return `granted: ${granted.join(" ")}\nbound: ${[...symbols].sort().join(" ")}\n`;
}
