/**
 * The file `config` of a log directory, as svlogd(8) reads it: one directive a line, the first byte decides,
 * what is not known is passed over. Lines that begin with `:` are denit's own: `:when-full wait|drop`, and for the
 * logger of a fleet, which has no options, `:stamp none|tai64n|utc|iso`.
 *
 * Differs on purpose: a `U` line whose address cannot be read does not switch the file off. With runit it does, and every
 * line is lost. A part of an address above 255 and a port above 65535 cannot be read; runit sends to another one.
 */
import { latinBytes } from "./latin.ts";
import type { StampKind } from "./stamp.ts";

/** A line that matches is selected, or deselected. */
export interface Rule {
  readonly selects: boolean;
  readonly pattern: Uint8Array;
}

/** Where lines are sent by UDP. */
export interface Forward {
  /** IPv4 address as a number of 32 bits. */
  readonly host: number;
  readonly port: number;
  /** They do not go to the file. */
  readonly only: boolean;
}

export interface Config {
  /** Rotate at so many bytes; 0: never by size. */
  readonly sizeBytes: number;
  /** Old files kept; 0: all. */
  readonly keep: number;
  /** Old files kept even when the disk is full. */
  readonly keepWhenFull: number;
  /** Rotate when so many seconds are over; 0: never by time. */
  readonly rotateSeconds: number;
  /** Command for a finished file; empty: none. */
  readonly processor: string;
  readonly prefix: Uint8Array;
  /** For the file: `+` selects, `-` deselects. */
  readonly rules: readonly Rule[];
  /** For stderr: `e` selects, `E` deselects. */
  readonly errorRules: readonly Rule[];
  readonly forward: Forward | undefined;
  /** What happens to lines when the disk is full and no old file may go: they wait, or they are dropped and counted. */
  readonly whenFull: "wait" | "drop";
  /** Where no command line says how lines are stamped (the logger of a fleet). */
  readonly stamp: StampKind | undefined;
  /** What a warning says of lines that could not be read. */
  readonly complaints: readonly string[];
}

const SYSLOG_PORT = 514;
const LAST_PORT = 65_535;

export const DEFAULT_CONFIG: Config = {
  sizeBytes: 1_000_000,
  keep: 10,
  keepWhenFull: 10,
  rotateSeconds: 0,
  processor: "",
  prefix: new Uint8Array(0),
  rules: [],
  errorRules: [],
  forward: undefined,
  whenFull: "wait",
  stamp: undefined,
  complaints: [],
};

/** Values of `:stamp`. */
const STAMPS: ReadonlyMap<string, StampKind> = new Map([["none", 0], ["tai64n", 1], ["utc", 2], ["iso", 3]]);

type Draft = { -readonly [K in keyof Config]: Config[K] } & {
  rules: Rule[];
  errorRules: Rule[];
  complaints: string[];
};
type Directive = (draft: Draft, text: string) => void;

/** `text` is a byte string. */
export function parseConfig(text: string): Config {
  const draft: Draft = { ...DEFAULT_CONFIG, rules: [], errorRules: [], complaints: [] };
  for (const line of text.split("\n")) {
    // A NUL ends a line, as it ends a string of C.
    const said = line.split("\0", 1)[0] ?? "";
    DIRECTIVES.get(said.charAt(0))?.(draft, said.slice(1));
  }
  return draft;
}

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ["s", (draft, text) => void (draft.sizeBytes = scaled(text, { k: 1024, m: 1024 * 1024 }))],
  ["n", (draft, text) => void (draft.keep = scaled(text, {}))],
  ["N", (draft, text) => void (draft.keepWhenFull = scaled(text, {}))],
  ["t", (draft, text) => void (draft.rotateSeconds = scaled(text, { m: 60, h: 3600 }))],
  ["!", (draft, text) => void (draft.processor = text === "" ? draft.processor : text)],
  ["p", (draft, text) => void (draft.prefix = text === "" ? draft.prefix : latinBytes(text))],
  ["+", (draft, text) => void draft.rules.push({ selects: true, pattern: latinBytes(text) })],
  ["-", (draft, text) => void draft.rules.push({ selects: false, pattern: latinBytes(text) })],
  ["e", (draft, text) => void draft.errorRules.push({ selects: true, pattern: latinBytes(text) })],
  ["E", (draft, text) => void draft.errorRules.push({ selects: false, pattern: latinBytes(text) })],
  [":", ownDirective],
  ["u", forward(false)],
  ["U", forward(true)],
]);

/** `:NAME VALUE`: what runit's svlogd does not know and passes over. */
function ownDirective(draft: Draft, text: string): void {
  const [name = "", value = ""] = text.trim().split(/[ \t]+/);
  const stamp = STAMPS.get(value);
  if (name === "when-full" && (value === "wait" || value === "drop")) draft.whenFull = value;
  else if (name === "stamp" && stamp !== undefined) draft.stamp = stamp;
  else draft.complaints.push(`unknown directive in config: :${text}`);
}

/** The digits at the front of `text` (none are 0) times what the letter behind them stands for. */
function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? "";
  return Number(digits) * (units[text.charAt(digits.length)] ?? 1);
}

/**
 * `u` and `U`: lines go to an address by UDP, with `U` to nowhere else. One that cannot be read is said as runit says it,
 * and counts for nothing. As in runit a `U` is not taken back by a `u` behind it.
 */
function forward(only: boolean): Directive {
  return (draft, text) => {
    const numbers = /^(\d+)\.(\d+)\.(\d+)\.(\d+)/.exec(text);
    const parts = (numbers ?? []).slice(1).map(Number);
    const rest = text.slice(numbers?.[0].length ?? 0);
    const port = rest.startsWith(":") ? scaled(rest.slice(1), {}) : SYSLOG_PORT;
    if (parts.length === 0 || parts.some((part) => part > 255)) {
      draft.complaints.push(`unable to scan ip address: ${text}`);
    } else if (port < 1 || port > LAST_PORT) {
      draft.complaints.push(`unable to scan port number: ${rest.slice(1)}`);
    } else {
      const host = parts.reduce((whole, part) => whole * 256 + part, 0);
      draft.forward = { host, port, only: only || draft.forward?.only === true };
    }
  };
}
