/**
 * Rule `denit/documented`: every file of the program opens with a comment that says what it is for, and every symbol
 * that it exports has a doc comment. The reader of another file reads that comment and not the code.
 */
import { isProgram, placeOf, repositoryPath } from "./place.ts";

/** Matches a text that ends in a doc comment: the text before a documented declaration. */
const DOC_COMMENT = /\*\/\s*$/;

/** The name that a declaration exports. Of overloads only the first needs a comment. */
function nameOf(node: Deno.lint.ExportNamedDeclaration): string | undefined {
  const { declaration } = node;
  switch (declaration?.type) {
    case undefined:
      return undefined;
    case "VariableDeclaration": {
      const id = declaration.declarations[0]?.id;
      return id?.type === "Identifier" ? id.name : "a pattern";
    }
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "TSEnumDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return declaration.id?.name ?? "a declaration without a name";
    default:
      return "a declaration";
  }
}

/** The rule. */
export const documented: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    if (!isProgram(placeOf(file))) return {};
    const text = context.sourceCode.text;
    const seen = new Set<string>();
    return {
      Program(node) {
        if (text.startsWith("/**") || text.startsWith("#!")) return;
        context.report({
          node,
          message: `${file} has no comment at its head`,
          hint: "open the file with /** ... */ that says what it is for",
        });
      },
      ExportNamedDeclaration(node) {
        const name = nameOf(node);
        if (name === undefined || seen.has(name)) return;
        seen.add(name);
        const before = text.slice(0, node.range[0]);
        // In a file without imports the comment at its head is the file's, unless the export stands right below it.
        if (DOC_COMMENT.test(before)) return;
        context.report({
          node,
          message: `${file} exports ${name} without a doc comment`,
          hint: "say what it does, with shapes, units and errors",
        });
      },
    };
  },
};
