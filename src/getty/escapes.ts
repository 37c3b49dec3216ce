/** Backslash escapes of -I, as BusyBox's printf(1) and getty read them. */

const LETTERS: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** Up to three octal digits, or `x` and up to two hexadecimal ones, or a letter. Any other backslash stands for itself. */
const ESCAPE = /\\(?:([0-3]?[0-7]{1,2})|x([0-9A-Fa-f]{1,2})|([abefnrtv\\]))/g;

/** The bytes that `text` stands for. As in C, a NUL ends them. */
export function unescaped(text: string): string {
  const bytes = text.replaceAll(
    ESCAPE,
    (_, octal: string | undefined, hexadecimal: string | undefined, letter: string | undefined) => {
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      if (hexadecimal !== undefined) return String.fromCharCode(parseInt(hexadecimal, 16));
      return LETTERS[letter ?? ""] ?? "";
    },
  );
  const nul = bytes.indexOf("\0");
  return nul < 0 ? bytes : bytes.slice(0, nul);
}
