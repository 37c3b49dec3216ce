/**
 * Option letters of a command line, read as runit's and daemontools' getopt reads them: the first word that is
 * no option ends them.
 */

export type Letters =
  | {
    readonly kind: "letters";
    /** In the order typed; the value is empty for a letter that takes none. */
    readonly letters: readonly (readonly [letter: string, value: string])[];
    readonly words: readonly string[];
  }
  /** What is wrong, for behind the program's name and a colon. */
  | { readonly kind: "complaint"; readonly complaint: string };

/** `plain` letters take no value, `valued` ones take the rest of their word, or else the next word. */
export function readLetters(args: readonly string[], plain: string, valued: string): Letters {
  const letters: (readonly [string, string])[] = [];
  let next = 0;
  for (; next < args.length; next++) {
    const word = args[next] ?? "";
    if (word === "--") return { kind: "letters", letters, words: args.slice(next + 1) };
    if (word === "-" || !word.startsWith("-")) break;
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      if (plain.includes(letter)) {
        letters.push([letter, ""]);
        continue;
      }
      if (!valued.includes(letter)) return complain("illegal option", letter);
      const joined = word.slice(at + 1);
      const value = joined === "" ? args[++next] : joined;
      if (value === undefined) return complain("option requires an argument", letter);
      letters.push([letter, value]);
      break;
    }
  }
  return { kind: "letters", letters, words: args.slice(next) };
}

function complain(what: string, letter: string): Letters {
  return { kind: "complaint", complaint: `${what} -- ${letter}` };
}
