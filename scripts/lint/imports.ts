/**
 * Rule `denit/imports`: a file imports what stands below its module (`ranks.ts`), never what stands above or beside.
 * Pure files import pure files only. An imported type costs nothing when the program runs, so types cross from hosts
 * into pure files; but a type, too, only comes from below.
 */
import { isPure, type Place, placeOf, placeOfImport, repositoryPath } from "./place.ts";
import { standsBelow } from "./ranks.ts";

/** Main.ts reads how the process was started and prints before there is an applet: it loads these, and no more. */
const BOOTSTRAP = ["kernel", "linux", "parts", "report", "start"].map((name) => `src/runtime/${name}.ts`);
const ENTRIES = ["src/applets/registry.ts", "src/applets/loaders.ts", "src/launch/host.ts", ...BOOTSTRAP];

/** Each function returns true when a file of the kind named by the key may import `to`, which stands below it. */
const ALLOWED: { readonly [kind in Place["kind"]]: (to: Place) => boolean } = {
  main: (to) => isPure(to) || ENTRIES.includes(to.file),
  applets: (to) =>
    to.kind === "applets" || to.kind === "host" || isPure(to) || to.file === "src/runtime/report.ts",
  host: (to) => to.kind === "host" || to.kind === "runtime" || to.kind === "sys" || isPure(to),
  pure: isPure,
  runtime: (to) => to.kind === "runtime" || to.kind === "sys" || isPure(to),
  sys: (to) => to.kind === "sys" || isPure(to),
  outside: () => true,
};

const HINT: { readonly [kind in Place["kind"]]: string } = {
  main:
    "main.ts may import pure files, applets/registry, applets/loaders, launch/host and runtime's kernel, linux, parts, report, start",
  applets: "an applet may import hosts and pure files, and runtime/report",
  host: "a host may import hosts and pure files of its module and of lower ones (scripts/lint/ranks.ts)",
  pure: "a pure file may import pure files of its module and of lower ones (scripts/lint/ranks.ts)",
  runtime: "runtime may import sys, posix and time",
  sys: "sys may import posix and time",
  outside: "",
};

/**
 * True when the import is allowed. The types of a system call are no part of a decision; `cli` names symbols only to
 * say what an applet binds.
 */
function allows(from: Place, to: Place, typeOnly: boolean): boolean {
  if (from.kind === "outside") return true;
  if (to.kind === "outside" || !standsBelow(to.module, from.module)) return false;
  if (typeOnly) return !(from.kind === "pure" && from.module !== "cli" && to.kind === "sys");
  return ALLOWED[from.kind](to);
}

type Specifier = Deno.lint.ImportDeclaration["specifiers"][number] | Deno.lint.ExportSpecifier;

function isType(specifier: Specifier): boolean {
  if (specifier.type === "ImportSpecifier") return specifier.importKind === "type";
  return specifier.type === "ExportSpecifier" && specifier.exportKind === "type";
}

/**
 * True when only types are imported. `import { type A, type B }` runs the module in name only: the compiler drops it.
 */
function onlyTypes(specifiers: readonly Specifier[]): boolean {
  return specifiers.length > 0 && specifiers.every(isType);
}

export const imports: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    const from = placeOf(file);

    function check(node: Deno.lint.Node, specifier: unknown, typeOnly: boolean): void {
      if (typeof specifier !== "string") return;
      if (allows(from, placeOfImport(file, specifier), typeOnly)) return;
      context.report({ node, message: `${file} may not import "${specifier}"`, hint: HINT[from.kind] });
    }

    return {
      ImportDeclaration: (node) =>
        check(node, node.source.value, node.importKind === "type" || onlyTypes(node.specifiers)),
      ExportAllDeclaration: (node) => check(node, node.source.value, node.exportKind === "type"),
      ExportNamedDeclaration: (node) =>
        check(node, node.source?.value, node.exportKind === "type" || onlyTypes(node.specifiers)),
      ImportExpression: (node) => check(node, "value" in node.source ? node.source.value : undefined, false),
    };
  },
};
