/** The script form: a head that sh reads and JavaScript does not, then the program that it starts deno with. */

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
  "--ext=js",
];

export interface ScriptForm {
  /** One JavaScript module. */
  readonly code: string;
  /** The deno to use where neither DENIT_DENO nor PATH names one. */
  readonly deno: string;
  /** Permissions and V8 flags, as the compiled form has them baked in. */
  readonly flags: readonly string[];
  /** Names of the applets that need signals blocked before deno starts. */
  readonly longLived: readonly string[];
}

function isKept(line: string, number: number): boolean {
  return number === 0 || line !== "" && (!/^\s*#/.test(line) || line === "# */");
}

/** The text of an executable file. `head` is head.sh. */
export function scriptForm(head: string, { code, deno, flags, longLived }: ScriptForm): string {
  const filled = head
    .split("\n")
    .filter(isKept)
    .map((line) => line.replace(/^ +/, ""))
    .join("\n")
    .replaceAll("@NEWLINE@", "\x01")
    .replaceAll("@RUN@", ["run", ...RUN_FLAGS, ...flags].join(" "))
    .replaceAll("@LONG_LIVED@", longLived.join("|"))
    .replaceAll("@DENO@", () => shellQuote(deno));
  return `${filled}\n${code}`;
}
