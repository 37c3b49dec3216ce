/**
 * Processors that denit has itself, so that logs are compressed where neither gzip nor zstd is installed. In `config`
 * they are lines that any svlogd serves with the installed program, to the same kind of result: `!gzip`, `!zstd`, with a
 * level behind them or not. Whatever else a line says goes to sh.
 */
import { zipRequest } from "../compression/request.ts";

/** The argv of our own program that does what `command` says; undefined where that is sh's. */
export function builtinProcessor(command: string): readonly string[] | undefined {
  const words = command.split(" ");
  return zipRequest(words) === undefined ? undefined : ["svlogzip", ...words];
}
