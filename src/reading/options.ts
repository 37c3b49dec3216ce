/** The command line of `logs`. Strings are byte strings. */
import type { Instant } from "./instant.ts";
import { sinceOf } from "./since.ts";

export interface LogsOptions {
  readonly follow: boolean;
  /** So many of the last lines; undefined: all. */
  readonly last: number | undefined;
  readonly since: Instant | undefined;
  readonly pattern: RegExp | undefined;
  readonly json: boolean;
  readonly services: readonly string[];
}

export type LogsRequest =
  | { readonly kind: "options"; readonly options: LogsOptions }
  /** Without a complaint the usage line says enough. */
  | { readonly kind: "usage"; readonly complaint?: string };

/** As tail(1) and journalctl(1) -f: who follows wants to see what goes on, and not years of it first. */
const LAST_WHEN_FOLLOWING = 10;

interface Words {
  follow: boolean;
  json: boolean;
  last: string | undefined;
  since: string | undefined;
  grep: string | undefined;
  readonly services: string[];
}

/** Where each option that takes a value puts it. */
const VALUES: { readonly [option: string]: "last" | "since" | "grep" } = {
  "-n": "last",
  "--lines": "last",
  "--since": "since",
  "--grep": "grep",
  "-g": "grep",
};
const FLAGS: { readonly [option: string]: "follow" | "json" } = {
  "-f": "follow",
  "--follow": "follow",
  "--json": "json",
};

/** `nowNs`: nanoseconds since 1970. `decode`: the text that a byte string holds in UTF-8. */
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
    // As Unicode first; what is written for bytes, as `\-`, means what it always did.
    if (words.grep !== undefined) pattern = regExp(decode(words.grep));
  } catch {
    return { kind: "usage", complaint: `bad pattern: ${words.grep}` };
  }
  const usual = follow && since === undefined ? LAST_WHEN_FOLLOWING : undefined;
  const last = words.last === undefined ? usual : Number(words.last);
  return { kind: "options", options: { follow, last, since, pattern, json, services } };
}

function regExp(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}

/** The words by what they are for, or a complaint. */
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
    const flag = FLAGS[option];
    const place = VALUES[option];
    if (flag !== undefined && value === undefined) words[flag] = true;
    else if (place === undefined) return `unknown option: ${arg}`;
    else {
      const given = value ?? args[++i];
      if (given === undefined) return `no value for ${arg}`;
      words[place] = given;
    }
  }
  return words;
}

/** `--since=T`, `-n20`. */
function optionOf(arg: string): { readonly option: string; readonly value?: string } {
  if (!arg.startsWith("--")) {
    return arg.length > 2 ? { option: arg.slice(0, 2), value: arg.slice(2) } : { option: arg };
  }
  const equals = arg.indexOf("=");
  return equals < 0 ? { option: arg } : { option: arg.slice(0, equals), value: arg.slice(equals + 1) };
}
