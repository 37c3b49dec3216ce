/**
 * Rule `denit/pure`: a file that decides reads no clock, no random numbers and no system, and remembers nothing. So its
 * answer is a function of its arguments, on which the simulation and the enumeration rest.
 */
import { isValue, memberName } from "./names.ts";
import { isPure, placeOf, repositoryPath } from "./place.ts";

const WORLD = new Set(["Deno", "Date", "Temporal", "performance", "crypto", "console", "fetch", "Worker"]);
const CONTAINERS = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

function isEmptyContainer(node: Deno.lint.Expression | null | undefined): boolean {
  switch (node?.type) {
    case "ArrayExpression":
      return node.elements.length === 0;
    case "ObjectExpression":
      return node.properties.length === 0;
    case "NewExpression":
      return node.callee.type === "Identifier" && CONTAINERS.has(node.callee.name) &&
        node.arguments.length === 0;
    default:
      return false;
  }
}

/** True for types such as `readonly Task[]` and `ReadonlyMap<...>`, which the compiler lets nobody change. */
function isReadonly({ id }: Deno.lint.VariableDeclarator): boolean {
  const type = id.type === "Identifier" ? id.typeAnnotation?.typeAnnotation : undefined;
  if (type?.type === "TSTypeOperator") return type.operator === "readonly";
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" &&
    type.typeName.name.startsWith("Readonly");
}

/** True for an empty container that may change: it can only be meant to be filled. */
function isState(declarator: Deno.lint.VariableDeclarator): boolean {
  return isEmptyContainer(declarator.init) && !isReadonly(declarator);
}

function isModuleLevel(node: Deno.lint.VariableDeclaration): boolean {
  return node.parent.type === "Program" || node.parent.type === "ExportNamedDeclaration";
}

function keepsState(node: Deno.lint.VariableDeclaration): boolean {
  return node.kind !== "const" || node.declarations.some(isState);
}

/** The rule. */
export const pure: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    const place = placeOf(file);

    if (place.kind === "applets") {
      return {
        Identifier(node) {
          if (node.name !== "Deno" || !isValue(node)) return;
          context.report({ node, message: `${file} is an applet and may not use Deno` });
        },
      };
    }
    if (!isPure(place)) return {};
    return {
      Identifier(node) {
        if (!WORLD.has(node.name) || !isValue(node)) return;
        context.report({ node, message: `${file} is pure and may not use ${node.name}` });
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "Math") return;
        if (memberName(node) !== "random") return;
        context.report({ node, message: `${file} is pure and may not use Math.random` });
      },
      VariableDeclaration(node) {
        if (!isModuleLevel(node) || !keepsState(node)) return;
        context.report({ node, message: `${file} is pure and may keep no state in the module` });
      },
    };
  },
};
