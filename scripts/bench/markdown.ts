/** The parts of a Markdown page, formatted as `deno fmt` would format them. */

/** A section; nothing if it has no body. */
export function section(heading: string, body: string): string[] {
  return body === "" ? [] : [`## ${heading}`, body];
}

/** A list. */
export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

/** A table with columns as wide as their widest cells; nothing if it has no lines. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  if (lines.length === 0) return "";
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)));
  const row = (line: readonly string[]) =>
    `| ${widths.map((width, column) => (line[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [row(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.map(row)].join(
    "\n",
  );
}
