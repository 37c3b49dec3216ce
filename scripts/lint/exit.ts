/** Rule `denit/exit`: only `main.ts` ends the process. All other files of the program return an outcome. */
import { memberName } from "./names.ts";
import { placeOf, repositoryPath } from "./place.ts";

/** The rule. */
export const exit: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    const { kind } = placeOf(file);
    if (kind === "main" || kind === "outside") return {};
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "Deno") return;
        if (memberName(node) !== "exit") return;
        context.report({ node, message: `${file} may not end the process`, hint: "return an Outcome" });
      },
      VariableDeclarator(node) {
        if (node.init?.type !== "Identifier" || node.init.name !== "Deno") return;
        context.report({ node, message: `${file} may not take Deno apart`, hint: "write Deno.name in full" });
      },
    };
  },
};
