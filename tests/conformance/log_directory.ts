/**
 * A log directory as it is compared: every file's name, mode and bytes. Labels become @0, @1 in the order of their
 * time and stamps keep their shape alone; of a long text the middle is told by its length and a sum over all of it.
 */
import { contents } from "../logging/directory.ts";

/** As long a text is shown as it is. */
const SHOWN_BYTES = 300;
const END_BYTES = 60;

/** One line a file, in the order of names; but not `config`, which is the scenario's own. */
export function logDirectory(directory: string): string {
  return contents(directory).filter((entry) => !entry.startsWith("config ")).map(line).join("\n");
}

function line(entry: string): string {
  const [name = "", mode = ""] = entry.split(" ", 2);
  return `${name} ${mode} ${shown(entry.slice(name.length + mode.length + 2))}`;
}

function shown(text: string): string {
  if (text.length <= SHOWN_BYTES) return JSON.stringify(text);
  const ends = [text.slice(0, END_BYTES), text.slice(-END_BYTES)].map((end) => JSON.stringify(end));
  return ends.join(` … ${text.length} bytes, sum ${sum(text)} … `);
}

/** FNV-1a, 32 bits. */
function sum(text: string): string {
  let at = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) at = Math.imul(at ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return at.toString(16).padStart(8, "0");
}
