/**
 * The script form: a head that sh runs and that executes deno, then the program. deno does not read the program itself:
 * it runs a few lines, `loader.js`, that read the chunks that are needed from the file.
 */
import { byteLength, type Packed } from "./chunks.ts";

/** Quotes a text for sh, whatever characters it has. */
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

/** Digits of each number in the loader. They are fixed, because the position of the program depends on the loader's length. */
const DIGITS = 8;

/** The parts of a script form. */
export interface ScriptForm {
  readonly chunks: Packed;
  /** The name of the chunk to start with. */
  readonly entry: string;
  /** The deno to use if neither DENIT_DENO nor PATH names one. */
  readonly deno: string;
  /** Permissions and V8 flags, as the compiled form has them baked in. */
  readonly flags: readonly string[];
  /** Names of the applets that need signals blocked before deno starts. */
  readonly longLived: readonly string[];
}

/** The files of which the script form is made. */
export interface Templates {
  /** The text of head.sh. */
  readonly head: string;
  /** The text of loader.js. */
  readonly loader: string;
}

/** The lines of a text, without indentation, empty lines and comments. */
function kept(text: string, comment: RegExp): string[] {
  return text.split("\n").map((line) => line.replace(/^ +/, "")).filter((line) =>
    line !== "" && !comment.test(line)
  );
}

/** The text of the executable file. */
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

/** Code as a data URL; characters that may not stand in a URL are escaped. */
function dataUrl(code: string): string {
  return `data:application/javascript,${code.replaceAll(/[%# "\\^`{|}]/g, encodeURIComponent)}`;
}
