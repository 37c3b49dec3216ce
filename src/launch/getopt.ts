/**
 * Options as getopt of djb's programs reads them: clusters (`-vP`), joined arguments (`-uroot`), the first word that
 * is no option ends them. `--` and, where no long options are known, any word that begins with it end them too.
 */

export interface Grammar {
  /** Letters without an argument. */
  readonly flags: string;
  /** Letters with one. */
  readonly valued: string;
  /** Long options: whether each takes an argument. Absent: there are none. */
  readonly long?: Readonly<Record<string, boolean>>;
}

export interface Option {
  /** A letter, or the name of a long option. */
  readonly name: string;
  /** Empty for an option without. */
  readonly value: string;
}

/** `complaint` is what getopt says behind the program's name. */
export type Read =
  | { readonly kind: "options"; readonly options: readonly Option[]; readonly rest: readonly string[] }
  | { readonly kind: "complaint"; readonly complaint: string };

/** One word read: its options and how many words it took, or what is wrong with it. */
type Word = { readonly options: readonly Option[]; readonly taken: number } | { readonly complaint: string };

export function readOptions(args: readonly string[], grammar: Grammar): Read {
  const options: Option[] = [];
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? "";
    if (word.length < 2 || !word.startsWith("-")) break;
    if (word === "--" || (word.startsWith("--") && grammar.long === undefined)) {
      at++;
      break;
    }
    const read = word.startsWith("--")
      ? longOption(word.slice(2), args[at + 1], grammar.long ?? {})
      : cluster(word, args[at + 1], grammar);
    if ("complaint" in read) return { kind: "complaint", complaint: read.complaint };
    options.push(...read.options);
    at += read.taken;
  }
  return { kind: "options", options, rest: args.slice(at) };
}

function cluster(word: string, next: string | undefined, { flags, valued }: Grammar): Word {
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

function longOption(text: string, next: string | undefined, long: Readonly<Record<string, boolean>>): Word {
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
