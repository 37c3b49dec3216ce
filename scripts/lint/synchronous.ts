/**
 * Rule `denit/synchronous`: the program has one thread and one blocking wait, so a promise or a timer in it would never
 * be settled. Only code is loaded by promise, before anything waits. Tests and scripts are free.
 */
import { isValue } from "./names.ts";
import { isProgram, placeOf, repositoryPath } from "./place.ts";

const LATER = new Set([
  "Promise",
  "clearInterval",
  "clearTimeout",
  "queueMicrotask",
  "requestAnimationFrame",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

/** Files that may load code, and the name of the function that does it: main.ts waits for that code. */
const LOADING: { readonly [file: string]: string } = {
  "src/applets/loaders.ts": "import()",
  "src/runtime/parts.ts": "import()",
  "main.ts": "await",
};

/** The rule. */
export const synchronous: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    if (!isProgram(placeOf(file))) return {};

    function complain(node: Deno.lint.Node, what: string): void {
      if (LOADING[file] === what) return;
      context.report({ node, message: `${file} belongs to the program, which is synchronous: no ${what}` });
    }
    function checkFunction(node: { readonly async: boolean } & Deno.lint.Node): void {
      if (node.async) complain(node, "async functions");
    }

    return {
      FunctionDeclaration: checkFunction,
      FunctionExpression: checkFunction,
      ArrowFunctionExpression: checkFunction,
      AwaitExpression: (node) => complain(node, "await"),
      ForOfStatement: (node) => {
        if (node.await) complain(node, "for await");
      },
      ImportExpression: (node) => complain(node, "import()"),
      Identifier: (node) => {
        if (LATER.has(node.name) && isValue(node)) complain(node, node.name);
      },
    };
  },
};
