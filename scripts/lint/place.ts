/**
 * The place of a file in the program. Its path alone tells it. The rules of this plugin are a table over these places:
 * `sys` calls libc, `runtime` knows `sys`, a module decides in pure files and acts in its `host.ts` and the files of
 * `host/`, applets name modules, and `main.ts` starts applets.
 */
import { dirname, fromFileUrl, join, relative } from "@std/path";

/** A file of the program, with its module (a folder of `src`, or `main`), or a file outside of it. */
export type Place =
  | {
    readonly kind: "main" | "applets" | "runtime" | "sys" | "host" | "pure";
    readonly module: string;
    readonly file: string;
  }
  /** Tests, scripts, packages: the rules do not say what these may import. */
  | { readonly kind: "outside"; readonly file: string };

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** The path below the repository's root, whichever way the linter gave it. */
export function repositoryPath(filename: string): string {
  return filename.startsWith("/") ? relative(ROOT, filename) : join(filename);
}

/** Tells the place of a file by its path below the repository's root. */
export function placeOf(file: string): Place {
  if (file.endsWith("_test.ts")) return { kind: "outside", file };
  if (file === "main.ts") return { kind: "main", module: "main", file };
  const [top, module, name, ...deeper] = file.split("/");
  if (top !== "src" || module === undefined || name === undefined) return { kind: "outside", file };
  if (module === "applets" || module === "runtime" || module === "sys") return { kind: module, module, file };
  const isHost = (name === "host.ts" && deeper.length === 0) || (name === "host" && deeper.length > 0);
  return { kind: isHost ? "host" : "pure", module, file };
}

/** Tells the place that `specifier` names when `file` imports it. A package or a URL stands outside. */
export function placeOfImport(file: string, specifier: string): Place {
  return specifier.startsWith(".")
    ? placeOf(join(dirname(file), specifier))
    : { kind: "outside", file: specifier };
}

/** True for a pure file, which decides and never acts. */
export function isPure({ kind }: Place): boolean {
  return kind === "pure";
}

/** True for a file of the program. Such files end up in `dist/denit`; tests and scripts do not. */
export function isProgram(place: Place): boolean {
  return place.kind !== "outside";
}
