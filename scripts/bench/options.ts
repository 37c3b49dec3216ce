/** The command line of a benchmark: `--name VALUE`, `--name=VALUE` and flags. */

/** Values of options by name; a flag has the value "". */
export type Options = { readonly [name: string]: string | undefined };

/** Thrown for a wrong command line; the message says what is wrong. */
export class UsageError extends Error {}

const FLAGS = ["quick"];
const VALUED = ["rounds", "only", "peers", "forms", "json", "from", "out", "before"];

/** Reads a command line. Throws UsageError. */
export function parseOptions(words: readonly string[]): Options {
  const options: Record<string, string> = {};
  const rest = words.flatMap((word) => word.startsWith("--") ? splitOnce(word) : [word]);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const name = word.replace(/^--/, "");
    if (FLAGS.includes(name)) options[name] = "";
    else options[name] = valueOf(name, rest.shift());
  }
  return options;
}

function splitOnce(word: string): string[] {
  const at = word.indexOf("=");
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function valueOf(name: string, value: string | undefined): string {
  if (!VALUED.includes(name)) throw new UsageError(`Unknown option "${name}"`);
  if (value === undefined) throw new UsageError(`Option "--${name}" lacks its value`);
  return value;
}

/** The value of an option that is a whole number. Throws UsageError. */
export function wholeNumber(options: Options, name: string, otherwise: number): number {
  const number = Number(options[name] ?? otherwise);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`"--${name}" is not a whole number above 0`);
  }
  return number;
}

/** The words of an option that is a list, each one of `all`; all of them if the option is absent. */
export function choice<T extends string>(options: Options, name: string, all: readonly T[]): T[] {
  const words = options[name]?.split(",");
  const unknown = words?.find((word) => !all.some((one) => one === word));
  if (unknown !== undefined) throw new UsageError(`"--${name}" does not know "${unknown}"`);
  return all.filter((one) => words === undefined || words.includes(one));
}

/** Reads a choice as `choice` does, but the word "none" gives an empty list. */
export function choices<T extends string>(options: Options, name: string, all: readonly T[]): T[] {
  return options[name] === "none" ? [] : choice(options, name, all);
}
