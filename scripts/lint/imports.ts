/**
 * Rule `denit/imports`: which place may import which. Types cost nothing and bind nothing, so only pure files
 * mind them.
 */
import { isPure, type Place, placeOf, placeOfImport, repositoryPath } from "./place.ts";

/** What it takes to read how the process was started and to print before there is an applet. */
const BOOTSTRAP = ["kernel", "linux", "parts", "report", "start"].map((name) => `src/runtime/${name}.ts`);
const ENTRIES = ["src/applets/registry.ts", "src/launch/host.ts", ...BOOTSTRAP];

/** Whether a file of the place named by the key may import `to`. */
const ALLOWED: { readonly [kind in Place["kind"]]: (to: Place, from: Place) => boolean } = {
  main: (to) => to.kind === "cli" || ENTRIES.includes(to.file),
  applets: (to) =>
    to.kind === "applets" || to.kind === "host" || isPure(to) || to.file === "src/runtime/report.ts",
  host: (to, from) => to.kind === "runtime" || to.kind === "sys" || isPure(to) || isSameModule(to, from),
  pure: isPure,
  cli: isPure,
  time: (to) => to.kind === "time",
  runtime: (to) => to.kind === "runtime" || to.kind === "sys" || to.kind === "time",
  sys: (to) => to.kind === "sys",
  outside: () => true,
};

/** A host may lie in several files, which are parts of one. */
function isSameModule(to: Place, from: Place): boolean {
  return to.kind === "host" && from.kind === "host" && to.module === from.module;
}

const HINT: { readonly [kind in Place["kind"]]: string } = {
  main:
    "main.ts may import applets/registry, launch/host, cli and runtime's kernel, linux, parts, report and start",
  applets: "an applet may import modules and runtime/report",
  host: "a host may import its module, runtime, sys and other modules' pure files",
  pure: "a pure file may import pure files, cli and time",
  cli: "cli may import pure files and time",
  time: "time may import time only",
  runtime: "runtime may import sys and time",
  sys: "sys may import sys only",
  outside: "",
};

/** The types of a system call are no part of a decision; `cli` names symbols only to say what an applet binds. */
function allows(from: Place, to: Place, typeOnly: boolean): boolean {
  if (typeOnly) return !((from.kind === "pure" || from.kind === "time") && to.kind === "sys");
  return ALLOWED[from.kind](to, from);
}

type Specifier = Deno.lint.ImportDeclaration["specifiers"][number] | Deno.lint.ExportSpecifier;

function isType(specifier: Specifier): boolean {
  if (specifier.type === "ImportSpecifier") return specifier.importKind === "type";
  return specifier.type === "ExportSpecifier" && specifier.exportKind === "type";
}

/** `import { type A, type B }` runs the module in name only: the compiler drops it. */
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
