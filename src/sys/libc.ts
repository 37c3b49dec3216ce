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
  const { environ } = statics();
  const entries: string[] = [];
  let at = pointerAt(environ);
  while (at !== null) {
    const entry = pointerAt(at);
    if (entry === null) break;
    entries.push(cStringAt(entry));
    at = Deno.UnsafePointer.create(Deno.UnsafePointer.value(at) + 8n);
  }
  return entries;
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
