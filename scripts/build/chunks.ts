/**
 * What is done to the chunks that the bundler splits a program into: better names for both forms, and for the script
 * form one file out of all.
 *
 * `deno run` parses a file in full before V8 sees it, and V8 parses all of it again: 18 ms for denit. Here the chunks
 * are a comment inside a function, which both pass over. The text of a function can be asked for, comments and all: a
 * chunk that is loaded is cut out of it, and parsed by V8 then. (As strings the chunks took 0.8 ms more, and their
 * memory twice.) In all but name chunks stay modules: each is strict, and is evaluated once, after those it imports.
 */

/** The chunks of a program by file name, minified. */
export type Chunks = ReadonlyMap<string, string>;

const REFERENCE = /"\.\/([^"]+\.js)"/g;
const IMPORT = /^import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/;
const EXPORT = /export\{([^}]*)\};\s*$/;
const DYNAMIC_IMPORT = /\bimport\("\.\/([^"]+)"\)/g;

/**
 * The same chunks under numbers, in the order in which they name each other. The bundler's names hold a sum over the
 * directory it runs in, and equal sources are to give equal bytes anywhere.
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

/** Stands for what would end the comment; no program has it. */
const MARKED = "*\x01/";

/** Its names are too long for the minifier to give. */
const LOADER = `const chunkText = chunkTexts.toString();
const loadedChunks = {};
const loadChunk = (name) => loadedChunks[name] ??=
  (0, eval)(chunkText.slice(...chunkPlaces[name]).replaceAll("${MARKED}", "*/"))(loadChunk);
`;
const OPENING = "function chunkTexts() {/*\n";
const CLOSING = "*/}\n";

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** The text of a module that runs as the chunk `entry` does. */
export function joinChunks(chunks: Chunks, entry: string): string {
  let text = OPENING;
  const places: string[] = [];
  for (const [name, code] of chunks) {
    const chunk = asFunction(code).replaceAll("*/", MARKED);
    places.push(`"${name}": [${text.length}, ${text.length + chunk.length}],\n`);
    text += `${chunk}\n`;
  }
  return `${text}${CLOSING}const chunkPlaces = {\n${
    places.join("")
  }};\n${LOADER}await loadChunk("${entry}");\n`;
}

/** The function that evaluates the chunk and promises its exports. In parentheses V8 compiles it at once. */
function asFunction(code: string): string {
  const body = bodyOf(code);
  // Throws a SyntaxError where an import or export has been left over.
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

/** Of `a as b,c`, the name before `as` and the one behind it. */
function pairs(names = ""): (readonly [before: string, behind: string])[] {
  return names.split(",").filter((name) => name !== "").map((name) => {
    const [before = "", behind = before] = name.split(" as ");
    return [before, behind];
  });
}
