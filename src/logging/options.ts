/**
 * The command line of svlogd(8), read as getopt(3) reads it: letters may stand together, an argument may be joined to
 * its letter, and `--` ends the options.
 */
import type { StampKind } from "./stamp.ts";

/** The settings of one svlogd. */
export interface Options {
  /** The number of `-t`. */
  readonly stamp: StampKind;
  /** The byte that replaces others (-r); undefined if none is replaced. */
  readonly replacement: number | undefined;
  /** Bytes that are replaced besides those outside 32..126 (-R), as a byte string. */
  readonly replaced: string;
  /** Number of bytes of a line that are matched and replaced (-l). */
  readonly lineBytes: number;
  /** Size of runit's buffer (-b). It must be more than `lineBytes` and has no other effect here. */
  readonly bufferBytes: number;
  /** True when svlogd says on standard error what it does (-v). */
  readonly verbose: boolean;
  /** The log directories, at least one. */
  readonly directories: readonly string[];
  /** Path of denit, for processors that are built in (`rotation/builtin_processor.ts`). Without it, sh runs them. */
  readonly program?: string;
}

/** The outcome of reading a command line. `usage`: print `complaint` if there is one, then the usage line. */
export type Parsed =
  | { readonly kind: "options"; readonly options: Options }
  | { readonly kind: "usage"; readonly complaint: string | undefined };

/** `lineBytes` without -l. */
export const LINE_BYTES = 1000;
/** `bufferBytes` without -b. */
export const BUFFER_BYTES = 1024;
/** The most that `-l` may ask for; a larger number counts as this. So many bytes of an unfinished line are kept. */
export const MOST_LINE_BYTES = 1 << 20;
const REPLACEMENT = "_";
const WITH_ARGUMENT = "Rrlb";
const FLAGS = "tvV";

type Letters = readonly (readonly [letter: string, argument: string])[];
type Split =
  | { readonly kind: "letters"; readonly letters: Letters; readonly rest: readonly string[] }
  | { readonly kind: "complaint"; readonly complaint: string };

/** Reads the arguments of a svlogd, as byte strings. `version`: the complaint of `-V`. */
export function parseOptions(args: readonly string[], version: string): Parsed {
  const split = splitLetters(args);
  if (split.kind === "complaint") return { kind: "usage", complaint: `svlogd: ${split.complaint}` };
  const values = new Map(split.letters);
  if (values.has("V")) return { kind: "usage", complaint: version };
  const options = readValues(split.letters, values, split.rest);
  return options === undefined ? { kind: "usage", complaint: undefined } : { kind: "options", options };
}

function splitLetters(args: readonly string[]): Split {
  const letters: (readonly [string, string])[] = [];
  let next = 0;
  for (; next < args.length; next++) {
    const word = args[next] ?? "";
    if (word === "--") return { kind: "letters", letters, rest: args.slice(next + 1) };
    if (word.length < 2 || !word.startsWith("-")) break;
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      if (FLAGS.includes(letter)) {
        letters.push([letter, ""]);
      } else if (!WITH_ARGUMENT.includes(letter)) {
        return { kind: "complaint", complaint: `illegal option -- ${letter}` };
      } else {
        const joined = word.slice(at + 1);
        const argument = joined === "" ? args[++next] : joined;
        if (argument === undefined) {
          return { kind: "complaint", complaint: `option requires an argument -- ${letter}` };
        }
        letters.push([letter, argument]);
        break;
      }
    }
  }
  return { kind: "letters", letters, rest: args.slice(next) };
}

function readValues(
  letters: Letters,
  values: ReadonlyMap<string, string>,
  directories: readonly string[],
): Options | undefined {
  const stamps = letters.filter(([letter]) => letter === "t").length;
  const character = values.get("r");
  if (character !== undefined && character.length !== 1) return undefined;
  const replacement = character ?? (values.has("R") ? REPLACEMENT : undefined);
  const lineBytes = positive(values.get("l"), LINE_BYTES);
  const bufferBytes = positive(values.get("b"), BUFFER_BYTES);
  if (directories.length === 0 || bufferBytes <= lineBytes) return undefined;
  return {
    stamp: stamps === 0 ? 0 : stamps === 1 ? 1 : stamps === 2 ? 2 : 3,
    replacement: replacement?.charCodeAt(0),
    replaced: values.get("R") ?? "",
    lineBytes: Math.min(lineBytes, MOST_LINE_BYTES),
    bufferBytes,
    verbose: values.has("v"),
    directories,
  };
}

/** The number that the digits at the front of `text` make (djb's scan_ulong); `otherwise` if there are none, or it is 0. */
function positive(text: string | undefined, otherwise: number): number {
  const digits = /^[0-9]+/.exec(text ?? "")?.[0] ?? "0";
  const value = Number(digits);
  return value === 0 ? otherwise : value;
}
