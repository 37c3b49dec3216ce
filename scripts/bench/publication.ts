/** Where a benchmark's page and plot go. */

import type { Options } from "./options.ts";

const BENCH = new URL("../../bench", import.meta.url).pathname;

/** Write `name.md` and `name.svg`, or print the page. */
export function publish(options: Options, name: string, markdown: string, svg: () => string): void {
  const out = outputDirectory(options);
  if (out === undefined) return console.log(markdown);
  Deno.mkdirSync(out, { recursive: true });
  Deno.writeTextFileSync(`${out}/${name}.md`, markdown);
  Deno.writeTextFileSync(`${out}/${name}.svg`, svg());
  console.log(`wrote ${name}.md and ${name}.svg to ${out}`);
}

/** Results of part of a run never replace those of a complete one unasked. */
function outputDirectory(options: Options): string | undefined {
  const partial = ["quick", "only", "peers", "forms", "before"].some((name) => options[name] !== undefined);
  return options["out"] ?? (partial ? undefined : BENCH);
}
