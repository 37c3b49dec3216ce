/**
 * The one dlopen, and what is read from the memory of libc: argv[0], the environment, paths.
 *
 * All of it must come before `ffi` is revoked. Bound functions, the view of errno and "buffer" parameters go on working
 * afterwards.
 */
import { byteString, putCString } from "./bytes.ts";
import { PATH_MAX } from "../posix/maximum.ts";
import { LETTERS, type SymbolName, SYMBOLS } from "./symbols.ts";

type Letter = keyof typeof LETTERS;
type Types<Text> = Text extends `${infer First extends Letter}${infer Rest}`
  ? [(typeof LETTERS)[First], ...Types<Rest>]
  : [];

/** A line of SYMBOLS, as Deno takes it. */
type DefinitionOf<Line> = Line extends `${string}:${infer Rest}` ? DefinitionOf<Rest>
  : Line extends `${infer Rest}~` ? DefinitionOf<Rest>
  : Line extends `${infer Rest}?` ? DefinitionOf<Rest> & { readonly optional: true }
  : Line extends `${infer Parameters}=${infer Result extends Letter}`
    ? { readonly parameters: Types<Parameters>; readonly result: (typeof LETTERS)[Result] }
  : Line extends Letter ? { readonly type: (typeof LETTERS)[Line] }
  : never;

/** The functions of libc, with the types of SYMBOLS. */
export type Libc = Deno.StaticForeignLibraryInterface<
  { readonly [Name in SymbolName]: DefinitionOf<(typeof SYMBOLS)[Name]> }
>;

function definitionOf(symbol: SymbolName): Deno.ForeignFunction | Deno.ForeignStatic {
  const line: string = SYMBOLS[symbol];
  const typeOf = (letter: string) => LETTERS[letter as Exclude<Letter, "v">];
  const [colon, equals] = [line.indexOf(":"), line.indexOf("=")];
  if (equals < 0) return { type: typeOf(line) };
  return {
    name: colon < 0 ? symbol : line.slice(0, colon),
    parameters: Array.from(line.slice(colon + 1, equals), typeOf),
    result: LETTERS[line.charAt(equals + 1) as Letter],
    optional: line.includes("?"),
  };
}

/** The functions that one dlopen has bound. */
export interface Bound {
  /** Only functions that were named are there: calling another one throws. */
  readonly c: Libc;
  /** A view of this thread's errno. Read it right after a call that returned a negative number. */
  readonly errno: Int32Array;
}

type Definitions = Record<string, Deno.ForeignFunction | Deno.ForeignStatic>;

/**
 * Binds `names` (and errno). Needs the ffi permission.
 *
 * With `compiled`, Deno makes machine code for every function, and V8 uses it once the caller is optimized. That takes
 * 0.15 ms a function, so a program that is soon over does without.
 */
export function bindLibc(names: Iterable<SymbolName>, compiled: boolean): Bound {
  const definitions: Definitions = {};
  const isCompiled = (name: SymbolName) => compiled && !SYMBOLS[name].endsWith("~");
  for (const name of [...names, "__errno_location"] as const) {
    definitions[name] = isCompiled(name) ? definitionOf(name) : withUnread(definitionOf(name));
  }
  const { symbols } = Deno.dlopen("libc.so.6", definitions);
  const c = passingUnread(symbols, isCompiled) as unknown as Libc;
  const location = c.__errno_location();
  if (location === null) throw new Error("libc gave no address of errno");
  return { c, errno: new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4)) };
}

/**
 * The same definition with one more parameter, a structure as small as an int: Deno makes no machine code for a function
 * that takes a structure.
 *
 * The function never looks at it. On x86_64 (System V) and aarch64 (AAPCS64) the caller puts arguments in registers
 * that no function has to keep, or onto the stack where these are used up, and takes them off again itself.
 */
function withUnread<T extends Definitions[string]>(definition: T): T {
  if (!("parameters" in definition)) return definition;
  return { ...definition, parameters: [...definition.parameters, { struct: ["i32"] }] };
}

const UNREAD = new Uint8Array(4);

/** The same functions, which pass the unread argument by themselves. */
function passingUnread(
  symbols: Deno.StaticForeignLibraryInterface<Definitions>,
  isCompiled: (name: SymbolName) => boolean,
): Record<string, unknown> {
  const passing: Record<string, unknown> = {};
  for (const [name, symbol] of Object.entries(symbols)) {
    passing[name] = typeof symbol === "function" && !isCompiled(name as SymbolName)
      ? (...args: Parameters<typeof symbol>) => symbol(...args, UNREAD)
      : symbol;
  }
  return passing;
}

function bindOne<Name extends SymbolName>(name: Name): Libc[Name] {
  const { symbols } = Deno.dlopen("libc.so.6", { [name]: definitionOf(name) });
  return (symbols as unknown as Libc)[name];
}

/** argv[0] as the program was started (program_invocation_name(3)); needs no /proc. */
export function programInvocationName(): string {
  return cStringAt(pointerAt(bindOne("program_invocation_name")));
}

/** The path that execve(2) was given (getauxval(3), AT_EXECFN): a link keeps its own name. Empty when it is unknown. */
export function executablePath(): string {
  const getauxval = bindOne("getauxval");
  return cStringAt(getauxval(AT_EXECFN));
}

/** Absolute path of the working directory (getcwd(3)); `.` when it has none. */
export function workingDirectory(): string {
  const getcwd = bindOne("getcwd");
  const path = new Uint8Array(PATH_MAX);
  return getcwd(path, BigInt(path.length)) === null ? "." : byteString(path, 0, path.indexOf(0));
}

/** realpath(3): the file that `path` leads to; empty when there is none. */
export function realPath(path: string): string {
  const realpath = bindOne("realpath");
  const [name, resolved] = [new Uint8Array(PATH_MAX), new Uint8Array(PATH_MAX)];
  if (putCString(name, 0, path) < 0 || realpath(name, resolved) === null) return "";
  return byteString(resolved, 0, resolved.indexOf(0));
}

/** The entry of the auxiliary vector for the path of the program (linux/auxvec.h). */
const AT_EXECFN = 31n;

/** Every `NAME=value` that the program was started with, as byte strings. */
export function startEnvironment({ environ }: Pick<Libc, "environ">): string[] {
  const table = pointerAt(environ);
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
 * The strings at these addresses. Where they lie one behind the other, all but the last are read as one piece of memory.
 * Where one was moved, each is read by itself.
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
 * The memory of one argument of this process, the last one that is `text`, as ps(1) reads it; undefined when there is
 * none. Argument strings lie one behind the other from argv[0] on, and the environment follows (execve(2)).
 */
export function argumentMemory(
  { environ, program_invocation_name }: Pick<Libc, "environ" | "program_invocation_name">,
  text: string,
): Uint8Array | undefined {
  const first = pointerAt(program_invocation_name);
  const table = pointerAt(environ);
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

/** Most bytes of arguments and environment together (execve(2)): a quarter of an 8 MiB stack. */
const MAX_ARGUMENTS = 2 << 20;

function pointerAt(at: Deno.PointerValue): Deno.PointerValue {
  return at === null ? null : new Deno.UnsafePointerView(at).getPointer();
}

/** The C string at an address. It is read page by page: memory is certain to exist to the end of a page only. */
function cStringAt(at: Deno.PointerValue): string {
  let text = "";
  for (let from = at; from !== null;) {
    const address = Deno.UnsafePointer.value(from);
    const rest = memory(from, PAGE - Number(address % BigInt(PAGE)));
    const nul = rest.indexOf(0);
    if (nul >= 0) return text + byteString(rest, 0, nul);
    text += byteString(rest);
    from = Deno.UnsafePointer.create(address + BigInt(rest.length));
  }
  return text;
}

/** The smallest page of any machine, in bytes. */
const PAGE = 4096;
