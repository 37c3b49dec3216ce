/** One line of a log. */
import type { Instant } from "./instant.ts";
import { STAMP_LENGTH, type StampReader } from "./stamp.ts";

/** A line and what is known of its time. */
export interface Line {
  /** The index of the log among those that were asked for. */
  readonly log: number;
  /** The line's own stamp, or the time of the line before it; undefined if neither is known. */
  readonly time: Instant | undefined;
  /** True if the line has a stamp of its own. */
  readonly isStamped: boolean;
  /** The text behind the stamp, without the newline: a byte string. */
  readonly text: string;
}

/** The line that `text` holds, without its newline. `before` is the time of the line before it. */
export function lineOf(log: number, text: string, before: Instant | undefined, stamps: StampReader): Line {
  const time = stamps.read(text);
  return time === undefined
    ? { log, time: before, isStamped: false, text }
    : { log, time, isStamped: true, text: text.slice(STAMP_LENGTH) };
}
