/**
 * The file `config` of a log directory, as svlogd(8) reads it: one directive a line, whose first byte decides. A line with
 * an unknown first byte is ignored.
 *
 * Lines that begin with `:` are denit's own: `:when-full wait|drop`; and `:stamp none|tai64n|utc|iso` for the logger of a
 * fleet, which has no options.
 *
 * Differs on purpose: a `U` line whose address cannot be read does not switch the file off. With runit it does, and every
 * line is lost. An address with a part above 255 and a port above 65535 cannot be read; runit sends to another address.
 */
import { latinBytes } from "./latin.ts";
import type { StampKind } from "./stamp.ts";

/** A pattern, and whether lines that match it are selected or deselected. */
export interface LineRule {
  readonly selects: boolean;
  readonly pattern: Uint8Array;
}

/** The address that lines are sent to by UDP. */
export interface Forward {
  /** IPv4 address as a number of 32 bits. */
  readonly host: number;
  readonly port: number;
  /** True when lines that are sent do not go to the file. */
  readonly only: boolean;
}

/** The settings of a config. */
export interface Config {
  /** The size in bytes at which a log is rotated; 0: never by size. */
  readonly sizeBytes: number;
  /** The number of old logs to keep; 0: all. */
  readonly keep: number;
  /** The number of old logs to keep even when the disk is full. */
  readonly keepWhenFull: number;
  /** The age in seconds at which a log is rotated; 0: never by time. */
  readonly rotateSeconds: number;
  /** The command that processes a finished log; empty: none. */
  readonly processor: string;
  /** Stands in front of every line, behind its stamp. */
  readonly prefix: Uint8Array;
  /** The rules for the file, in order: `+` selects, `-` deselects. */
  readonly rules: readonly LineRule[];
  /** The rules for standard error, in order: `e` selects, `E` deselects. */
  readonly errorRules: readonly LineRule[];
  /** The address to which lines are sent; undefined: lines are not sent. */
  readonly forward: Forward | undefined;
  /** The fate of lines when the disk is full and no old log may go: they wait, or they are dropped and counted. */
  readonly whenFull: "wait" | "drop";
  /**
   * The stamp of lines where no command line names one (the logger of a fleet); undefined: `config` does not name one.
   */
  readonly stamp: StampKind | undefined;
  /** The text of a warning for each line that could not be read. */
  readonly complaints: readonly string[];
}

/** The port of syslog (services(5)), for an address without one. */
const SYSLOG_PORT = 514;
const LAST_PORT = 65_535;

/** The config of a directory without a file `config` (svlogd(8)). */
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

/** The values of `:stamp`. */
const STAMPS: ReadonlyMap<string, StampKind> = new Map([["none", 0], ["tai64n", 1], ["utc", 2], ["iso", 3]]);

type Draft = { -readonly [K in keyof Config]: Config[K] } & {
  rules: LineRule[];
  errorRules: LineRule[];
  complaints: string[];
};
type Directive = (draft: Draft, text: string) => void;

/** Reads the text of a config, a byte string. Every text is a config. */
export function parseConfig(text: string): Config {
  const draft: Draft = { ...DEFAULT_CONFIG, rules: [], errorRules: [], complaints: [] };
  for (const line of text.split("\n")) {
    // A NUL ends a line, because runit takes lines for strings of C.
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

/** `:NAME VALUE`, which runit's svlogd ignores. */
function ownDirective(draft: Draft, text: string): void {
  const [name = "", value = ""] = text.trim().split(/[ \t]+/);
  const stamp = STAMPS.get(value);
  if (name === "when-full" && (value === "wait" || value === "drop")) draft.whenFull = value;
  else if (name === "stamp" && stamp !== undefined) draft.stamp = stamp;
  else draft.complaints.push(`unknown directive in config: :${text}`);
}

/** The number at the front of `text` (no digits: 0), times the unit of the letter behind it. */
function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? "";
  return Number(digits) * (units[text.charAt(digits.length)] ?? 1);
}

/**
 * `u` and `U`: lines go to an address by UDP, with `U` to nowhere else. An address that cannot be read gives a warning in
 * the words of runit, and is ignored. As in runit, a `u` does not take back a `U` before it.
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
