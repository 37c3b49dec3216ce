/** The command line of svlogd(8), read as getopt(3) reads it: clusters, joined arguments, `--`. */
import type { StampKind } from "./stamp.ts";

export interface Options {
  readonly stamp: StampKind;
  /** What stands for a replaced byte; undefined when nothing is replaced. */
  readonly replacement: number | undefined;
  /** Bytes replaced besides those outside 32..126. */
  readonly replaced: string;
  /** Only so many bytes of a line are matched and replaced. */
  readonly lineBytes: number;
  readonly bufferBytes: number;
  readonly verbose: boolean;
  readonly directories: readonly string[];
  /** denit's own program, for processors that are built in (`rotation/builtin_processor.ts`); without it sh runs them. */
  readonly program?: string;
}

/** `usage`: print `complaint` when there is one, then the usage line. */
export type Parsed =
  | { readonly kind: "options"; readonly options: Options }
  | { readonly kind: "usage"; readonly complaint: string | undefined };

const LINE_BYTES = 1000;
const BUFFER_BYTES = 1024;
/** A longer `-l` counts as this: so much is kept of an unfinished line. */
export const MOST_LINE_BYTES = 1 << 20;
const REPLACEMENT = "_";
const WITH_ARGUMENT = "Rrlb";
const FLAGS = "tvV";

type Letters = readonly (readonly [letter: string, argument: string])[];
type Split =
  | { readonly kind: "letters"; readonly letters: Letters; readonly rest: readonly string[] }
  | { readonly kind: "complaint"; readonly complaint: string };

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

/** The digits at the front of `text`, as scan_ulong reads them; nothing and 0 stand for `otherwise`. */
function positive(text: string | undefined, otherwise: number): number {
  const digits = /^[0-9]+/.exec(text ?? "")?.[0] ?? "0";
  const value = Number(digits);
  return value === 0 ? otherwise : value;
}
