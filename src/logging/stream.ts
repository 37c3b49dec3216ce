/**
 * The lines of one read on their way to one directory: selected, stamped and put into its output area.
 *
 * Nothing is allocated and nothing is made of single lines: a read becomes one write. Copying stops where the
 * host has to act first: the area is full or the file has reached its size (`DRAIN`), or the text for stderr
 * has to go (`ERRORS`). The place in the batch is kept, so it goes on from there.
 *
 * A line of more than `lineBytes` is given out in pieces. Its first bytes decide where it goes, the rest
 * follows unchanged; `open` is what was decided.
 */
import type { Rule } from "./config.ts";
import { type Arena, type Batch, holdsNewLine, MOST_PREFIX_BYTES } from "./lines.ts";
import { select, TO_ERRORS, TO_FILE } from "./selection.ts";

/** Why copying stopped. */
export const DONE = 0;
export const DRAIN = 1;
export const ERRORS = 2;
export type Stop = typeof DONE | typeof DRAIN | typeof ERRORS;

/** What became of the beginning of a line whose end is not known yet. */
const NOTHING_OPEN = 0;
const KEPT = 1;
const DROPPED = 2;

const NEWLINE = 0x0a;
const FULL_STOP = 0x2e;
/** `...` and a newline. */
const ERROR_TAIL_BYTES = 4;

export interface Stream {
  /** The output area. */
  readonly outputAt: number;
  readonly outputEnd: number;
  rules: readonly Rule[];
  /** Stamp and prefix of lines that begin in this read, and of the line that began earlier. */
  lead: Uint8Array;
  heldLead: Uint8Array;
  /** Not written yet is `arena.bytes[written..fill)`. */
  written: number;
  fill: number;
  /** Copying stops after the line with which `fill` comes here. */
  limit: number;
  /** Next line of the batch, and its first byte. */
  line: number;
  at: number;
  open: number;
  /** Whether the last byte in the area ends a line. */
  endsLine: boolean;
}

/** Lines for stderr, until the host prints them. */
export interface ErrorText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  fill: number;
}

export function makeStream(arena: Arena, index: number): Stream {
  const outputAt = index * arena.outputBytes;
  return {
    outputAt,
    outputEnd: outputAt + arena.outputBytes,
    rules: [],
    lead: new Uint8Array(0),
    heldLead: new Uint8Array(0),
    written: outputAt,
    fill: outputAt,
    limit: Infinity,
    line: 0,
    at: arena.inputAt,
    open: NOTHING_OPEN,
    endsLine: true,
  };
}

/** Takes over what `config` says. A line that has begun keeps its stamp. */
export function configure(
  stream: Stream,
  rules: readonly Rule[],
  prefix: Uint8Array,
  stampBytes: number,
): void {
  const used = prefix.subarray(0, MOST_PREFIX_BYTES);
  const held = stream.heldLead.subarray(0, stampBytes);
  stream.rules = rules;
  stream.lead = new Uint8Array(stampBytes + used.length);
  stream.lead.set(used, stampBytes);
  stream.heldLead = stream.lead.slice();
  stream.heldLead.set(held);
}

/** Begins a batch, whose lines have this stamp. */
export function beginStream(stream: Stream, batch: Batch, stamp: Uint8Array): void {
  stream.line = 0;
  stream.at = batch.start;
  stream.lead.set(stamp);
}

/** The batch is over; a line that began in it is kept with its stamp. */
export function endStream(stream: Stream, batch: Batch): void {
  if (holdsNewLine(batch)) stream.heldLead.set(stream.lead);
}

/** The directory takes part from the next line that begins behind this batch. */
export function skipBatch(stream: Stream, arena: Arena, batch: Batch): void {
  const between = batch.end === arena.inputAt;
  stream.line = batch.count;
  stream.at = batch.end;
  stream.written = stream.fill = stream.outputAt;
  stream.open = (between ? batch.open : batch.givesRest) ? DROPPED : NOTHING_OPEN;
}

/** Copies what is left of the batch, or as much as goes. */
export function copyLines(
  arena: Arena,
  batch: Batch,
  stream: Stream,
  errors: ErrorText,
  lineBytes: number,
): Stop {
  if (stream.line === 0 && stream.at === batch.start && batch.count > 0) {
    const stop = copyPiece(arena, batch, stream, errors, lineBytes, batch.ends[0] ?? 0, true);
    if (stop !== DONE) return stop;
  }
  const stop = stream.rules.length === 0
    ? copyAll(arena, batch, stream)
    : copySelected(arena, batch, stream, errors, lineBytes);
  if (stop !== DONE || !batch.givesRest || stream.at === batch.end) return stop;
  return copyPiece(arena, batch, stream, errors, lineBytes, batch.end, false);
}

/** Whole lines of which every one goes to the file. */
function copyAll(arena: Arena, batch: Batch, stream: Stream): Stop {
  const { bytes } = arena;
  const { ends, count } = batch;
  const { lead, limit, outputEnd } = stream;
  const leadBytes = lead.length;
  let { line, at, fill } = stream;
  let stop: Stop = DONE;
  while (line < count) {
    const next = (ends[line] ?? 0) + 1;
    const text = fill + leadBytes;
    const grown = text + next - at;
    if (grown > outputEnd) {
      stop = DRAIN;
      break;
    }
    for (let i = 0; i < leadBytes; i++) bytes[fill + i] = lead[i] ?? 0;
    bytes.copyWithin(text, at, next);
    fill = grown;
    at = next;
    line++;
    if (fill >= limit) {
      stop = DRAIN;
      break;
    }
  }
  stream.line = line;
  stream.at = at;
  stream.fill = fill;
  return stop;
}

function copySelected(
  arena: Arena,
  batch: Batch,
  stream: Stream,
  errors: ErrorText,
  lineBytes: number,
): Stop {
  while (stream.line < batch.count) {
    const end = batch.ends[stream.line] ?? 0;
    const stop = copyPiece(arena, batch, stream, errors, lineBytes, end, true);
    if (stop !== DONE) return stop;
  }
  return DONE;
}

/** One line or part of a line: up to `end`, and the newline there when it is `complete`. */
function copyPiece(
  arena: Arena,
  batch: Batch,
  stream: Stream,
  errors: ErrorText,
  lineBytes: number,
  end: number,
  complete: boolean,
): Stop {
  const { bytes } = arena;
  const { at } = stream;
  const begins = stream.open === NOTHING_OPEN;
  const lead = at === batch.start && batch.continued ? stream.heldLead : stream.lead;
  const matched = Math.min(end, at + lineBytes);
  const verdict = begins ? select(stream.rules, bytes, at, matched) : stream.open === KEPT ? TO_FILE : 0;
  const size = (begins ? lead.length : 0) + end - at + (complete ? 1 : 0);
  const filed = (verdict & TO_FILE) !== 0;
  if (filed && stream.fill + size > stream.outputEnd) return DRAIN;
  if ((verdict & TO_ERRORS) !== 0) {
    if (!copyError(bytes, errors, lead, at, matched, matched - at === lineBytes)) return ERRORS;
  }
  if (filed) {
    if (begins) bytes.set(lead, stream.fill);
    bytes.copyWithin(stream.fill + size - (end - at) - (complete ? 1 : 0), at, end + (complete ? 1 : 0));
    stream.fill += size;
    stream.endsLine = complete;
  }
  stream.open = complete ? NOTHING_OPEN : filed ? KEPT : DROPPED;
  stream.at = end + (complete ? 1 : 0);
  if (complete) stream.line++;
  return filed && stream.fill >= stream.limit ? DRAIN : DONE;
}

/** A line for stderr; false, and nothing is done, when there is no room for it. */
function copyError(
  bytes: Uint8Array,
  errors: ErrorText,
  lead: Uint8Array,
  from: number,
  to: number,
  cut: boolean,
): boolean {
  const into = errors.bytes;
  if (errors.fill + lead.length + to - from + ERROR_TAIL_BYTES > into.length) return false;
  into.set(lead, errors.fill);
  let at = errors.fill + lead.length;
  for (let i = from; i < to; i++) into[at++] = bytes[i] ?? 0;
  if (cut) {
    into.fill(FULL_STOP, at, at + 3);
    at += 3;
  }
  into[at++] = NEWLINE;
  errors.fill = at;
  return true;
}
