/** The command line of getty(8), as BusyBox's getopt reads it: options may stand behind the other words, too. */
import { unescaped } from "./escapes.ts";
import { codeOfRate } from "./rates.ts";

export interface Options {
  /** -h */
  readonly flowControl: boolean;
  /** -L: no modem lines. */
  readonly isLocal: boolean;
  /** -m */
  readonly asksModem: boolean;
  /** -n turns it off. */
  readonly prompts: boolean;
  /** -w */
  readonly waitsForEnter: boolean;
  /** -f; undefined with -i. */
  readonly issue: string | undefined;
  /** -l */
  readonly login: string;
  /** -t; undefined: for ever. */
  readonly timeoutSec: number | undefined;
  /** -I, decoded. */
  readonly greeting: string;
  /** -H */
  readonly host: string | undefined;
  /** What stands for them in the line settings; the first is set, a break goes to the next. */
  readonly rates: readonly number[];
  /** A path, or `-` for standard input. */
  readonly terminal: string;
  /** For TERM. */
  readonly terminalType: string | undefined;
}

/** `complaint`: one line without the program's name in front. `usage` is to follow it. */
export type Reading =
  | { readonly kind: "options"; readonly options: Options }
  | { readonly kind: "refusal"; readonly complaint: string | undefined; readonly usage: boolean };

const FLAGS = "Lhimwn";
const VALUED = "IHflt";
const MOST_RATES = 10;
/** The most that alarm(2) takes. */
const MOST_SECONDS = 0xffff_ffff;

const LOGIN = "/bin/login";
const ISSUE = "/etc/issue";

export function readOptions(args: readonly string[]): Reading {
  const words = readWords(args);
  if ("complaint" in words) return usage(words.complaint);
  const { values, rest } = words;
  const timeout = values.get("t");
  const timeoutSec = timeout === undefined ? 0 : secondsOf(timeout);
  if (timeoutSec === undefined) return refusal(`invalid number '${timeout}'`);
  const [first = "", second, terminalType] = rest;
  if (second === undefined) return usage(undefined);
  // Some write the rates first, and some the terminal.
  const [list, place] = /^[0-9]/.test(first) ? [first, second] : [second, first];
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
      terminal: place === "-" || place.startsWith("/") ? place : `/dev/${place}`,
      terminalType,
    },
  };
}

function usage(complaint: string | undefined): Reading {
  return { kind: "refusal", complaint, usage: true };
}

function refusal(complaint: string): Reading {
  return { kind: "refusal", complaint, usage: false };
}

type Words =
  | { readonly values: ReadonlyMap<string, string>; readonly rest: readonly string[] }
  | { readonly complaint: string };

/** The last of several options of one letter counts. */
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
