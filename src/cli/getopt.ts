/**
 * Options as the getopt of djb's programs reads them (subgetopt, which runit has as sgetopt).
 *
 * Letters may stand together (`-vP`), and an argument may be joined to its letter (`-uroot`). The first word that is
 * no option ends the options; so does `--`.
 */

/** The options that a program knows. */
export interface Grammar {
  /** Letters without an argument. */
  readonly flags: string;
  /** Letters with an argument. */
  readonly valued: string;
  /** Long options, each with whether it takes an argument. Absent: the program has none. */
  readonly long?: Readonly<Record<string, boolean>>;
  /**
   * The meaning of a word such as `--word` for a program without long options. The word ends the options, as it does in
   * djb's programs (the default), or `-` is read as an unknown letter.
   */
  readonly otherDashes?: "end options" | "unknown letter";
}

/** One option of a command line. */
export interface Option {
  /** A letter, or the name of a long option without its dashes. */
  readonly name: string;
  /** The argument; empty for an option that takes none. */
  readonly value: string;
}

/** A command line, read; or getopt's complaint, which stands behind the program's name and a colon. */
export type OptionsRead =
  | { readonly kind: "options"; readonly options: readonly Option[]; readonly rest: readonly string[] }
  | { readonly kind: "complaint"; readonly complaint: string };

/** The options of one word and how many words they took, or what is wrong with the word. */
type WordRead =
  | { readonly options: readonly Option[]; readonly taken: number }
  | { readonly complaint: string };

/** Reads options in the order typed. `rest` holds the words behind the options. */
export function readOptions(args: readonly string[], grammar: Grammar): OptionsRead {
  const options: Option[] = [];
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? "";
    if (word.length < 2 || !word.startsWith("-")) break;
    if (word === "--" || endsOptions(word, grammar)) {
      at++;
      break;
    }
    const read = word.startsWith("--") && grammar.long !== undefined
      ? readLongOption(word.slice(2), args[at + 1], grammar.long)
      : readLetters(word, args[at + 1], grammar);
    if ("complaint" in read) return { kind: "complaint", complaint: read.complaint };
    options.push(...read.options);
    at += read.taken;
  }
  return { kind: "options", options, rest: args.slice(at) };
}

function endsOptions(word: string, { long, otherDashes = "end options" }: Grammar): boolean {
  return word.startsWith("--") && long === undefined && otherDashes === "end options";
}

function readLetters(word: string, next: string | undefined, { flags, valued }: Grammar): WordRead {
  const options: Option[] = [];
  for (let at = 1; at < word.length; at++) {
    const name = word.charAt(at);
    if (flags.includes(name)) {
      options.push({ name, value: "" });
      continue;
    }
    if (!valued.includes(name)) return { complaint: `illegal option -- ${name}` };
    const joined = word.slice(at + 1);
    if (joined !== "") return { options: [...options, { name, value: joined }], taken: 1 };
    if (next === undefined) return { complaint: `option requires an argument -- ${name}` };
    return { options: [...options, { name, value: next }], taken: 2 };
  }
  return { options, taken: 1 };
}

function readLongOption(
  text: string,
  next: string | undefined,
  long: Readonly<Record<string, boolean>>,
): WordRead {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!Object.hasOwn(long, name)) return { complaint: `illegal option -- ${name}` };
  const isValued = long[name] === true;
  if (!isValued) {
    return equals < 0
      ? { options: [{ name, value: "" }], taken: 1 }
      : { complaint: `illegal option -- ${text}` };
  }
  if (equals >= 0) return { options: [{ name, value: text.slice(equals + 1) }], taken: 1 };
  if (next === undefined) return { complaint: `option requires an argument -- ${name}` };
  return { options: [{ name, value: next }], taken: 2 };
}
