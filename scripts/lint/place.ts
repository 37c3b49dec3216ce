/**
 * Where a file stands in the program, told by its path alone. The rules of this plugin are a table over
 * these places: sys knows nothing, runtime knows sys, a module decides in pure files and acts in its
 * `host.ts` and the files of `host/`, applets name modules, and `main.ts` starts applets.
 */
import { dirname, fromFileUrl, join, relative } from "@std/path";

export type Place =
  | { readonly kind: "main" | "applets" | "cli" | "runtime" | "sys" | "time"; readonly file: string }
  | { readonly kind: "host" | "pure"; readonly module: string; readonly file: string }
  /** Tests, scripts, packages: no rule of places speaks of what they import. */
  | { readonly kind: "outside"; readonly file: string };

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** The path below the repository's root, whichever way the linter gave it. */
export function repositoryPath(filename: string): string {
  return filename.startsWith("/") ? relative(ROOT, filename) : join(filename);
}

export function placeOf(file: string): Place {
  if (file.endsWith("_test.ts")) return { kind: "outside", file };
  if (file === "main.ts") return { kind: "main", file };
  const [top, module, name, ...deeper] = file.split("/");
  if (top !== "src" || module === undefined || name === undefined) return { kind: "outside", file };
  const isHost = (name === "host.ts" && deeper.length === 0) || (name === "host" && deeper.length > 0);
  switch (module) {
    case "applets":
    case "runtime":
    case "sys":
    case "time":
      return { kind: module, file };
    case "cli":
      return isHost ? { kind: "host", module, file } : { kind: module, file };
    default:
      return { kind: isHost ? "host" : "pure", module, file };
  }
}

/** What `specifier` names when `file` imports it; a package or URL is no place of ours. */
export function placeOfImport(file: string, specifier: string): Place {
  return specifier.startsWith(".")
    ? placeOf(join(dirname(file), specifier))
    : { kind: "outside", file: specifier };
}

/** Files that decide and never do: pure files of modules, and all of `cli` and `time`. */
export function isPure({ kind }: Place): boolean {
  return kind === "pure" || kind === "cli" || kind === "time";
}

/** Files that end up in the program, as opposed to tests and scripts. */
export function isProgram(place: Place): boolean {
  return place.kind !== "outside";
}
