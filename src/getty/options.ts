/** The command line of getty(8), as BusyBox's getopt reads it: options may also stand behind other words. */
import { unescaped } from "./escapes.ts";
import { codeOfRate } from "./rates.ts";

/** The options of a call of getty. */
export interface GettyOptions {
  /** True when RTS and CTS control the flow (-h). */
  readonly flowControl: boolean;
  /** True when the line has no modem lines (-L). */
  readonly isLocal: boolean;
  /** True when the modem tells the rate (-m). */
  readonly asksModem: boolean;
  /** True when getty asks for a name; -n turns that off. */
  readonly prompts: boolean;
  /** True when getty waits for CR or LF before it prints anything (-w). */
  readonly waitsForEnter: boolean;
  /** -f: the path of the issue file; undefined with -i. */
  readonly issue: string | undefined;
  /** -l: the program to become. */
  readonly login: string;
  /** -t; undefined: getty waits for ever. */
  readonly timeoutSec: number | undefined;
  /** -I, decoded: sent before anything else. */
  readonly greeting: string;
  /** -H: the host for utmp. */
  readonly host: string | undefined;
  /** The rates as the line settings encode them (rates.ts). getty sets the first; a break goes to the next. */
  readonly rates: readonly number[];
  /** A path, or `-` for standard input. */
  readonly terminal: string;
  /** The value for TERM. */
  readonly terminalType: string | undefined;
}

/** A call of getty, read. `complaint` is a line without the program's name in front; with `usage` the usage follows. */
export type GettyRequest =
  | { readonly kind: "options"; readonly options: GettyOptions }
  | { readonly kind: "refusal"; readonly complaint: string | undefined; readonly usage: boolean };

const FLAGS = "Lhimwn";
const VALUED = "IHflt";
const MOST_RATES = 10;
/** The longest time that alarm(2) takes. */
const MOST_SECONDS = 0xffff_ffff;

const LOGIN = "/bin/login";
const ISSUE = "/etc/issue";

/** Reads a call of getty. */
export function readGettyOptions(args: readonly string[]): GettyRequest {
  const words = readWords(args);
  if ("complaint" in words) return usage(words.complaint);
  const { values, rest } = words;
  const timeout = values.get("t");
  const timeoutSec = timeout === undefined ? 0 : secondsOf(timeout);
  if (timeoutSec === undefined) return refusal(`invalid number '${timeout}'`);
  const [first = "", second, terminalType] = rest;
  if (second === undefined) return usage(undefined);
  // Some people write the rates first, others the terminal.
  const [list, terminal] = /^[0-9]/.test(first) ? [first, second] : [second, first];
  const rates = ratesOf(list);
  if ("complaint" in rates) return refusal(rates.complaint);
  return {
    kind: "options",
    options: {
      flowControl: values.has("h"),
      isLocal: values.has("L"),
      asksModem: values.has("m"),
      prompts: !values.has("n"),
      waitsForEnter: values.has("w"),
      issue: values.has("i") ? undefined : values.get("f") ?? ISSUE,
      login: values.get("l") ?? LOGIN,
      timeoutSec: timeoutSec === 0 ? undefined : timeoutSec,
      greeting: unescaped(values.get("I") ?? ""),
      host: values.get("H"),
      rates: rates.codes,
      terminal: terminal === "-" || terminal.startsWith("/") ? terminal : `/dev/${terminal}`,
      terminalType,
    },
  };
}

function usage(complaint: string | undefined): GettyRequest {
  return { kind: "refusal", complaint, usage: true };
}

function refusal(complaint: string): GettyRequest {
  return { kind: "refusal", complaint, usage: false };
}

/** The options by their letters, and the other words. */
type Words =
  | { readonly values: ReadonlyMap<string, string>; readonly rest: readonly string[] }
  | { readonly complaint: string };

/** Sorts the words. Of several options of one letter the last counts. */
function readWords(args: readonly string[]): Words {
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "--") return { values, rest: [...rest, ...args.slice(at + 1)] };
    if (word.length < 2 || !word.startsWith("-")) {
      rest.push(word);
      continue;
    }
    if (word.startsWith("--")) return { complaint: `unrecognized option '${word}'` };
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      if (FLAGS.includes(letter)) {
        values.set(letter, "");
        continue;
      }
      if (!VALUED.includes(letter)) return { complaint: `invalid option -- '${letter}'` };
      const joined = word.slice(i + 1);
      if (joined === "") at++;
      const value = joined === "" ? args[at] : joined;
      if (value === undefined) return { complaint: `option requires an argument -- '${letter}'` };
      values.set(letter, value);
      break;
    }
  }
  return { values, rest };
}

function secondsOf(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds > MOST_SECONDS ? undefined : seconds;
}

function ratesOf(list: string): { readonly codes: readonly number[] } | { readonly complaint: string } {
  const codes: number[] = [];
  for (const rate of list.split(",")) {
    const code = codeOfRate(rate);
    if (code === undefined) return { complaint: `bad speed: ${rate}` };
    codes.push(code);
    if (codes.length > MOST_RATES) return { complaint: "too many alternate speeds" };
  }
  return { codes };
}
