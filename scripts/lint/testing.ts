/** Runs the plugin over a piece of source as if it stood in `file`. */
import plugin from "./mod.ts";

/** What the rule `denit/NAME` says of `source`, one message a finding, in order. */
export function complaints(rule: string, file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source)
    .filter(({ id }) => id === `denit/${rule}`)
    .map(({ message }) => message);
}
