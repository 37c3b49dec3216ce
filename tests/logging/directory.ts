/**
 * Log directories for tests. A test makes one, feeds it through a logger, and reads it without what differs between
 * runs.
 */
import { join } from "@std/path";
import { removeJournals } from "./journals.ts";

/**
 * Paths below the directory, mapped to texts. A mode may follow: `["text", 0o744]`. A path that ends in a slash is a
 * directory.
 */
export type Tree = Readonly<Record<string, string | readonly [text: string, mode: number]>>;

const STAMPS = /^(@[0-9a-f]{24}|\d{4}-\d\d-\d\d[_T]\d\d:\d\d:\d\d\.\d{5}) /gm;
const LABEL = /@[0-9a-f]{24}/g;

/** Makes the tree in a temporary directory, and removes the directory and its journals after `use`. */
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

/** Writes one entry. A path that ends in a slash becomes a directory. */
async function put(path: string, entry: Tree[string]): Promise<void> {
  const [text, mode] = typeof entry === "string" ? [entry, 0o644] : entry;
  await Deno.mkdir(path.endsWith("/") ? path : path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if (path.endsWith("/")) return;
  await Deno.writeFile(path, latin(text));
  await Deno.chmod(path, mode);
}

/** The bytes of a byte string. */
export function latin(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The byte string of bytes: one character a byte. */
export function latinText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Replaces labels by @0, @1 and so on, in the order of their time. */
export function withoutLabels(text: string): string {
  const labels = [...new Set(text.match(LABEL))].sort();
  return text.replace(LABEL, (label) => `@${labels.indexOf(label)}`);
}

/** Replaces stamps at the beginning of lines by their shape. */
export function withoutStamps(text: string): string {
  return text.replace(STAMPS, (stamp) => stamp.replace(/[0-9a-f]/g, "0"));
}

/** The file that denit adds to a log directory. runit's svlogd ignores it. */
const ADDED = "status";

/** The files of a log directory without those that denit adds, oldest first: name, mode and text of each. */
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
