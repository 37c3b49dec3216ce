/**
 * The script form: a head that sh reads and executes deno in, then the program, which deno does not read by itself: it
 * is told to run a few lines, `loader.js`, that read what is needed of the file.
 */
import { byteLength, type Packed } from "./chunks.ts";

/** For files sh can read from any directory, whatever their name holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const RUN_FLAGS = [
  "--quiet",
  "--no-config",
  "--no-lock",
  "--cached-only",
  "--no-npm",
  "--no-remote",
  "--no-code-cache",
  "--no-check",
  "--no-prompt",
];

/** Numbers in the loader are as long as this: where the program lies depends on how long it is. */
const DIGITS = 8;

export interface ScriptForm {
  readonly chunks: Packed;
  /** The chunk to start with. */
  readonly entry: string;
  /** The deno to use where neither DENIT_DENO nor PATH names one. */
  readonly deno: string;
  /** Permissions and V8 flags, as the compiled form has them baked in. */
  readonly flags: readonly string[];
  /** Names of the applets that need signals blocked before deno starts. */
  readonly longLived: readonly string[];
}

/** The files that it is made of. */
export interface Templates {
  /** head.sh */
  readonly head: string;
  /** loader.js */
  readonly loader: string;
}

/** The lines of a text without indentation, empty ones and comments. */
function kept(text: string, comment: RegExp): string[] {
  return text.split("\n").map((line) => line.replace(/^ +/, "")).filter((line) =>
    line !== "" && !comment.test(line)
  );
}

/** The text of an executable file. */
export function scriptForm(templates: Templates, form: ScriptForm): string {
  const tableAt = byteLength(filledHead(templates, form, 0));
  return filledHead(templates, form, tableAt) + form.chunks.text;
}

function filledHead(
  { head, loader }: Templates,
  { chunks, entry, deno, flags, longLived }: ScriptForm,
  tableAt: number,
): string {
  const digits = (number: number) => String(number).padStart(DIGITS, "0");
  const code = kept(loader, /^\/\//)
    .join("")
    .replaceAll("@TABLE_AT@", digits(tableAt))
    .replaceAll("@TABLE_LENGTH@", digits(chunks.tableLength))
    .replaceAll("@TEXT_AT@", digits(tableAt + chunks.tableLength))
    .replaceAll("@ID@", chunks.id)
    .replaceAll("@ENTRY@", entry);
  const filled = kept(head, /^#(?!!)/)
    .join("\n")
    .replaceAll("@NEWLINE@", "\x01")
    .replaceAll("@RUN@", ["run", ...RUN_FLAGS, ...flags].join(" "))
    .replaceAll("@LONG_LIVED@", longLived.join("|"))
    .replaceAll("@LOADER@", () => shellQuote(dataUrl(code)))
    .replaceAll("@DENO@", () => shellQuote(deno));
  return `${filled}\n`;
}

/** What of it may not stand in a URL is written as a URL has it. */
function dataUrl(code: string): string {
  return `data:application/javascript,${code.replaceAll(/[%# "\\^`{|}]/g, encodeURIComponent)}`;
}
