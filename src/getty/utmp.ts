/**
 * The records of utmp(5), which tell who uses which terminal, in glibc's layout.
 *
 * A file is a sequence of records. On x86_64, which shares the files with 32-bit programs, times and sessions have 32
 * bits and a record has 384 bytes; on aarch64 they have 64 bits and a record has 400 bytes.
 */

/** The parts of a record that differ between architectures. */
export interface Layout {
  /** Bytes of a record. */
  readonly size: number;
  /** Bytes of the seconds, and of the microseconds behind them. */
  readonly timeBytes: 4 | 8;
  /** The position of the seconds. */
  readonly secondAt: number;
}

/** Layouts by architecture, as `Deno.build.arch` names it. */
export const LAYOUTS = {
  x86_64: { size: 384, timeBytes: 4, secondAt: 340 },
  aarch64: { size: 400, timeBytes: 8, secondAt: 344 },
} as const satisfies Record<string, Layout>;

/** The layout of an architecture, as `Deno.build.arch` names it. */
export function layoutOf(architecture: string): Layout {
  return architecture === "aarch64" ? LAYOUTS.aarch64 : LAYOUTS.x86_64;
}

const TYPE_AT = 0;
const PID_AT = 4;
const LINE = { at: 8, size: 32 };
const ID = { at: 40, size: 4 };
const USER = { at: 44, size: 32 };
const HOST = { at: 76, size: 256 };

/** Types of records (utmp(5)). */
const INIT_PROCESS = 5;
const LOGIN_PROCESS = 6;
const DEAD_PROCESS = 8;

/** A record and its position in the file. */
export interface PositionedRecord {
  readonly at: number;
  readonly record: Uint8Array<ArrayBuffer>;
}

/** A getty that asks for a name. */
export interface AskingGetty {
  readonly pid: number;
  /** The path of the terminal. */
  readonly terminal: string;
  /** The host to record, if any. */
  readonly host: string | undefined;
  /** The present time in seconds since 1970. */
  readonly second: bigint;
}

/**
 * The record of a getty that asks for a name. It replaces the record that init or an older getty has made for this
 * process; else a record of the same id; else it comes behind all others. If `file` ends in the middle of a record,
 * the new one is written over that.
 */
export function askingRecord(file: Uint8Array, layout: Layout, asking: AskingGetty): PositionedRecord {
  const { pid, terminal, host, second } = asking;
  const line = lineName(terminal);
  const own = positions(file, layout).find((at) => isProcessOf(file, at, pid));
  const record = new Uint8Array(layout.size);
  if (own !== undefined) record.set(file.subarray(own, own + layout.size));
  else putText(record, ID, idOf(line), ID.size);
  const view = new DataView(record.buffer);
  // A record that was LOGIN_PROCESS or later is that of an older session: its host is not ours.
  if (view.getInt16(TYPE_AT, true) >= LOGIN_PROCESS) putText(record, HOST, "", 0);
  view.setInt16(TYPE_AT, LOGIN_PROCESS, true);
  view.setInt32(PID_AT, pid, true);
  putText(record, LINE, line, LINE.size - 1);
  putText(record, USER, "LOGIN", USER.size - 1);
  if (host !== undefined) putText(record, HOST, host, HOST.size - 1);
  putSecond(record, layout, second);
  return { at: own ?? positionFor(file, layout, record), record };
}

/** The record of a line as it is when its session has ended; undefined if nobody has the line. */
export function endedRecord(
  file: Uint8Array,
  layout: Layout,
  { line, second }: { readonly line: string; readonly second: bigint },
): PositionedRecord | undefined {
  const at = positions(file, layout).find((at) =>
    (file[at + USER.at] ?? 0) !== 0 && textAt(file, at, LINE) === line.slice(0, LINE.size)
  );
  if (at === undefined) return undefined;
  const record = file.slice(at, at + layout.size);
  putText(record, USER, "", 0);
  putText(record, HOST, "", 0);
  new DataView(record.buffer).setInt16(TYPE_AT, DEAD_PROCESS, true);
  putSecond(record, layout, second);
  return { at, record };
}

/** The record that wtmp gets at the end of a session. */
export function endedEvent(
  layout: Layout,
  { line, second }: { readonly line: string; readonly second: bigint },
): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(layout.size);
  putText(record, LINE, line, line.length > LINE.size ? LINE.size - 2 : LINE.size);
  new DataView(record.buffer).setInt16(TYPE_AT, DEAD_PROCESS, true);
  putSecond(record, layout, second);
  return record;
}

/** The position of the next record in a file of this length. The rest of a torn record is written over. */
export function endOf(length: number, layout: Layout): number {
  return length - length % layout.size;
}

function positions(file: Uint8Array, layout: Layout): readonly number[] {
  return Array.from({ length: Math.floor(file.length / layout.size) }, (_, i) => i * layout.size);
}

function isProcessOf(file: Uint8Array, at: number, pid: number): boolean {
  const view = viewAt(file, at);
  return view.getInt32(PID_AT, true) === pid && (file[at + ID.at] ?? 0) !== 0 && isProcess(view);
}

function isProcess(view: DataView): boolean {
  const type = view.getInt16(TYPE_AT, true);
  return type >= INIT_PROCESS && type <= DEAD_PROCESS;
}

/** Searches as pututxline(3) does: among records of processes the id counts, or the line if one of them has no id. */
function positionFor(file: Uint8Array, layout: Layout, record: Uint8Array): number {
  const id = textAt(record, 0, ID);
  const line = textAt(record, 0, LINE);
  const found = positions(file, layout).find((at) => {
    if (!isProcess(viewAt(file, at))) return false;
    const its = textAt(file, at, ID);
    return id !== "" && its !== "" ? its === id : textAt(file, at, LINE) === line;
  });
  return found ?? endOf(file.length, layout);
}

function viewAt(file: Uint8Array, at: number): DataView {
  return new DataView(file.buffer, file.byteOffset + at);
}

/** The name of a line: the terminal's path below /dev. */
export function lineName(terminal: string): string {
  return terminal.startsWith("/dev/") ? terminal.slice("/dev/".length) : terminal;
}

/** The id of a line, up to four bytes that tell lines apart: `1` of tty1, `S0` of ttyS0, `p/0` of pts/0. */
function idOf(line: string): string {
  const prefix = line.startsWith("p") ? "p" : "";
  return (prefix + (line.length > 3 ? line.slice(3) : line)).slice(0, ID.size);
}

/** A field of text in a record. */
interface Field {
  readonly at: number;
  readonly size: number;
}

/** Writes up to `most` bytes of a text, and NULs behind them. */
function putText(record: Uint8Array, { at, size }: Field, text: string, most: number): void {
  for (let i = 0; i < size; i++) record[at + i] = i < Math.min(text.length, most) ? text.charCodeAt(i) : 0;
}

function textAt(file: Uint8Array, start: number, { at, size }: Field): string {
  const bytes = file.subarray(start + at, start + at + size);
  const nul = bytes.indexOf(0);
  return String.fromCharCode(...nul < 0 ? bytes : bytes.subarray(0, nul));
}

/** Writes the time; the microseconds become 0. */
function putSecond(record: Uint8Array, { secondAt, timeBytes }: Layout, second: bigint): void {
  const view = new DataView(record.buffer, record.byteOffset);
  if (timeBytes === 8) {
    view.setBigInt64(secondAt, second, true);
    view.setBigInt64(secondAt + 8, 0n, true);
  } else {
    // glibc reads an unsigned number, so this lasts until 2106.
    view.setUint32(secondAt, Number(BigInt.asUintN(32, second)), true);
    view.setInt32(secondAt + 4, 0, true);
  }
}
