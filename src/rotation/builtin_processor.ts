/**
 * Processors that are built into denit, so that logs are compressed even where neither gzip nor zstd is installed.
 *
 * In `config` their lines are `!gzip` and `!zstd`, with or without a level. Any other svlogd runs the installed program
 * for such a line, and gets the same kind of file. Every other command goes to sh.
 */
import { zipRequest } from "../compression/request.ts";

/** The applet of denit that does what `command` says, with its arguments; undefined if sh has to run the command. */
export function builtinProcessor(command: string): readonly string[] | undefined {
  const words = command.split(" ");
  return zipRequest(words) === undefined ? undefined : ["svlogzip", ...words];
}
