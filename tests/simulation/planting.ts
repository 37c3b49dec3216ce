/**
 * Plants a mistake into a copy of the sources, at a function that is found by its name, in any file.
 *
 * A mistake says what is other in that function: its whole body, something done before or after the body, or a piece of
 * it. A piece is compared token by token, so neither the layout nor a comment between two tokens matters.
 */
import { join } from "@std/path";

/** A mistake, of which one is planted at a time. Its name goes on from "when ...". */
export interface Mistake {
  readonly name: string;
  /**
   * The function or method, or the constant where the function is part of a table; without `#`. `Class.method` where
   * several have the name. Of several that are left, it is the one that has the piece `right`.
   */
  readonly in: string;
  readonly plant: Change;
}

/** TypeScript in each. `body`, `before` and `after` name parameters by `arguments[0]` and so on. */
export type Change =
  | { readonly body: string }
  | { readonly before: string }
  | { readonly after: string }
  | { readonly right: string; readonly wrong: string };

type Range = readonly [number, number];

/** A function as it stands in a file; offsets count UTF-16 units of `source`. */
interface Found {
  readonly path: string;
  readonly source: string;
  readonly range: Range;
  /** The body with its braces; undefined for a constant, and for a function that is an expression. */
  readonly body: Range | undefined;
}

/** Changes the one file below `directory` whose function `mistake` names. Throws if there is not exactly one. */
export function plant(directory: string, mistake: Mistake): void {
  const change = mistake.plant;
  const named = [...sources(directory)].flatMap((path) => functionsIn(path, mistake.in));
  const found = named.filter((one) =>
    "right" in change ? matches(one, change.right).length === 1 : one.body !== undefined
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const wanted = "right" in change ? ` with \`${change.right}\` in it once` : "";
    const places = (found.length > 1 ? found : named).map(({ path }) => path.slice(directory.length + 1));
    throw new Error(`"${mistake.name}": not one ${mistake.in}${wanted}, looking at: ${places.join(", ")}`);
  }
  Deno.writeTextFileSync(only.path, changed(only, change));
}

function* sources(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

function changed(found: Found, change: Change): string {
  if ("right" in change) {
    const [range] = matches(found, change.right);
    if (range !== undefined) return spliced(found.source, range, change.wrong);
  }
  const { body } = found;
  if (body === undefined || "right" in change) throw new Error(`no body to change in ${found.path}`);
  const inner = found.source.slice(body[0] + 1, body[1] - 1);
  if ("body" in change) return spliced(found.source, body, `{ ${change.body} }`);
  if ("before" in change) return spliced(found.source, body, `{ ${change.before}\n${inner} }`);
  return spliced(found.source, body, `{ try { ${inner} } finally { ${change.after} } }`);
}

function spliced(source: string, [from, to]: Range, text: string): string {
  return source.slice(0, from) + text + source.slice(to);
}

// Finding

/** Returns the ranges in which `piece` stands in the function, token by token. */
function matches({ source, range }: Found, piece: string): Range[] {
  const tokens = piece.match(/"[^"]*"|'[^']*'|[\w$]+|[^\s\w$]/g) ?? [];
  const gap = String.raw`(?:\s|//[^\n]*\n|/\*[^]*?\*/)*`;
  const pattern = new RegExp(tokens.map((token) => token.replace(/[^\w\s"']/g, "\\$&")).join(gap), "g");
  const text = source.slice(...range);
  return [...text.matchAll(pattern)].map(({ 0: match, index }) => {
    const from = range[0] + index;
    return [from, from + match.length];
  });
}

interface Node {
  readonly range: Range;
  readonly type: string;
  readonly id?: Node | null;
  readonly key?: Node;
  readonly value?: Node;
  readonly body?: Node | null;
  readonly name?: string;
  /** Null above a program. */
  readonly parent?: Node | null;
}

/** Functions, methods and constants of that name. Deno's linter reads the file, which it lets only tests do. */
function functionsIn(path: string, qualified: string): Found[] {
  const [name = "", owner] = qualified.split(".").reverse();
  const source = Deno.readTextFileSync(path);
  if (!source.includes(name)) return [];
  const found: Found[] = [];
  const add = (named: Node | null | undefined, whole: Node, body: Node | null | undefined) => {
    if (named?.name !== name || !(owner === undefined || ownerOf(whole) === owner)) return;
    found.push({
      path,
      source,
      range: whole.range,
      body: body?.type === "BlockStatement" ? body.range : undefined,
    });
  };
  const visitor = {
    FunctionDeclaration: (node: Node) => add(node.id, node, node.body),
    MethodDefinition: (node: Node) => add(node.key, node, node.value?.body),
    VariableDeclarator: (node: Node) => add(node.id, node, undefined),
  };
  const create = () => visitor as unknown as Deno.lint.LintVisitor;
  Deno.lint.runPlugin({ name: "planting", rules: { names: { create } } }, path, source);
  return found;
}

function ownerOf(node: Node): string | undefined {
  for (let above = node.parent; above; above = above.parent) {
    if (above.type === "ClassDeclaration") return above.id?.name;
  }
  return undefined;
}
