/** Telling a name that is used as a value from one that only looks like a value: a key, a member, a type. */

function same(a: Deno.lint.Node, b: Deno.lint.Node): boolean {
  return a.range[0] === b.range[0] && a.range[1] === b.range[1];
}

/** True if the program reads the value of this name. */
export function isValue(node: Deno.lint.Identifier): boolean {
  const parent: Deno.lint.Node = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !same(parent.property, node);
    case "Property":
      // In `{ Deno }` the name is the key and the value at once.
      return parent.computed || parent.shorthand || !same(parent.key, node);
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.computed || !same(parent.key, node);
    case "TSQualifiedName":
    case "TSTypeReference":
    case "TSTypeQuery":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return false;
    default:
      return true;
  }
}

/** The name of the member that `node` reads, whether written `.name` or `["name"]`. */
export function memberName(node: Deno.lint.MemberExpression): string | undefined {
  const { property } = node;
  if (property.type === "Identifier") return node.computed ? undefined : property.name;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}
