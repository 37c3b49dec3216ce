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
import { Leads } from "./leads.ts";
import type { Arena, Batch } from "./lines.ts";
import { isSelected } from "./selection.ts";
import { MOST_LEAD_BYTES, WRITTEN_BEHIND } from "./vector.ts";

/** Fewer lines are not worth the way to other code. */
const WORTH_A_VECTOR = 2;

/** The part of a line that was copied before its end was known: there is none, it was kept, or it was dropped. */
export type Open = 0 | 1 | 2;
const NOTHING_OPEN: Open = 0;
const KEPT: Open = 1;
const DROPPED: Open = 2;

/** Sends lines elsewhere as they begin. */
export interface Forwarding {
  /** They do not go to the file. */
  readonly only: boolean;
  /** Sends `bytes[from..to)`; a line for the file, before it, where that failed. `cut`: perhaps not the whole line. */
  send(bytes: Uint8Array, from: number, to: number, lead: Uint8Array, cut: boolean): Uint8Array | undefined;
}

/** What `config` says, once it counts. */
interface Settings {
  readonly rules: readonly Rule[];
  readonly prefix: Uint8Array;
  readonly forwarding: Forwarding | undefined;
}

/** How far copying has come in a batch, and what it has counted: all that is needed to go back there. */
export interface Position {
  /** Next line of the batch, and its first byte. */
  readonly line: number;
  readonly at: number;
  readonly open: Open;
  readonly deselectedLines: number;
  readonly deselectedBytes: number;
}

/** Counts of lines that no pattern selected. */
export interface Deselected {
  deselectedLines: number;
  deselectedBytes: number;
}

export class Stream {
  /** Stamp and prefix of the lines. */
  readonly leads: Leads;
  /** Patterns are those of multilog(8), which see the stamp. */
  readonly #patternsSeeStamp: boolean;
  #configured = false;
  /** What counts from the next batch on. */
  #next: Settings | undefined = undefined;
  #rules: readonly Rule[] = [];
  #forwarding: Forwarding | undefined = undefined;
  /** Where the last line that was sent begins; and what has to be written before it, because it was not. */
  #sentAt = -1;
  #note: Uint8Array | undefined = undefined;
  /** Not written yet is `arena.bytes[written..fill)`. */
  #written = 0;
  #fill = 0;
  /** Copying stops after the line with which `fill` comes here. */
  #limit = Infinity;
  #line = 0;
  #at: number;
  #open: Open = NOTHING_OPEN;
  /** Bytes that are in the file already of what is made from `at` on. */
  #skip = 0;
  #endsLine = true;
  /** Since the last `takeDeselected`. */
  #deselectedLines = 0;
  #deselectedBytes = 0;

  /** Begins at `at`. A directory that cannot be opened has a stream like any other, with room for the stamp. */
  constructor(at: number, stampBytes: number, patternsSeeStamp: boolean) {
    this.#at = at;
    this.leads = new Leads(stampBytes);
    this.#patternsSeeStamp = patternsSeeStamp;
  }

  // What a writer asks

  /** The first byte of the batch that is still to be copied. */
  get at(): number {
    return this.#at;
  }
  get open(): Open {
    return this.#open;
  }
  get skip(): number {
    return this.#skip;
  }
  /** Where in the arena the bytes begin that are still to be written. */
  get written(): number {
    return this.#written;
  }
  /** Where in the arena the bytes end that are still to be written. */
  get fill(): number {
    return this.#fill;
  }
  /** Whether the last byte in the area, or in the file when the area is empty, ends a line. */
  get endsLine(): boolean {
    return this.#endsLine;
  }
  /** A line that has to be written before the one at hand. */
  get note(): Uint8Array | undefined {
    return this.#note;
  }
  /** The note is to be written now: everything before it is in the file. */
  get owesNote(): boolean {
    return this.#note !== undefined && this.#at === this.#sentAt;
  }
  /** How many complete lines of the batch are still to be copied. */
  linesLeft(batch: Batch): number {
    return batch.count - this.#line;
  }
  position(): Position {
    return {
      line: this.#line,
      at: this.#at,
      open: this.#open,
      deselectedLines: this.#deselectedLines,
      deselectedBytes: this.#deselectedBytes,
    };
  }

  // What config says

  /**
   * Takes over what `config` says. A line that has begun keeps its stamp, and a batch that is under way what held when
   * it began: a part of it may have been written.
   */
  configure(batch: Batch, rules: readonly Rule[], prefix: Uint8Array, forwarding?: Forwarding): void {
    const settings = { rules, prefix, forwarding };
    if (this.#configured && batch.from !== batch.end) this.#next = settings;
    else this.#adopt(settings);
  }

  #adopt({ rules, prefix, forwarding }: Settings): void {
    this.#rules = rules;
    this.#forwarding = forwarding;
    this.leads.setPrefix(prefix);
    this.#next = undefined;
    this.#configured = true;
  }

  // Batches

  /** Begins a batch, whose lines have this stamp. */
  begin(batch: Batch, stamp: Uint8Array): void {
    if (this.#next !== undefined) this.#adopt(this.#next);
    this.#line = 0;
    this.#at = batch.start;
    this.#sentAt = -1;
    this.leads.begin(stamp);
  }

  /** Goes on in the batch that has begun where a dead process stopped: at `at`, of which `skip` bytes are written. */
  resume(arena: Arena, batch: Batch, at: number, skip: number, open: Open): void {
    this.#line = lineAt(arena, batch, at);
    this.#at = at;
    this.#skip = skip;
    this.#open = open;
  }

  /** What is kept of the batch has been moved to `at`. */
  moveTo(at: number): void {
    this.#at = at;
  }

  /** The directory takes part from the next line that begins behind this batch. */
  skipBatch(batch: Batch, between: boolean): void {
    this.#line = batch.count;
    this.#at = batch.end;
    this.#skip = 0;
    this.#note = undefined;
    this.#open = (between ? batch.open : batch.givesRest) ? DROPPED : NOTHING_OPEN;
  }

  /** Leaves out all lines up to `end`. `whole`: what the file had of the first in part is cut off again. */
  drop(batch: Batch, end: number, whole: boolean): void {
    this.#endsLine = whole && this.#open !== KEPT;
    this.skipBatch(batch, false);
    this.#at = end;
  }

  /** Moves the counts of lines and bytes that were not selected into `counts`. */
  takeDeselected(counts: Deselected): void {
    counts.deselectedBytes += this.#deselectedBytes;
    counts.deselectedLines += this.#deselectedLines;
    this.#deselectedBytes = this.#deselectedLines = 0;
  }

  // Writing

  /** So many bytes of the area have been written. */
  wrote(count: number): void {
    this.#written += count;
  }

  /** So many bytes of the note have been written. */
  wroteNote(count: number): void {
    const note = this.#note ?? NO_BYTES;
    this.#note = count < note.length ? note.subarray(count) : undefined;
  }

  /** A line has been written that is not of the batch. */
  wroteLine(): void {
    this.#endsLine = true;
  }

  /** All of the area has been written. */
  wroteAll(): void {
    this.#skip = 0;
  }

  /** Not all of the area could be written: its rest is made again, later, from where its beginning was made. */
  goBack(arena: Arena, from: Position): void {
    this.#skip = this.#written - arena.outputAt;
    this.#line = from.line;
    this.#at = from.at;
    this.#open = from.open;
    this.#deselectedLines = from.deselectedLines;
    this.#deselectedBytes = from.deselectedBytes;
  }

  /**
   * Empties the area and copies into it what is left of the batch, up to the line with which `room` more bytes than are
   * in the file are there. False when it has to be written first.
   */
  fillArea(arena: Arena, batch: Batch, lineBytes: number, room: number): boolean {
    this.#limit = arena.outputAt + this.#skip + room;
    this.#fill = arena.outputAt;
    const all = this.#copyLines(arena, batch, lineBytes);
    this.#written = Math.min(this.#fill, arena.outputAt + this.#skip);
    return all;
  }

  // Copying

  /**
   * Copies what is left of the batch to the output area. False when it has to be emptied first, because it is full or
   * the file comes to its size.
   */
  #copyLines(arena: Arena, batch: Batch, lineBytes: number): boolean {
    if (this.#line === 0 && this.#at === batch.start && batch.count > 0) {
      if (!this.#copyPiece(arena, batch, lineBytes, arena.ends[0] ?? 0, true)) return false;
    }
    const all = this.#rules.length === 0 && this.#forwarding === undefined
      ? this.#copyAll(arena, batch)
      : this.#copySelected(arena, batch, lineBytes);
    if (!all || !batch.givesRest || this.#at === batch.end) return all;
    return this.#copyPiece(arena, batch, lineBytes, batch.end, false);
  }

  /** All lines at once, where they have room and the file does not come to its size with them. */
  #copyAtOnce(arena: Arena, batch: Batch): boolean {
    const { bytes, ends, endsAt, outputEnd, vector } = arena;
    const lead = this.leads.fresh;
    const line = this.#line;
    const at = this.#at;
    const fill = this.#fill;
    const lines = batch.count - line;
    if (vector === undefined || lines < WORTH_A_VECTOR || lead.length > MOST_LEAD_BYTES) return false;
    const end = (ends[batch.count - 1] ?? 0) + 1;
    const grown = fill + lines * lead.length + end - at;
    if (grown + WRITTEN_BEHIND > outputEnd || grown >= this.#limit) return false;
    const leadAt = endsAt - MOST_LEAD_BYTES;
    bytes.set(lead, leadAt);
    this.#fill = vector.stampLines(at, end, fill, leadAt, lead.length);
    this.#line = batch.count;
    this.#at = end;
    this.#endsLine = true;
    return true;
  }

  /** Whole lines of which every one goes to the file. */
  #copyAll(arena: Arena, batch: Batch): boolean {
    if (this.#copyAtOnce(arena, batch)) return true;
    const { bytes, ends, outputEnd } = arena;
    const { count } = batch;
    const lead = this.leads.fresh;
    const limit = this.#limit;
    const leadBytes = lead.length;
    let line = this.#line;
    let at = this.#at;
    let fill = this.#fill;
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
    if (fill > this.#fill) this.#endsLine = true;
    this.#line = line;
    this.#at = at;
    this.#fill = fill;
    return !full;
  }

  #copySelected(arena: Arena, batch: Batch, lineBytes: number): boolean {
    while (this.#line < batch.count) {
      if (!this.#copyPiece(arena, batch, lineBytes, arena.ends[this.#line] ?? 0, true)) return false;
    }
    return true;
  }

  /** One line or part of a line: up to `end`, and the newline there when it is `complete`. */
  #copyPiece(
    arena: Arena,
    batch: Batch,
    lineBytes: number,
    end: number,
    complete: boolean,
  ): boolean {
    const { bytes } = arena;
    const at = this.#at;
    const begins = this.#open === NOTHING_OPEN;
    const selected = begins
      ? isSelected(this.#rules, true, bytes, at, Math.min(end, at + lineBytes), this.#seenLead(batch, at))
      : this.#open === KEPT;
    if (begins && selected && !this.#forward(arena, batch, lineBytes, end)) return false;
    const keeps = selected && !(begins && this.#forwarding?.only === true);
    const next = complete ? end + 1 : end;
    if (keeps) {
      const lead = this.leads.at(batch, at);
      const text = begins ? this.#fill + lead.length : this.#fill;
      if (text + next - at > arena.outputEnd) return false;
      if (begins) bytes.set(lead, this.#fill);
      bytes.copyWithin(text, at, next);
      this.#fill = text + next - at;
      this.#endsLine = complete;
    } else {
      this.#deselectedBytes += next - at;
      if (complete) this.#deselectedLines++;
    }
    this.#open = complete ? NOTHING_OPEN : keeps ? KEPT : DROPPED;
    this.#at = next;
    if (complete) this.#line++;
    return !keeps || this.#fill < this.#limit;
  }

  /** What patterns see in front of the line. */
  #seenLead(batch: Batch, at: number): Uint8Array | undefined {
    return this.#patternsSeeStamp ? this.leads.at(batch, at) : undefined;
  }

  /**
   * Sends the line that begins here, once. False where something has to be written before it. What is in the file
   * already was sent before it was written.
   */
  #forward(arena: Arena, batch: Batch, lineBytes: number, end: number): boolean {
    const forwarding = this.#forwarding;
    const at = this.#at;
    if (forwarding === undefined) return true;
    if (at > this.#sentAt && this.#fill >= arena.outputAt + this.#skip) {
      const to = Math.min(end, at + lineBytes);
      this.#sentAt = at;
      this.#note = forwarding.send(arena.bytes, at, to, this.leads.at(batch, at), to - at === lineBytes);
    }
    return this.#note === undefined || at < this.#sentAt;
  }
}

const NO_BYTES = new Uint8Array(0);

/** The number of the line that begins at `at`, a place where copying has stopped before. */
function lineAt(arena: Arena, batch: Batch, at: number): number {
  let line = 0;
  while (line < batch.count && (arena.ends[line] ?? 0) < at) line++;
  return line;
}
