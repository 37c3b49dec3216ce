/** Writing the page and the plot of a benchmark. */

import type { Options } from "./options.ts";

const BENCH = new URL("../../bench", import.meta.url).pathname;

/** Writes `name.md` and `name.svg`, or prints the page. */
export function publish(options: Options, name: string, markdown: string, svg: () => string): void {
  const out = outputDirectory(options);
  if (out === undefined) return console.log(markdown);
  Deno.mkdirSync(out, { recursive: true });
  Deno.writeTextFileSync(`${out}/${name}.md`, markdown);
  Deno.writeTextFileSync(`${out}/${name}.svg`, svg());
  console.log(`wrote ${name}.md and ${name}.svg to ${out}`);
}

/** The directory to write to. The results of a part of a run replace those of a complete run only if that is asked for. */
function outputDirectory(options: Options): string | undefined {
  const partial = ["quick", "only", "peers", "forms", "before"].some((name) => options[name] !== undefined);
  return options["out"] ?? (partial ? undefined : BENCH);
}
