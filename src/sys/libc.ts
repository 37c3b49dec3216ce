/**
 * The one dlopen. Binding must come before `ffi` is revoked; bound functions, the errno view and "buffer"
 * parameters go on working after it.
 */
import { byteString } from "./bytes.ts";
import { type SymbolName, SYMBOLS } from "./symbols.ts";

export type Libc = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

export interface Bound {
  readonly c: Libc;
  /** Live view of this thread's errno: copy it in the expression after a call that returned a negative number. */
  readonly errno: Int32Array;
}

/** Binds `names` (and errno). A symbol that was not named throws when it is called. */
export function bindLibc(names: Iterable<SymbolName>): Bound {
  const wanted = new Set<SymbolName>(names);
  wanted.add("__errno_location");
  const definitions: Record<string, Deno.ForeignFunction | Deno.ForeignStatic> = {};
  const symbols: Record<string, unknown> = {};
  for (const name of Object.keys(SYMBOLS) as SymbolName[]) {
    if (wanted.has(name)) definitions[name] = SYMBOLS[name];
    else symbols[name] = refusal(name);
  }
  Object.assign(symbols, Deno.dlopen("libc.so.6", definitions).symbols);
  const c = symbols as unknown as Libc;
  const location = c.__errno_location();
  if (location === null) throw new Error("libc gave no address of errno");
  return { c, errno: new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4)) };
}

function refusal(name: string): () => never {
  return () => {
    throw new Error(`libc function ${name} is not in this applet's scope`);
  };
}

/** argv[0] as the program was started (environ(7) of glibc: program_invocation_name); needs no /proc. */
export function programInvocationName(): string {
  const { program_invocation_name: symbol } = statics();
  return cStringAt(pointerAt(symbol));
}

/** The path given to execve(2) (getauxval(3), AT_EXECFN): a link keeps its own name. Empty when it is not known. */
export function executablePath(): string {
  const { getauxval } = Deno.dlopen("libc.so.6", { getauxval: SYMBOLS.getauxval }).symbols;
  return cStringAt(getauxval(AT_EXECFN));
}

export function workingDirectory(): string {
  const { getcwd } = Deno.dlopen("libc.so.6", { getcwd: SYMBOLS.getcwd }).symbols;
  const path = new Uint8Array(4096);
  return getcwd(path, BigInt(path.length)) === null ? "." : byteString(path, 0, path.indexOf(0));
}

const AT_EXECFN = 31n;

/** Every `NAME=value` the program was started with, as byte strings. */
export function startEnvironment(): string[] {
  const table = pointerAt(statics().environ);
  const first = table === null ? null : pointerAt(table);
  if (table === null || first === null) return [];
  const span = Deno.UnsafePointer.value(first) - Deno.UnsafePointer.value(table);
  // execve(2) puts the table below the strings, with nothing unmapped between; setenv(3) moves it away.
  const inPlace = span > 0n && span < MAX_ARGUMENTS;
  return inPlace ? stringsAt(pointersOf(memory(table, Number(span)))) : stringsAt(pointersFrom(table));
}

function pointersOf(table: Uint8Array<ArrayBuffer>): bigint[] {
  const pointers = new BigUint64Array(table.buffer, table.byteOffset, table.length >> 3);
  const end = pointers.indexOf(0n);
  return [...pointers.subarray(0, end < 0 ? pointers.length : end)];
}

function pointersFrom(table: Deno.PointerObject): bigint[] {
  const pointers: bigint[] = [];
  for (let at: Deno.PointerValue = table; at !== null;) {
    const entry = pointerAt(at);
    if (entry === null) break;
    pointers.push(Deno.UnsafePointer.value(entry));
    at = Deno.UnsafePointer.create(Deno.UnsafePointer.value(at) + 8n);
  }
  return pointers;
}

/**
 * The strings at these addresses. As long as they lie one behind the other, all but the last are read as one piece
 * of memory; where one was moved, each is read by itself.
 */
function stringsAt(starts: readonly bigint[]): string[] {
  const [first] = starts;
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return [];
  const ascending = starts.every((start, i) => i === 0 || start > (starts[i - 1] ?? 0n));
  const length = Number(last - first);
  if (!ascending || length > MAX_ARGUMENTS) {
    return starts.map((start) => cStringAt(Deno.UnsafePointer.create(start)));
  }
  const tail = cStringAt(Deno.UnsafePointer.create(last));
  if (length === 0) return [tail];
  const before = Deno.UnsafePointer.create(first);
  if (before === null) return [];
  return [...byteString(memory(before, length - 1)).split("\0"), tail];
}

function memory(at: Deno.PointerObject, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(at, length));
}

/**
 * The memory of one argument of this process, the last one equal to `text`, as ps(1) reads it; undefined
 * when it is not found. Argument strings lie one behind the other from argv[0] on (execve(2)), the
 * environment follows.
 */
export function argumentMemory(text: string): Uint8Array | undefined {
  const symbols = statics();
  const first = pointerAt(symbols.program_invocation_name);
  const table = pointerAt(symbols.environ);
  const end = table === null ? null : pointerAt(table);
  if (first === null || end === null) return undefined;
  const length = Number(Deno.UnsafePointer.value(end) - Deno.UnsafePointer.value(first));
  if (length <= 0 || length > MAX_ARGUMENTS) return undefined;
  const area = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(first, length));
  let found: Uint8Array | undefined;
  for (let at = 0; at < length;) {
    const nul = area.indexOf(0, at);
    if (nul < 0) break;
    if (nul - at === text.length && byteString(area, at, nul - at) === text) found = area.subarray(at, nul);
    at = nul + 1;
  }
  return found;
}

/** Arguments and environment together, execve(2): a quarter of an 8 MiB stack. */
const MAX_ARGUMENTS = 2 << 20;

function statics() {
  return Deno.dlopen("libc.so.6", {
    environ: SYMBOLS.environ,
    program_invocation_name: SYMBOLS.program_invocation_name,
  }).symbols;
}

function pointerAt(at: Deno.PointerValue): Deno.PointerValue {
  return at === null ? null : new Deno.UnsafePointerView(at).getPointer();
}

function cStringAt(at: Deno.PointerValue): string {
  if (at === null) return "";
  const view = new Deno.UnsafePointerView(at);
  let length = 0;
  while (view.getUint8(length) !== 0) length++;
  const copy = new Uint8Array(length);
  if (length > 0) view.copyInto(copy);
  return byteString(copy);
}
