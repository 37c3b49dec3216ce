/**
 * Lines that `e` selects, on their way to stderr: line by line, and of one line directory by directory, with
 * its stamp, its prefix, and no more than the first bytes of a long one.
 */
import type { Rule } from "./config.ts";
import type { Leads } from "./leads.ts";
import type { Arena, Batch } from "./lines.ts";
import { isSelected } from "./selection.ts";

const NEWLINE = 0x0a;
const FULL_STOP = 0x2e;

export interface ErrorStream {
  readonly leads: Leads;
  readonly rules: readonly Rule[];
}

/** Text until it is printed; `put` lines are appended, and `flush` is called when there is no room for one. */
export interface ErrorText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  fill: number;
}

/** Room that one line takes at most. */
export function errorBytes(lineBytes: number, leadBytes: number): number {
  return leadBytes + lineBytes + 4;
}

/** All lines that begin in this batch, and the one that is kept, when enough of it is here. */
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
    // The beginning of an open line was here before.
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

/** Puts a line there with its stamp and prefix, its newline, and three full stops where it may have been cut. */
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
