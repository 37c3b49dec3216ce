/**
 * A log directory as the suite compares it: name, mode and bytes of every file. Labels become @0, @1 and so on, in
 * the order of their time, and of stamps only the shape is left. The middle of a long text becomes its length and a
 * sum over the whole text.
 */
import { contents } from "../logging/directory.ts";

/** Longest text that is shown in full. */
const SHOWN_BYTES = 300;
const END_BYTES = 60;

/** Returns one line for each file, in the order of names. The scenario's own `config` is left out. */
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

/** The FNV-1a hash of 32 bits. */
function sum(text: string): string {
  let at = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) at = Math.imul(at ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return at.toString(16).padStart(8, "0");
}
