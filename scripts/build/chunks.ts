/**
 * The chunks into which the bundler splits a program: other names for both forms, and one text of all for the script form.
 *
 * `deno run` reads and parses a file in full before V8 sees it, and V8 parses all of it again: 18 ms and 1.3 MB for
 * denit. So deno gets a few lines (`loader.js`) that read from the file the chunks that a call needs. Chunks remain
 * modules in everything but name: each is strict, and is evaluated once, after the chunks that it imports.
 */

/** The chunks of a program by file name, minified. */
export type Chunks = ReadonlyMap<string, string>;

const REFERENCE = /"\.\/([^"]+\.js)"/g;
const IMPORT = /^import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/;
const EXPORT = /export\{([^}]*)\};\s*$/;
const DYNAMIC_IMPORT = /\bimport\("\.\/([^"]+)"\)/g;

/**
 * Names the chunks by numbers, in the order in which they name each other. The bundler's names contain a sum over the
 * directory in which it runs, but equal sources have to give equal bytes anywhere.
 */
export function numberChunks(chunks: Chunks, entry: string): Chunks {
  const names = new Map([[entry, entry]]);
  for (const name of names.keys()) {
    for (const [, chunk = ""] of chunks.get(name)?.matchAll(REFERENCE) ?? []) {
      if (chunks.has(chunk) && !names.has(chunk)) names.set(chunk, `${names.size}.js`);
    }
  }
  const renamed = (code = "") =>
    code.replaceAll(
      REFERENCE,
      (reference, chunk) => names.has(chunk) ? `"./${names.get(chunk)}"` : reference,
    );
  return new Map([...names].map(([name, number]) => [number, renamed(chunks.get(name))]));
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** The chunks as one text, behind a table of their positions in it. */
export interface Packed {
  readonly text: string;
  /** Bytes of the table. */
  readonly tableLength: number;
  /** The beginning of the table, which no table of another program has. */
  readonly id: string;
}

const ID_LENGTH = 16;

/** Packs the chunks as `loader.js` reads them. */
export async function packChunks(chunks: Chunks): Promise<Packed> {
  let all = "";
  const places: Record<string, readonly [at: number, length: number]> = {};
  for (const [name, code] of chunks) {
    const text = asFunction(code);
    places[name] = [byteLength(all), byteLength(text)];
    all += `${text}\n`;
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(all));
  const id = new Uint8Array(digest).toHex().slice(0, ID_LENGTH);
  const table = `${id}${JSON.stringify(places)}\n`;
  return { text: table + all, tableLength: byteLength(table), id };
}

/** The bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A function that evaluates the chunk and promises its exports. It stands in parentheses, so V8 compiles it at once. */
function asFunction(code: string): string {
  const body = bodyOf(code);
  // Throws a SyntaxError if an import or export has been left over.
  new AsyncFunction("loadChunk", body);
  return `(async function(loadChunk){"use strict";${body}})`;
}

function bodyOf(code: string): string {
  let imports = "";
  let rest = code;
  for (let found; (found = IMPORT.exec(rest)) !== null; rest = rest.slice(found[0].length)) {
    const [, names, chunk] = found;
    const members = pairs(names).map(([exported, local]) => `${exported}:${local}`);
    imports += `${members.length > 0 ? `const{${members}}=` : ""}await loadChunk("${chunk}");`;
  }
  return imports + rest
    .replace(
      EXPORT,
      (_, names) => `return{${pairs(names).map(([local, exported]) => `${exported}:${local}`)}}`,
    )
    .replaceAll(DYNAMIC_IMPORT, 'loadChunk("$1")');
}

/** The names in `a as b,c`: the one before `as` and the one behind it. */
function pairs(names = ""): (readonly [before: string, behind: string])[] {
  return names.split(",").filter((name) => name !== "").map((name) => {
    const [before = "", behind = before] = name.split(" as ");
    return [before, behind];
  });
}
