/**
 * The lines of one read on their way to one directory: selected, stamped and put into the output area.
 *
 * Nothing is allocated and nothing is made of single lines: a read becomes one write. Copying stops where the
 * host has to write first; the place in the batch is kept, so it goes on from there.
 *
 * The output area is shared. What could not be written of it (a full disk, a processor that is not done, a process
 * that died) is not kept but made again: from the same place of the same batch with the same stamps come the same
 * bytes, of which the first `skip` are in the file already.
 *
 * A line of more than `lineBytes` is given out in pieces. Its first bytes decide where it goes, the rest
 * follows unchanged; `open` is what was decided.
 */
import type { Rule } from "./config.ts";
import { type Arena, type Batch, holdsNewLine, MOST_PREFIX_BYTES } from "./lines.ts";
import { isSelected } from "./selection.ts";
import { MOST_LEAD_BYTES, WRITTEN_BEHIND } from "./vector.ts";

/** Fewer lines are not worth the way to other code. */
const WORTH_A_VECTOR = 2;

/** What became of the beginning of a line whose end is not known yet. */
export type Open = 0 | 1 | 2;
const NOTHING_OPEN: Open = 0;
export const KEPT: Open = 1;
const DROPPED: Open = 2;

/** Sends lines elsewhere as they begin. */
export interface Forwarding {
  /** They do not go to the file. */
  readonly only: boolean;
  /** Sends `bytes[from..to)`; a line for the file, before it, where that failed. `cut`: perhaps not the whole line. */
  send(bytes: Uint8Array, from: number, to: number, lead: Uint8Array, cut: boolean): Uint8Array | undefined;
}

interface Settings {
  readonly rules: readonly Rule[];
  readonly lead: Uint8Array;
  readonly stampBytes: number;
  readonly forwarding: Forwarding | undefined;
}

export interface Stream {
  configured: boolean;
  /** What counts from the next batch on. */
  next: Settings | undefined;
  rules: readonly Rule[];
  forwarding: Forwarding | undefined;
  /** Where the last line that was sent begins; and what has to be written before it, because it was not. */
  sentAt: number;
  note: Uint8Array | undefined;
  /** Patterns are those of multilog(8), which see the stamp. */
  seesStamp: boolean;
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
  open: Open;
  /** Bytes that are in the file already of what is made from `at` on. */
  skip: number;
  /** Whether the last byte in the area ends a line. */
  endsLine: boolean;
  /** Lines and bytes that were not selected, since the host last took them. */
  deselectedLines: number;
  deselectedBytes: number;
}

/** A place in a batch, for going back to it. */
export interface Place {
  line: number;
  at: number;
  open: Open;
}

/** A directory that cannot be opened has a stream like any other, with room for the stamp. */
export function makeStream(base: number, stampBytes: number): Stream {
  const lead = new Uint8Array(stampBytes);
  return {
    configured: false,
    next: undefined,
    rules: [],
    forwarding: undefined,
    sentAt: -1,
    note: undefined,
    seesStamp: false,
    lead,
    heldLead: lead,
    written: 0,
    fill: 0,
    limit: Infinity,
    line: 0,
    at: base,
    open: NOTHING_OPEN,
    skip: 0,
    endsLine: true,
    deselectedLines: 0,
    deselectedBytes: 0,
  };
}

/**
 * Takes over what `config` says. A line that has begun keeps its stamp, and a batch that is under way what held when
 * it began: a part of it may have been written.
 */
export function configure(
  stream: Stream,
  batch: Batch,
  rules: readonly Rule[],
  prefix: Uint8Array,
  stampBytes: number,
  forwarding?: Forwarding,
): void {
  const used = prefix.subarray(0, MOST_PREFIX_BYTES);
  const lead = new Uint8Array(stampBytes + used.length);
  lead.set(used, stampBytes);
  const settings = { rules, lead, stampBytes, forwarding };
  if (stream.configured && batch.from !== batch.end) stream.next = settings;
  else take(stream, settings);
}

function take(stream: Stream, { rules, lead, stampBytes, forwarding }: Settings): void {
  const held = stream.heldLead === stream.lead ? undefined : stream.heldLead.subarray(0, stampBytes);
  stream.rules = rules;
  stream.forwarding = forwarding;
  stream.lead = lead;
  stream.heldLead = lead;
  if (held !== undefined) holdLead(stream, held);
  stream.next = undefined;
  stream.configured = true;
}

/** Begins a batch, whose lines have this stamp. */
export function beginStream(stream: Stream, batch: Batch, stamp: Uint8Array): void {
  if (stream.next !== undefined) take(stream, stream.next);
  stream.line = 0;
  stream.at = batch.start;
  stream.sentAt = -1;
  stream.lead.set(stamp);
}

/** That of a line that is kept has a place of its own from the first such line on: most services write whole lines. */
export function holdLead(stream: Stream, lead: Uint8Array): void {
  if (stream.heldLead === stream.lead) stream.heldLead = stream.lead.slice();
  stream.heldLead.set(lead);
}

/** The batch is over; a line that began in it is kept with its stamp. */
export function endStream(stream: Stream, arena: Arena, batch: Batch): void {
  if (holdsNewLine(arena, batch)) holdLead(stream, stream.lead);
}

/** The directory takes part from the next line that begins behind this batch. */
export function skipBatch(stream: Stream, batch: Batch, between: boolean): void {
  stream.line = batch.count;
  stream.at = batch.end;
  stream.skip = 0;
  stream.note = undefined;
  stream.open = (between ? batch.open : batch.givesRest) ? DROPPED : NOTHING_OPEN;
}

/** The number of the line that begins at `at`, a place where copying has stopped before. */
export function lineAt(arena: Arena, batch: Batch, at: number): number {
  let line = 0;
  while (line < batch.count && (arena.ends[line] ?? 0) < at) line++;
  return line;
}

/** Empties the area and copies into it what is left of the batch. False when it has to be written first. */
export function fillArea(arena: Arena, batch: Batch, stream: Stream, lineBytes: number): boolean {
  stream.fill = arena.outputAt;
  const all = copyLines(arena, batch, stream, lineBytes);
  stream.written = Math.min(stream.fill, arena.outputAt + stream.skip);
  return all;
}

/**
 * Copies what is left of the batch to the output area. False when it has to be emptied first, because it is full or
 * the file comes to its size.
 */
export function copyLines(arena: Arena, batch: Batch, stream: Stream, lineBytes: number): boolean {
  if (stream.line === 0 && stream.at === batch.start && batch.count > 0) {
    if (!copyPiece(arena, batch, stream, lineBytes, arena.ends[0] ?? 0, true)) return false;
  }
  const all = stream.rules.length === 0 && stream.forwarding === undefined
    ? copyAll(arena, batch, stream)
    : copySelected(arena, batch, stream, lineBytes);
  if (!all || !batch.givesRest || stream.at === batch.end) return all;
  return copyPiece(arena, batch, stream, lineBytes, batch.end, false);
}

/** All lines at once, where they have room and the file does not come to its size with them. */
function copyAtOnce(arena: Arena, batch: Batch, stream: Stream): boolean {
  const { bytes, ends, endsAt, outputEnd, vector } = arena;
  const { lead, line, at, fill } = stream;
  const lines = batch.count - line;
  if (vector === undefined || lines < WORTH_A_VECTOR || lead.length > MOST_LEAD_BYTES) return false;
  const end = (ends[batch.count - 1] ?? 0) + 1;
  const grown = fill + lines * lead.length + end - at;
  if (grown + WRITTEN_BEHIND > outputEnd || grown >= stream.limit) return false;
  const leadAt = endsAt - MOST_LEAD_BYTES;
  bytes.set(lead, leadAt);
  stream.fill = vector.stampLines(at, end, fill, leadAt, lead.length);
  stream.line = batch.count;
  stream.at = end;
  stream.endsLine = true;
  return true;
}

/** Whole lines of which every one goes to the file. */
function copyAll(arena: Arena, batch: Batch, stream: Stream): boolean {
  if (copyAtOnce(arena, batch, stream)) return true;
  const { bytes, ends, outputEnd } = arena;
  const { count } = batch;
  const { lead, limit } = stream;
  const leadBytes = lead.length;
  let { line, at, fill } = stream;
  let full = false;
  while (line < count && !full) {
    const next = (ends[line] ?? 0) + 1;
    const text = fill + leadBytes;
    const grown = text + next - at;
    if (grown > outputEnd) {
      full = true;
    } else {
      for (let i = 0; i < leadBytes; i++) bytes[fill + i] = lead[i] ?? 0;
      bytes.copyWithin(text, at, next);
      fill = grown;
      at = next;
      line++;
      full = fill >= limit;
    }
  }
  if (fill > stream.fill) stream.endsLine = true;
  stream.line = line;
  stream.at = at;
  stream.fill = fill;
  return !full;
}

function copySelected(arena: Arena, batch: Batch, stream: Stream, lineBytes: number): boolean {
  while (stream.line < batch.count) {
    if (!copyPiece(arena, batch, stream, lineBytes, arena.ends[stream.line] ?? 0, true)) return false;
  }
  return true;
}

/** One line or part of a line: up to `end`, and the newline there when it is `complete`. */
function copyPiece(
  arena: Arena,
  batch: Batch,
  stream: Stream,
  lineBytes: number,
  end: number,
  complete: boolean,
): boolean {
  const { bytes } = arena;
  const { at } = stream;
  const begins = stream.open === NOTHING_OPEN;
  const selected = begins
    ? isSelected(stream.rules, true, bytes, at, Math.min(end, at + lineBytes), headOf(stream, batch, at))
    : stream.open === KEPT;
  if (begins && selected && !forward(arena, batch, stream, lineBytes, end)) return false;
  const keeps = selected && !(begins && stream.forwarding?.only === true);
  const next = complete ? end + 1 : end;
  if (keeps) {
    const lead = leadOf(stream, batch, at);
    const text = begins ? stream.fill + lead.length : stream.fill;
    if (text + next - at > arena.outputEnd) return false;
    if (begins) bytes.set(lead, stream.fill);
    bytes.copyWithin(text, at, next);
    stream.fill = text + next - at;
    stream.endsLine = complete;
  } else {
    stream.deselectedBytes += next - at;
    if (complete) stream.deselectedLines++;
  }
  stream.open = complete ? NOTHING_OPEN : keeps ? KEPT : DROPPED;
  stream.at = next;
  if (complete) stream.line++;
  return !keeps || stream.fill < stream.limit;
}

/**
 * Sends the line that begins here, once. False where something has to be written before it. What is in the file
 * already was sent before it was written.
 */
function forward(arena: Arena, batch: Batch, stream: Stream, lineBytes: number, end: number): boolean {
  const { forwarding, at } = stream;
  if (forwarding === undefined) return true;
  if (at > stream.sentAt && stream.fill >= arena.outputAt + stream.skip) {
    const to = Math.min(end, at + lineBytes);
    stream.sentAt = at;
    stream.note = forwarding.send(arena.bytes, at, to, leadOf(stream, batch, at), to - at === lineBytes);
  }
  return stream.note === undefined || at < stream.sentAt;
}

/** Stamp and prefix of the line that begins at `at`, in this read or an earlier one. */
export function leadOf(stream: Stream, batch: Batch, at: number): Uint8Array {
  return at === batch.start && batch.continued ? stream.heldLead : stream.lead;
}

/** What patterns see in front of the line. */
function headOf(stream: Stream, batch: Batch, at: number): Uint8Array | undefined {
  return stream.seesStamp ? leadOf(stream, batch, at) : undefined;
}
