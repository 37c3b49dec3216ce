/**
 * The script of multilog(8): one action an argument, carried out in order for each line. The first byte says which;
 * what is not known is passed over, as daemontools does.
 *
 * An action hears of a line as far as the patterns before it have selected it. So each gets the rules that stand before
 * it, and no state is carried along; sizes, numbers and processors hold for the directories behind them.
 */
import { type Config, DEFAULT_CONFIG, type LineRule } from "./config.ts";
import { latinBytes } from "./latin.ts";
import { STAMP_BYTES } from "./stamp.ts";

/** So many bytes of a line, its stamp among them, are matched, and copied to a status file. */
export const SEEN_BYTES = 1000;
/** A log is over with a line that ends so close to its size. */
export const MARGIN_BYTES = 2000;
const LEAST_SIZE = 4096;
const MOST_SIZE = 16_777_215;
const DEFAULT_SIZE = 99_999;
const DEFAULT_KEEP = 10;
const LEAST_KEEP = 2;

export interface ScriptDirectory {
  readonly name: string;
  readonly config: Config;
}

/** A line goes to standard error, or into a status file. */
export type AsideAction =
  | { readonly kind: "error"; readonly rules: readonly LineRule[] }
  | { readonly kind: "status"; readonly path: string; readonly rules: readonly LineRule[] };

export interface Script {
  readonly stamped: boolean;
  /** Bytes of a line, without its stamp, that are matched. */
  readonly lineBytes: number;
  readonly directories: readonly ScriptDirectory[];
  readonly asides: readonly AsideAction[];
}

/** Total: every list of byte strings is a script. */
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
        // The shell that is given nothing leaves nothing, and so does this.
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

/** The digits at the front, none are 0, in 64 bits (djb's scan_ulong). */
function scanned(text: string): number {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? "";
  return Number(BigInt.asUintN(64, BigInt(digits === "" ? "0" : digits)));
}
