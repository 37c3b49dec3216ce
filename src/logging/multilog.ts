/**
 * The script of multilog(8): each argument is one action, and every line passes the actions in their order. The first
 * byte tells the kind of action. An unknown action is passed over, as in daemontools.
 *
 * A line reaches an action if the patterns in front of that action select it. So each action gets the rules that stand
 * in front of it, and no state is carried from action to action. A size, a number or a processor holds for the
 * directories behind it.
 *
 * Source: cr.yp.to/daemontools/multilog.html; daemontools, multilog.c.
 */
import { type Config, DEFAULT_CONFIG, type LineRule } from "./config.ts";
import { latinBytes } from "./latin.ts";
import { STAMP_BYTES } from "./stamp.ts";

/** Bytes of a line, its stamp among them, that are matched and copied to a status file. */
export const SEEN_BYTES = 1000;
/** The margin of the log's size: if a line ends within these bytes of the size, the log is full. */
export const MARGIN_BYTES = 2000;
const LEAST_SIZE = 4096;
const MOST_SIZE = 16_777_215;
const DEFAULT_SIZE = 99_999;
const DEFAULT_KEEP = 10;
const LEAST_KEEP = 2;

/** A log directory of a script. */
export interface ScriptDirectory {
  readonly name: string;
  readonly config: Config;
}

/** An action that prints a line to standard error, or puts it into a status file. */
export type AsideAction =
  | { readonly kind: "error"; readonly rules: readonly LineRule[] }
  | { readonly kind: "status"; readonly path: string; readonly rules: readonly LineRule[] };

/** A whole script. */
export interface Script {
  /** True when lines get TAI64N stamps (`t` as the first action). */
  readonly stamped: boolean;
  /** Bytes of a line, without its stamp, that are matched. */
  readonly lineBytes: number;
  readonly directories: readonly ScriptDirectory[];
  readonly asides: readonly AsideAction[];
}

/** Reads a script. Every list of byte strings is one. */
export function parseScript(args: readonly string[]): Script {
  const stamped = args[0]?.startsWith("t") ?? false;
  const directories: ScriptDirectory[] = [];
  const asides: AsideAction[] = [];
  let rules: readonly LineRule[] = [];
  let [sizeBytes, keep, processor] = [DEFAULT_SIZE, DEFAULT_KEEP, ""];
  for (const action of args) {
    const rest = action.slice(1);
    switch (action.charAt(0)) {
      case "+":
      case "-":
        rules = [...rules, { selects: action.startsWith("+"), pattern: latinBytes(rest) }];
        break;
      case "e":
        asides.push({ kind: "error", rules });
        break;
      case "=":
        asides.push({ kind: "status", path: rest, rules });
        break;
      case "s":
        sizeBytes = Math.min(Math.max(scanned(rest), LEAST_SIZE), MOST_SIZE);
        break;
      case "n":
        keep = Math.max(scanned(rest), LEAST_KEEP);
        break;
      case "!":
        // With `!` alone daemontools runs `sh -c ""`, which leaves an empty log. `:` does the same.
        processor = rest === "" ? ":" : rest;
        break;
      case ".":
      case "/":
        directories.push({ name: action, config: { ...DEFAULT_CONFIG, sizeBytes, keep, processor, rules } });
    }
  }
  const lineBytes = stamped ? SEEN_BYTES - STAMP_BYTES : SEEN_BYTES;
  return { stamped, lineBytes, directories, asides };
}

/** The number that the digits at the front make, modulo 2^64 (djb's scan_ulong); 0 without digits. */
function scanned(text: string): number {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? "";
  return Number(BigInt.asUintN(64, BigInt(digits === "" ? "0" : digits)));
}
