import type { Instant } from "./instant.ts";
import { STAMP_LENGTH, type StampReader } from "./stamp.ts";

/** A line of a log. */
export interface Line {
  /** Which of the logs that were asked for. */
  readonly log: number;
  /** When it was written: its stamp, or that of the line it follows; undefined when neither is known. */
  readonly time: Instant | undefined;
  readonly isStamped: boolean;
  /** What is behind the stamp, without newline: a byte string. */
  readonly text: string;
}

/** `text` is a whole line without its newline; `before` the time of the line in front of it. */
export function lineOf(log: number, text: string, before: Instant | undefined, stamps: StampReader): Line {
  const time = stamps.read(text);
  return time === undefined
    ? { log, time: before, isStamped: false, text }
    : { log, time, isStamped: true, text: text.slice(STAMP_LENGTH) };
}
