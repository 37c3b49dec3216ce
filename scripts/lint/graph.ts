/**
 * The import graph of the program, in the order of modules that the lint enforces (`ranks.ts`).
 *
 * `deno task check --graph` prints `drawing()`, which stands in ARCHITECTURE.md. A test compares the two, and asserts
 * that nothing points upwards and that no files import each other in a circle.
 */
import { isProgram, placeOf, placeOfImport } from "./place.ts";
import { RANKS } from "./ranks.ts";

/** An import of one file of the program by another. Both are paths below the repository's root. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** True when the import binds only types, so the compiler drops it. */
  readonly typeOnly: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s+from\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** The arrows that start at `file`, whose text is `source`. Packages and files outside the program are left out. */
export function arrowsOf(file: string, source: string): Arrow[] {
  const code = source.replace(COMMENTS, "");
  const found = [
    ...[...code.matchAll(STATIC)].map(([, type, names = "", specifier = ""]) => ({
      specifier,
      typeOnly: type !== undefined || namesTypesOnly(names),
    })),
    ...[...code.matchAll(DYNAMIC)].map(([, specifier = ""]) => ({ specifier, typeOnly: false })),
  ];
  return found.flatMap(({ specifier, typeOnly }) => {
    const to = placeOfImport(file, specifier);
    return isProgram(to) ? [{ from: file, to: to.file, typeOnly }] : [];
  });
}

/** True for `{ type A, type B }`, which binds only types. */
function namesTypesOnly(names: string): boolean {
  const inBraces = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  if (inBraces === undefined) return false;
  const specifiers = inBraces.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return specifiers.length > 0 && specifiers.every((name) => name.startsWith("type "));
}

/** Every arrow of the program. `sources` maps paths to texts. */
export function arrowsOfAll(sources: ReadonlyMap<string, string>): Arrow[] {
  return [...sources].flatMap(([file, source]) => isProgram(placeOf(file)) ? arrowsOf(file, source) : []);
}

function moduleOf(file: string): string {
  const place = placeOf(file);
  return place.kind === "outside" ? "" : place.module;
}

/** Modules from the ground up, in the order of the drawing's rows. */
const MODULES: readonly string[] = RANKS.flat();

/**
 * The graph of modules as a square, a row for each module, from the ground up. The mark in a column says that the
 * row's module imports the column's: `#` code, `o` types only, `\` the module itself. All marks stand left of the
 * diagonal: nothing points upwards.
 */
export function drawing(arrows: readonly Arrow[]): string {
  const width = Math.max(...MODULES.map((name) => name.length));
  const rows = MODULES.map((row, at) => {
    const marks = MODULES.map((column) => markOf(arrows, row, column)).join(" ").trimEnd();
    return `${`${at + 1}`.padStart(2)} ${row.padEnd(width)} ${marks}`;
  });
  const numbers = MODULES.map((_, at) => `${(at + 1) % 10}`).join(" ");
  return `${[`${" ".repeat(width + 4)}${numbers}`, ...rows].join("\n")}\n`;
}

function markOf(arrows: readonly Arrow[], row: string, column: string): string {
  if (row === column) return "\\";
  const those = arrows.filter(({ from, to }) => moduleOf(from) === row && moduleOf(to) === column);
  if (those.length === 0) return " ";
  return those.every(({ typeOnly }) => typeOnly) ? "o" : "#";
}

/** Files that import each other in a circle, types included: one sorted list for each circle. */
export function circles(arrows: readonly Arrow[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) next.set(from, [...next.get(from) ?? [], to]);
  const files = [...next.keys()];
  const reached = new Map(files.map((file) => [file, reachable(file, next)]));
  const reaches = (a: string, b: string) => reached.get(a)?.has(b) === true;
  const found = new Map<string, string[]>();
  for (const file of files.filter((one) => reaches(one, one))) {
    const circle = files.filter((other) => reaches(file, other) && reaches(other, file)).sort();
    found.set(circle.join("\n"), circle);
  }
  return [...found.values()];
}

function reachable(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...next.get(start) ?? []];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    waiting.push(...next.get(file) ?? []);
  }
  return seen;
}
