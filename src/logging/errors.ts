/**
 * Copies the lines that `e` in `config` selects for standard error (svlogd(8)). They go line by line, and for one line
 * directory by directory, each with the stamp and prefix of that directory. Of a long line only the first bytes are shown.
 */
import type { LineRule } from "./config.ts";
import type { Leads } from "./leads.ts";
import { type Arena, type Batch, NEWLINE } from "./lines.ts";
import { isSelected } from "./selection.ts";

/** Three of them stand for the part of a line that is not shown. */
export const FULL_STOP = 0x2e;

/** A directory whose `config` selects lines for standard error. */
export interface ErrorStream {
  /** Stamp and prefix of its lines. */
  readonly leads: Leads;
  /** The `e` and `E` rules, in the order of `config`. */
  readonly rules: readonly LineRule[];
}

/** Lines that are gathered until they are printed: `bytes[0..fill)`. */
export interface ErrorText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  fill: number;
}

/** The most bytes that one line takes in an `ErrorText`. */
export function errorBytes(lineBytes: number, leadBytes: number): number {
  return leadBytes + lineBytes + 4;
}

/**
 * Appends to `text` the lines that begin in this batch, and an incomplete line if `lineBytes` of its bytes are here.
 * Calls `flush` when there is no room for the next line; `flush` must empty `text`.
 */
export function copyErrors(
  arena: Arena,
  batch: Batch,
  streams: readonly ErrorStream[],
  text: ErrorText,
  lineBytes: number,
  flush: () => void,
): void {
  let at = batch.start;
  const lines = batch.givesRest ? batch.count + 1 : batch.count;
  for (let line = 0; line < lines; line++) {
    const end = line < batch.count ? arena.ends[line] ?? 0 : batch.end;
    // The beginning of an open line was copied with an earlier batch.
    if (line > 0 || !batch.open) {
      for (const { leads, rules } of streams) {
        const to = Math.min(end, at + lineBytes);
        if (!isSelected(rules, false, arena.bytes, at, to)) continue;
        const lead = leads.at(batch, at);
        if (text.fill + errorBytes(lineBytes, lead.length) > text.bytes.length) flush();
        putLine(arena.bytes, at, to, lead, text, to - at === lineBytes);
      }
    }
    at = end + 1;
  }
}

/** Appends the line `bytes[from..to)` with its lead and a newline. If `cut`, three full stops stand for its rest. */
export function putLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  lead: Uint8Array,
  text: ErrorText,
  cut: boolean,
): void {
  const into = text.bytes;
  into.set(lead, text.fill);
  let at = text.fill + lead.length;
  for (let i = from; i < to; i++) into[at++] = bytes[i] ?? 0;
  for (let i = 0; cut && i < 3; i++) into[at++] = FULL_STOP;
  into[at++] = NEWLINE;
  text.fill = at;
}
