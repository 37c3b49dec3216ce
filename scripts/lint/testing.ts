/** Running the plugin in tests, over a piece of source as if it stood in a file. */
import plugin from "./mod.ts";

/** The messages of the rule `denit/NAME` about `source` as the text of `file`, in order. */
export function complaints(rule: string, file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source)
    .filter(({ id }) => id === `denit/${rule}`)
    .map(({ message }) => message);
}
