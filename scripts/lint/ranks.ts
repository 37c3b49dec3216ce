/**
 * The one order of modules, from the ground up. `denit/imports` holds every file to it, `deno task check --graph`
 * draws it, and ARCHITECTURE.md gives the reason of each rank.
 *
 * A file may import what stands on a lower rank. Modules on one rank do not know each other.
 */

/** Module names, lowest rank first. `main` is main.ts; every other name is a folder of `src`. */
export const RANKS: readonly (readonly string[])[] = [
  ["posix", "time"],
  ["runit", "sys"],
  ["runtime"],
  ["cli"],
  ["compression", "launch"],
  ["rotation"],
  ["logging"],
  ["loggers"],
  ["survival"],
  ["supervision"],
  ["control", "getty", "reading"],
  ["applets"],
  ["main"],
];

/** The rank of a module, 0 for the lowest; undefined for a folder that has no place in the order yet. */
export function rankOf(module: string): number | undefined {
  const rank = RANKS.findIndex((modules) => modules.includes(module));
  return rank < 0 ? undefined : rank;
}

/** True when a file of the module `from` may know a file of the module `to`. */
export function standsBelow(to: string, from: string): boolean {
  if (to === from) return true;
  const [lower, upper] = [rankOf(to), rankOf(from)];
  return lower !== undefined && upper !== undefined && lower < upper;
}
