/** What the `config` of a log directory without a `run` says besides svlogd(8)'s directives, which pass over it. */
import type { StampKind } from "./stamp.ts";

const STAMPS: ReadonlyMap<string, StampKind> = new Map([["none", 0], ["tai64n", 1], ["utc", 2], ["iso", 3]]);
const DIRECTIVE = ":stamp ";
/** As `svlogd -tt`. */
const USUAL: StampKind = 2;

/** The last line `:stamp none|tai64n|utc|iso` of a config (a byte string) counts. */
export function stampOf(config: string): StampKind {
  const lines = config.split("\n").filter((line) => line.startsWith(DIRECTIVE));
  return STAMPS.get(lines.at(-1)?.slice(DIRECTIVE.length).trim() ?? "") ?? USUAL;
}
