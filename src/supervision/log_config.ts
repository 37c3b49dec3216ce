/** What the fleet must know of a `log/config` whose log has no run. The rest is for those who write the log. */
import { needsOwnProcess } from "../logging/joining.ts";
import { stampOf } from "../logging/tree_config.ts";

export interface LogConfig {
  /** It asks for what the tree's logger may not do: a processor, datagrams, lines on standard error. */
  readonly needsOwn: boolean;
  /** svlogd's options for the stamp of lines, where it gets a svlogd of its own. */
  readonly options: readonly string[];
}

/** By `-t`, `-tt`, `-ttt`, or nothing. */
const OPTIONS: readonly (readonly string[])[] = [[], ["-t"], ["-tt"], ["-ttt"]];

/** `text` is a byte string. */
export function logConfigOf(text: string): LogConfig {
  return { needsOwn: needsOwnProcess(text), options: OPTIONS[stampOf(text)] ?? [] };
}
