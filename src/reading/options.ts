/** The command line of `logs`. All strings are byte strings. */
import type { Instant } from "./instant.ts";
import { sinceOf } from "./since.ts";

/** The lines that `logs` is asked to print, and their form. */
export interface LogsOptions {
  readonly follow: boolean;
  /** The number of last lines to print; undefined: all lines. */
  readonly last: number | undefined;
  /** Only lines from this time on. */
  readonly since: Instant | undefined;
  /** Only lines in whose text this is found. */
  readonly pattern: RegExp | undefined;
  readonly json: boolean;
  /** The services as the command line names them. */
  readonly services: readonly string[];
}

/** A call of `logs`, read. */
export type LogsRequest =
  | { readonly kind: "options"; readonly options: LogsOptions }
  /** `complaint` says what is wrong; without one the usage line says enough. */
  | { readonly kind: "usage"; readonly complaint?: string };

/** tail(1) and journalctl(1) -f do the same: a user who follows a log does not want to see the lines of years first. */
const LAST_WHEN_FOLLOWING = 10;

/** The words of the command line by their options, unread. */
interface Words {
  follow: boolean;
  json: boolean;
  last: string | undefined;
  since: string | undefined;
  grep: string | undefined;
  readonly services: string[];
}

/** The fields of options that take a value. */
const VALUES: ReadonlyMap<string, "last" | "since" | "grep"> = new Map([
  ["-n", "last"],
  ["--lines", "last"],
  ["--since", "since"],
  ["--grep", "grep"],
  ["-g", "grep"],
]);
/** The fields of options without a value. */
const FLAGS: ReadonlyMap<string, "follow" | "json"> = new Map([
  ["-f", "follow"],
  ["--follow", "follow"],
  ["--json", "json"],
]);

/** Reads a call of `logs`. `nowNs` is nanoseconds since 1970; `decode` gives the text that a byte string holds in UTF-8. */
export function logsRequest(
  args: readonly string[],
  nowNs: bigint,
  decode: (bytes: string) => string,
): LogsRequest {
  const words = wordsOf(args);
  if (typeof words === "string") return { kind: "usage", complaint: words };
  const { follow, json, services } = words;
  if (services.length === 0) return { kind: "usage" };
  if (words.last !== undefined && !/^[0-9]{1,9}$/.test(words.last)) {
    return { kind: "usage", complaint: `bad number of lines: ${words.last}` };
  }
  const since = words.since === undefined ? undefined : sinceOf(words.since, nowNs);
  if (words.since !== undefined && since === undefined) {
    return { kind: "usage", complaint: `bad time: ${words.since}` };
  }
  let pattern: RegExp | undefined;
  try {
    if (words.grep !== undefined) pattern = regExp(decode(words.grep));
  } catch {
    return { kind: "usage", complaint: `bad pattern: ${words.grep}` };
  }
  const usual = follow && since === undefined ? LAST_WHEN_FOLLOWING : undefined;
  const last = words.last === undefined ? usual : Number(words.last);
  return { kind: "options", options: { follow, last, since, pattern, json, services } };
}

/** Reads a pattern by Unicode rules. If they refuse it, as they do `\-`, reads it without these rules. */
function regExp(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}

/** Sorts the words by their options. Returns a complaint if one is unknown or lacks its value. */
function wordsOf(args: readonly string[]): Words | string {
  const words: Words = {
    follow: false,
    json: false,
    last: undefined,
    since: undefined,
    grep: undefined,
    services: [],
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      words.services.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.services.push(arg);
      continue;
    }
    const { option, value } = optionOf(arg);
    const flag = FLAGS.get(option);
    const field = VALUES.get(option);
    if (flag !== undefined && value === undefined) words[flag] = true;
    else if (field === undefined) return `unknown option: ${arg}`;
    else {
      const given = value ?? args[++i];
      if (given === undefined) return `no value for ${arg}`;
      words[field] = given;
    }
  }
  return words;
}

/** Splits `--since=T` and `-n20`. */
function optionOf(arg: string): { readonly option: string; readonly value?: string } {
  if (!arg.startsWith("--")) {
    return arg.length > 2 ? { option: arg.slice(0, 2), value: arg.slice(2) } : { option: arg };
  }
  const equals = arg.indexOf("=");
  return equals < 0 ? { option: arg } : { option: arg.slice(0, equals), value: arg.slice(equals + 1) };
}
