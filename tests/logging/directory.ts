/** Log directories for tests: made, fed by a logger, read back with what differs from run to run taken out. */
import { join } from "@std/path";
import { removeJournals } from "./journals.ts";

/** Path below the directory -> text; a mode may follow: `["text", 0o744]`. */
export type Tree = Readonly<Record<string, string | readonly [text: string, mode: number]>>;

const STAMPS = /^(@[0-9a-f]{24}|\d{4}-\d\d-\d\d[_T]\d\d:\d\d:\d\d\.\d{5}) /gm;
const LABEL = /@[0-9a-f]{24}/g;

export async function withDirectory(tree: Tree, use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-log-" });
  try {
    for (const [path, entry] of Object.entries(tree)) await put(join(directory, path), entry);
    await use(directory);
  } finally {
    removeJournals(directory);
    await Deno.remove(directory, { recursive: true });
  }
}

/** A name that ends in a slash is a directory. */
async function put(path: string, entry: Tree[string]): Promise<void> {
  const [text, mode] = typeof entry === "string" ? [entry, 0o644] : entry;
  await Deno.mkdir(path.endsWith("/") ? path : path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if (path.endsWith("/")) return;
  await Deno.writeFile(path, latin(text));
  await Deno.chmod(path, mode);
}

/** Byte string to bytes. */
export function latin(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function latinText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Labels become @0, @1 in the order of their time. */
export function withoutLabels(text: string): string {
  const labels = [...new Set(text.match(LABEL))].sort();
  return text.replace(LABEL, (label) => `@${labels.indexOf(label)}`);
}

/** Stamps at the beginning of lines become their shape. */
export function withoutStamps(text: string): string {
  return text.replace(STAMPS, (stamp) => stamp.replace(/[0-9a-f]/g, "0"));
}

/** The file that denit adds to a log directory; runit's svlogd takes no notice of it. */
const ADDED = "status";

/** What a log directory holds but for what denit adds, oldest first: name, mode and text. */
export function contents(directory: string): string[] {
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => name !== ADDED)
    .sort();
  const labels = [...new Set(names.flatMap((name) => name.match(LABEL) ?? []))];
  return names.map((name) => {
    const path = join(directory, name);
    const { mode } = Deno.statSync(path);
    const shown = name.replace(LABEL, (label) => `@${labels.indexOf(label)}`);
    const text = withoutStamps(latinText(Deno.readFileSync(path)));
    return `${shown} ${((mode ?? 0) & 0o7777).toString(8)} ${text}`;
  });
}
