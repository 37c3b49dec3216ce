/**
 * The way of a batch's lines to one directory: they are selected, stamped and copied into the output area.
 *
 * Nothing is allocated for single lines: a read becomes one write. Copying stops where the host has to write first (the
 * area is full, or the file comes to its size). The position in the batch is kept, so copying goes on from there.
 *
 * The output area is shared by all directories. Bytes that cannot be written now (a full disk, a processor that is not
 * done, a process that died) are therefore not kept there but made again later: from the same position of the same batch
 * with the same stamps come the same bytes. The first `skip` of them are in the file already.
 *
 * A line of more than `lineBytes` is written in pieces. Its first bytes decide where it goes, and the rest follows
 * unchanged; `open` is that decision.
 */
import { type LineRule } from "./config.ts";
import { type Forwarding, Relay } from "./forwarding.ts";
import { Leads } from "./leads.ts";
import type { Arena, Batch } from "./lines.ts";
import { isSelected } from "./selection.ts";
import { MOST_LEAD_BYTES, WRITTEN_BEHIND } from "./vector.ts";

/** The least lines for the vector code: for fewer, its call costs more than it saves. */
const WORTH_A_VECTOR = 2;

/** The fate of the beginning of a line whose end is not known yet: there is no such line, it was kept, or it was dropped. */
export type Open = 0 | 1 | 2;
const NOTHING_OPEN: Open = 0;
const KEPT: Open = 1;
const DROPPED: Open = 2;

/** The settings of `config`. */
interface Settings {
  readonly rules: readonly LineRule[];
  readonly prefix: Uint8Array;
  readonly forwarding: Forwarding | undefined;
}

/** The point that copying has reached in a batch, with its counts: all that is needed to go back there. */
export interface Position {
  /** Number of the next line of the batch, from 0. */
  readonly line: number;
  /** The first byte of that line that is still to be copied, as a position in the region. */
  readonly at: number;
  readonly open: Open;
  readonly deselectedLines: number;
  readonly deselectedBytes: number;
}

/** Lines and bytes that the patterns did not select. */
export interface Deselected {
  deselectedLines: number;
  deselectedBytes: number;
}

/** The way of lines to one directory. */
export class Stream {
  /** Stamp and prefix of the lines. */
  readonly leads: Leads;
  /** True when patterns are those of multilog(8). */
  readonly #patternsSeeStamp: boolean;
  #configured = false;
  /** Settings that count from the next batch on. */
  #next: Settings | undefined = undefined;
  #rules: readonly LineRule[] = [];
  #relay: Relay | undefined = undefined;
  /** `arena.bytes[#written..#fill)` is still to be written. */
  #written = 0;
  #fill = 0;
  /** Copying stops behind the line with which `#fill` comes here. */
  #limit = Infinity;
  #line = 0;
  #at: number;
  #open: Open = NOTHING_OPEN;
  /** The number of bytes made from `#at` on that are in the file already. */
  #skip = 0;
  #endsLine = true;
  /** Counted since the last `takeDeselected`. */
  #deselectedLines = 0;
  #deselectedBytes = 0;

  /** Begins at `at`, a position in the region. `stampBytes`: length of every stamp. */
  constructor(at: number, stampBytes: number, patternsSeeStamp: boolean) {
    this.#at = at;
    this.leads = new Leads(stampBytes);
    this.#patternsSeeStamp = patternsSeeStamp;
  }

  // Queries of the writer

  /** The first byte of the batch that is still to be copied. */
  get at(): number {
    return this.#at;
  }
  /** The fate of the line that has begun. */
  get open(): Open {
    return this.#open;
  }
  /** The number of bytes made from `at` on that are in the file already. */
  get skip(): number {
    return this.#skip;
  }
  /** `arena.bytes[written..fill)` is still to be written. */
  get written(): number {
    return this.#written;
  }
  get fill(): number {
    return this.#fill;
  }
  /** True when the last byte in the area, or in the file when the area is empty, ends a line. */
  get endsLine(): boolean {
    return this.#endsLine;
  }
  /** A line that has to be written before the one that could not be sent. */
  get note(): Uint8Array | undefined {
    return this.#relay?.note;
  }
  /** True when the note is to be written now, because everything before it is in the file. */
  get owesNote(): boolean {
    return this.#relay !== undefined && this.#relay.owesNote(this.#at);
  }
  /** Number of complete lines of the batch that are still to be copied. */
  linesLeft(batch: Batch): number {
    return batch.count - this.#line;
  }
  /** The state of copying, for `goBack`. */
  position(): Position {
    return {
      line: this.#line,
      at: this.#at,
      open: this.#open,
      deselectedLines: this.#deselectedLines,
      deselectedBytes: this.#deselectedBytes,
    };
  }

  // Settings and batches

  /**
   * Takes over the settings of `config`. A line that has begun keeps its stamp. A batch that is under way keeps the old
   * settings, because a part of it may have been written.
   */
  configure(batch: Batch, rules: readonly LineRule[], prefix: Uint8Array, forwarding?: Forwarding): void {
    const settings = { rules, prefix, forwarding };
    if (this.#configured && batch.from !== batch.end) this.#next = settings;
    else this.#adopt(settings);
  }

  #adopt({ rules, prefix, forwarding }: Settings): void {
    this.#rules = rules;
    this.#relay = forwarding && new Relay(forwarding);
    this.leads.setPrefix(prefix);
    this.#next = undefined;
    this.#configured = true;
  }

  /** Begins a batch whose lines have this stamp. */
  begin(batch: Batch, stamp: Uint8Array): void {
    if (this.#next !== undefined) this.#adopt(this.#next);
    this.#line = 0;
    this.#at = batch.start;
    this.#relay?.begin();
    this.leads.begin(stamp);
  }

  /** Goes on where a dead process stopped. Of the bytes that are made from `at` on, the first `skip` are in the file. */
  resume(arena: Arena, batch: Batch, at: number, skip: number, open: Open): void {
    this.#line = lineAt(arena, batch, at);
    this.#at = at;
    this.#skip = skip;
    this.#open = open;
  }

  /** The kept bytes of the batch have been moved to `at`. */
  moveTo(at: number): void {
    this.#at = at;
  }

  /** Copies nothing of this batch: the directory gets the next line that begins behind it. `between`: the batch is over. */
  skipBatch(batch: Batch, between: boolean): void {
    this.#line = batch.count;
    this.#at = batch.end;
    this.#skip = 0;
    this.#relay?.dropNote();
    this.#open = (between ? batch.open : batch.givesRest) ? DROPPED : NOTHING_OPEN;
  }

  /** Copies nothing up to `end`. `whole`: the file has no part of the line at hand, or it has been cut off again. */
  drop(batch: Batch, end: number, whole: boolean): void {
    this.#endsLine = whole && this.#open !== KEPT;
    this.skipBatch(batch, false);
    this.#at = end;
  }

  /** Adds the lines and bytes that were not selected to `counts`, and counts from 0 again. */
  takeDeselected(counts: Deselected): void {
    counts.deselectedBytes += this.#deselectedBytes;
    counts.deselectedLines += this.#deselectedLines;
    this.#deselectedBytes = this.#deselectedLines = 0;
  }

  // Writing

  /** Tells that `count` bytes of the area have been written. */
  wrote(count: number): void {
    this.#written += count;
  }

  /** Tells that `count` bytes of the note have been written. */
  wroteNote(count: number): void {
    this.#relay?.wroteNote(count);
  }

  /** Tells that a line has been written that does not come from the batch. */
  wroteLine(): void {
    this.#endsLine = true;
  }

  /** Tells that the whole area has been written. */
  wroteAll(): void {
    this.#skip = 0;
  }

  /** Gives up the area, whose end could not be written. Its bytes are made again from `from`, where the area began. */
  goBack(arena: Arena, from: Position): void {
    this.#skip = this.#written - arena.outputAt;
    this.#line = from.line;
    this.#at = from.at;
    this.#open = from.open;
    this.#deselectedLines = from.deselectedLines;
    this.#deselectedBytes = from.deselectedBytes;
  }

  /**
   * Empties the area and copies the rest of the batch into it. Stops behind the line with which the area holds `room`
   * bytes that the file does not have. Returns false if the area has to be written before copying can go on.
   */
  fillArea(arena: Arena, batch: Batch, lineBytes: number, room: number): boolean {
    this.#limit = arena.outputAt + this.#skip + room;
    this.#fill = arena.outputAt;
    const all = this.#copyLines(arena, batch, lineBytes);
    this.#written = Math.min(this.#fill, arena.outputAt + this.#skip);
    return all;
  }

  /** Copies the rest of the batch. Returns false if the area is full, or the file comes to its size. */
  #copyLines(arena: Arena, batch: Batch, lineBytes: number): boolean {
    if (this.#line === 0 && this.#at === batch.start && batch.count > 0) {
      if (!this.#copyPiece(arena, batch, lineBytes, arena.ends[0] ?? 0, true)) return false;
    }
    if (this.#rules.length === 0 && this.#relay === undefined) {
      if (!this.#copyAll(arena, batch)) return false;
    } else {
      while (this.#line < batch.count) {
        if (!this.#copyPiece(arena, batch, lineBytes, arena.ends[this.#line] ?? 0, true)) return false;
      }
    }
    if (!batch.givesRest || this.#at === batch.end) return true;
    return this.#copyPiece(arena, batch, lineBytes, batch.end, false);
  }

  /** Copies all lines at once. Returns false if they have no room, or the file would come to its size with them. */
  #copyAtOnce(arena: Arena, batch: Batch): boolean {
    const { bytes, ends, endsAt, outputEnd, vector } = arena;
    const lead = this.leads.fresh;
    const at = this.#at;
    const fill = this.#fill;
    const lines = batch.count - this.#line;
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

  /** Copies whole lines without a look at them: no pattern and no address asks for one. */
  #copyAll(arena: Arena, batch: Batch): boolean {
    if (this.#copyAtOnce(arena, batch)) return true;
    const { bytes, ends, outputEnd } = arena;
    const lead = this.leads.fresh;
    const limit = this.#limit;
    const leadBytes = lead.length;
    let line = this.#line;
    let at = this.#at;
    let fill = this.#fill;
    let full = false;
    while (line < batch.count && !full) {
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

  /** Copies one line, or its part up to `end`; with the newline there if the line is `complete`. */
  #copyPiece(arena: Arena, batch: Batch, lineBytes: number, end: number, complete: boolean): boolean {
    const { bytes } = arena;
    const at = this.#at;
    const begins = this.#open === NOTHING_OPEN;
    const seenLead = this.#patternsSeeStamp ? this.leads.at(batch, at) : undefined;
    const selected = begins
      ? isSelected(this.#rules, true, bytes, at, Math.min(end, at + lineBytes), seenLead)
      : this.#open === KEPT;
    const relay = begins && selected ? this.#relay : undefined;
    if (relay !== undefined && !this.#forward(relay, arena, batch, lineBytes, end)) return false;
    const keeps = selected && relay?.only !== true;
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

  /** Sends the line that begins here, unless the file has it. Returns false if a note has to be written before it. */
  #forward(relay: Relay, arena: Arena, batch: Batch, lineBytes: number, end: number): boolean {
    const at = this.#at;
    if (relay.sendsNext(at) && this.#fill >= arena.outputAt + this.#skip) {
      const to = Math.min(end, at + lineBytes);
      relay.send(arena.bytes, at, to, this.leads.at(batch, at), to - at === lineBytes);
    }
    return !relay.owesNote(at);
  }
}

/** The number of the line that `at` lies in. */
function lineAt(arena: Arena, batch: Batch, at: number): number {
  let line = 0;
  while (line < batch.count && (arena.ends[line] ?? 0) < at) line++;
  return line;
}
