/** What the fleet must know of a `log/config` whose log has no run. The rest is for those who write the log. */
import { parseConfig } from "../logging/config.ts";
import { needsOwnProcess } from "../logging/joining.ts";

export interface LogConfig {
  /** It asks for what the tree's logger may not do: a processor, datagrams, lines on standard error. */
  readonly needsOwn: boolean;
  /** svlogd's options for the stamp of lines, where it gets a svlogd of its own. */
  readonly options: readonly string[];
}

/** svlogd's option for each stamp; what says nothing about it gets the tree's logger's own, as `-tt`. */
const OPTIONS: readonly (readonly string[])[] = [[], ["-t"], ["-tt"], ["-ttt"]];
const USUAL = 2;

/** `text` is a byte string. */
export function logConfigOf(text: string): LogConfig {
  return { needsOwn: needsOwnProcess(text), options: OPTIONS[parseConfig(text).stamp ?? USUAL] ?? [] };
}
