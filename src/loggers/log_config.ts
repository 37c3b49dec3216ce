/**
 * The part of a `log/config` that the fleet must know, of a log that has no `run`. The logger that writes the log reads
 * the rest.
 */
import { parseConfig } from "../logging/config.ts";
import { needsOwnProcess } from "../logging/joining.ts";

/** Who can write a log, by its `config`. */
export interface LogConfig {
  /** True when the log needs a svlogd: it asks for a processor, datagrams, or lines on standard error. */
  readonly needsOwn: boolean;
  /** Options of svlogd for the stamp of lines, if the log gets a svlogd. */
  readonly options: readonly string[];
}

/** svlogd's options by StampKind. */
const OPTIONS: readonly (readonly string[])[] = [[], ["-t"], ["-tt"], ["-ttt"]];
/** The tree's logger stamps lines as `-tt` does when the config says nothing about it; so does svlogd in its place. */
const USUAL = 2;

/** Tells from the content of a `config`, a byte string, who can write the log. */
export function logConfigOf(text: string): LogConfig {
  return { needsOwn: needsOwnProcess(text), options: OPTIONS[parseConfig(text).stamp ?? USUAL] ?? [] };
}
