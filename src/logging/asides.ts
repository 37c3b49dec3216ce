/**
 * Lines that a script of multilog(8) sends to standard error (`e`) and into status files (`=FILE`), with their stamps.
 *
 * Standard error gets all of them, in the order of the script. Of a status file only the last line of a read is kept, for
 * that is what anybody finds in it.
 */
import type { ErrorText } from "./errors.ts";
import type { Leads } from "./leads.ts";
import type { Arena, Batch } from "./lines.ts";
import { type AsideAction, SEEN_BYTES } from "./multilog.ts";
import { isSelected } from "./selection.ts";

/** So much of a line goes to standard error; three full stops stand for more. */
const SHOWN_BYTES = 200;
/** What one line takes on standard error at most. */
export const ASIDE_BYTES = SHOWN_BYTES + 4;
/** Length of a status file, which newlines fill up. */
export const STATUS_BYTES = SEEN_BYTES + 1;
const NEWLINE = 0x0a;
const FULL_STOP = 0x2e;

export interface Status {
  readonly path: string;
  readonly text: Uint8Array<ArrayBuffer>;
  /** When it was last set, counted in lines and actions: of two for one file, the later counts. */
  turn: number;
  /** It is not in the file yet. */
  due: boolean;
}

export function makeStatus(path: string): Status {
  return { path, text: new Uint8Array(STATUS_BYTES), turn: 0, due: false };
}

/** What takes part in one batch. `statuses` has one for each `status` action, in their order. */
export interface Asides {
  readonly actions: readonly AsideAction[];
  readonly statuses: readonly Status[];
  /** The stamps of lines. */
  readonly leads: Leads;
  readonly errors: ErrorText;
  readonly lineBytes: number;
  flush(): void;
}

/** All lines that begin in this batch, and the one that is kept, when enough of it is here. */
export function copyAsides(arena: Arena, batch: Batch, asides: Asides): void {
  const { leads, lineBytes } = asides;
  let at = batch.start;
  let turn = 0;
  const lines = batch.givesRest ? batch.count + 1 : batch.count;
  for (let line = 0; line < lines; line++) {
    const end = line < batch.count ? arena.ends[line] ?? 0 : batch.end;
    // The beginning of an open line was here before.
    if (line > 0 || !batch.open) {
      const lead = leads.at(batch, at);
      turn = takeLine(asides, arena.bytes, at, Math.min(end, at + lineBytes), lead, turn);
    }
    at = end + 1;
  }
}

function takeLine(
  { actions, statuses, errors, flush }: Asides,
  bytes: Uint8Array,
  from: number,
  to: number,
  lead: Uint8Array,
  before: number,
): number {
  let turn = before;
  let status = 0;
  for (const action of actions) {
    turn++;
    const into = action.kind === "status" ? statuses[status++] : undefined;
    if (!isSelected(action.rules, true, bytes, from, to, lead)) continue;
    if (into !== undefined) setStatus(into, bytes, from, to, lead, turn);
    else {
      if (errors.fill + ASIDE_BYTES > errors.bytes.length) flush();
      putError(errors, bytes, from, to, lead);
    }
  }
  return turn;
}

function setStatus(
  status: Status,
  bytes: Uint8Array,
  from: number,
  to: number,
  lead: Uint8Array,
  turn: number,
): void {
  status.text.fill(NEWLINE);
  status.text.set(lead);
  status.text.set(bytes.subarray(from, to), lead.length);
  status.turn = turn;
  status.due = true;
}

function putError(text: ErrorText, bytes: Uint8Array, from: number, to: number, lead: Uint8Array): void {
  const into = text.bytes;
  const length = Math.min(to - from, SHOWN_BYTES - lead.length);
  into.set(lead, text.fill);
  let at = text.fill + lead.length;
  for (let i = from; i < from + length; i++) into[at++] = bytes[i] ?? 0;
  for (let i = 0; length < to - from && i < 3; i++) into[at++] = FULL_STOP;
  into[at++] = NEWLINE;
  text.fill = at;
}
