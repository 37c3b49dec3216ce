/**
 * Records of who uses which terminal (utmp(5)), in glibc's layout.
 *
 * A file is records one behind the other. On x86_64, which shares them with 32-bit programs, times and sessions have
 * 32 bits and a record 384 bytes; on aarch64 they have 64, and a record 400.
 */

export interface Layout {
  readonly size: number;
  /** Of seconds and microseconds, each. */
  readonly timeBytes: 4 | 8;
  readonly secondAt: number;
}

export const LAYOUTS = {
  x86_64: { size: 384, timeBytes: 4, secondAt: 340 },
  aarch64: { size: 400, timeBytes: 8, secondAt: 344 },
} as const satisfies Record<string, Layout>;

/** Of `Deno.build.arch`. */
export function layoutOf(architecture: string): Layout {
  return architecture === "aarch64" ? LAYOUTS.aarch64 : LAYOUTS.x86_64;
}

const TYPE_AT = 0;
const PID_AT = 4;
const LINE = { at: 8, size: 32 };
const ID = { at: 40, size: 4 };
const USER = { at: 44, size: 32 };
const HOST = { at: 76, size: 256 };

const INIT_PROCESS = 5;
export const LOGIN_PROCESS = 6;
export const DEAD_PROCESS = 8;

/** A record and where in the file it belongs. */
export interface Placed {
  readonly at: number;
  readonly record: Uint8Array<ArrayBuffer>;
}

export interface Asking {
  readonly pid: number;
  /** Path of the terminal. */
  readonly terminal: string;
  readonly host: string | undefined;
  /** Since 1970. */
  readonly second: bigint;
}

/**
 * The record of a getty that asks for a name: over the one that init or an older getty has made for this process, else
 * over one of the same id, else behind all others. `file` may end within a record, which then is written over.
 */
export function askingRecord(file: Uint8Array, layout: Layout, asking: Asking): Placed {
  const { pid, terminal, host, second } = asking;
  const line = lineOf(terminal);
  const own = places(file, layout).find((at) => isProcessOf(file, at, pid));
  const record = new Uint8Array(layout.size);
  if (own !== undefined) record.set(file.subarray(own, own + layout.size));
  else putText(record, ID, idOf(line), ID.size);
  const view = new DataView(record.buffer);
  // A record that was LOGIN_PROCESS or later before is a stale one: its host is not ours.
  if (view.getInt16(TYPE_AT, true) >= LOGIN_PROCESS) putText(record, HOST, "", 0);
  view.setInt16(TYPE_AT, LOGIN_PROCESS, true);
  view.setInt32(PID_AT, pid, true);
  putText(record, LINE, line, LINE.size - 1);
  putText(record, USER, "LOGIN", USER.size - 1);
  if (host !== undefined) putText(record, HOST, host, HOST.size - 1);
  putSecond(record, layout, second);
  return { at: own ?? placeOf(file, layout, record), record };
}

/** The record of who had this line, as it is when the session is over; undefined when nobody has it. */
export function endedRecord(
  file: Uint8Array,
  layout: Layout,
  { line, second }: { readonly line: string; readonly second: bigint },
): Placed | undefined {
  const at = places(file, layout).find((at) =>
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

/** What wtmp is told at the end of a session. */
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

/** Where the next record of a file of this length goes: what is left of a torn one is written over. */
export function endOf(length: number, layout: Layout): number {
  return length - length % layout.size;
}

function places(file: Uint8Array, layout: Layout): readonly number[] {
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

/** As pututxline(3) looks: of processes the same id counts, and the line where one has no id. */
function placeOf(file: Uint8Array, layout: Layout, record: Uint8Array): number {
  const id = textAt(record, 0, ID);
  const line = textAt(record, 0, LINE);
  const found = places(file, layout).find((at) => {
    if (!isProcess(viewAt(file, at))) return false;
    const its = textAt(file, at, ID);
    return id !== "" && its !== "" ? its === id : textAt(file, at, LINE) === line;
  });
  return found ?? endOf(file.length, layout);
}

function viewAt(file: Uint8Array, at: number): DataView {
  return new DataView(file.buffer, file.byteOffset + at);
}

/** The terminal's name below /dev. */
export function lineOf(terminal: string): string {
  return terminal.startsWith("/dev/") ? terminal.slice("/dev/".length) : terminal;
}

/** Four bytes that tell lines apart: `1` of tty1, `S0` of ttyS0, `p/0` of pts/0. */
function idOf(line: string): string {
  const prefix = line.startsWith("p") ? "p" : "";
  return (prefix + (line.length > 3 ? line.slice(3) : line)).slice(0, ID.size);
}

interface Field {
  readonly at: number;
  readonly size: number;
}

/** At most `most` bytes, and NULs behind them. */
function putText(record: Uint8Array, { at, size }: Field, text: string, most: number): void {
  for (let i = 0; i < size; i++) record[at + i] = i < Math.min(text.length, most) ? text.charCodeAt(i) : 0;
}

function textAt(file: Uint8Array, start: number, { at, size }: Field): string {
  const bytes = file.subarray(start + at, start + at + size);
  const nul = bytes.indexOf(0);
  return String.fromCharCode(...nul < 0 ? bytes : bytes.subarray(0, nul));
}

/** Microseconds become 0. */
function putSecond(record: Uint8Array, { secondAt, timeBytes }: Layout, second: bigint): void {
  const view = new DataView(record.buffer, record.byteOffset);
  if (timeBytes === 8) {
    view.setBigInt64(secondAt, second, true);
    view.setBigInt64(secondAt + 8, 0n, true);
  } else {
    // glibc reads it as a number without a sign: so it lasts until 2106.
    view.setUint32(secondAt, Number(BigInt.asUintN(32, second)), true);
    view.setInt32(secondAt + 4, 0, true);
  }
}
