/**
 * Copies the lines that a script of multilog(8) sends to standard error (`e`) and into status files (`=FILE`), with
 * their stamps.
 *
 * Standard error gets every selected line, in the order of the script. A status file holds one line, so it gets only the
 * last selected line of each read.
 */
import { type ErrorText, FULL_STOP } from "./errors.ts";
import type { Leads } from "./leads.ts";
import { type Arena, type Batch, NEWLINE } from "./lines.ts";
import { type AsideAction, SEEN_BYTES } from "./multilog.ts";
import { isSelected } from "./selection.ts";

/** Bytes of a line, its stamp among them, that go to standard error (daemontools, multilog.c). */
const SHOWN_BYTES = 200;
/** The most bytes that one line takes on standard error. */
const ASIDE_BYTES = SHOWN_BYTES + 4;
/** Length of a status file. Newlines fill what the line leaves free. */
export const STATUS_BYTES = SEEN_BYTES + 1;

/** The line of one status file. */
export interface Status {
  readonly path: string;
  /** The whole content of the file. */
  readonly text: Uint8Array<ArrayBuffer>;
  /** Counts lines and actions of a read. If two actions write one file, the later `turn` wins. */
  turn: number;
  /** True when the file does not have this line yet. */
  due: boolean;
}

/** The status file `path` before any line is selected for it. */
export function makeStatus(path: string): Status {
  return { path, text: new Uint8Array(STATUS_BYTES), turn: 0, due: false };
}

/** The destinations of one batch. */
export interface Asides {
  readonly actions: readonly AsideAction[];
  /** The lines of status files, one for each `status` action, in the order of the actions. */
  readonly statuses: readonly Status[];
  /** The stamps of lines. */
  readonly leads: Leads;
  readonly errors: ErrorText;
  /** Bytes of a line, without its stamp, that are matched and copied. */
  readonly lineBytes: number;
  /** Prints and empties `errors`. */
  flush(): void;
}

/** Copies the lines that begin in this batch, and an incomplete line if `lineBytes` of its bytes are here. */
export function copyAsides(arena: Arena, batch: Batch, asides: Asides): void {
  const { leads, lineBytes } = asides;
  let at = batch.start;
  let turn = 0;
  const lines = batch.givesRest ? batch.count + 1 : batch.count;
  for (let line = 0; line < lines; line++) {
    const end = line < batch.count ? arena.ends[line] ?? 0 : batch.end;
    // The beginning of an open line was copied with an earlier batch.
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
