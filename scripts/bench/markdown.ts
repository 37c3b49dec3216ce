/** The parts of a Markdown page, in the form in which `deno fmt` leaves them. */

/** Nothing where there is no body. */
export function section(heading: string, body: string): string[] {
  return body === "" ? [] : [`## ${heading}`, body];
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Columns as wide as their widest cell. Without lines, nothing. */
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
