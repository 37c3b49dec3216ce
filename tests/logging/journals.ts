/** What a svlogd that was killed leaves in shared memory for the next one on the same log directory. */
import { join } from "@std/path";

const SHARED_MEMORY = "/dev/shm";

/** Removes what belongs to log directories at or below `directory`, which is about to be removed. */
export function removeJournals(directory: string): void {
  for (const path of journalsOf(directory)) Deno.removeSync(path);
}

/** Paths of what belongs to log directories at or below `directory`. */
export function journalsOf(directory: string): readonly string[] {
  const journals = [...Deno.readDirSync(SHARED_MEMORY)].map(({ name }) => name).filter((name) =>
    name.startsWith("svlogd-")
  );
  if (journals.length === 0) return [];
  const owners = new Set(directoriesFrom(directory).map(ownerOf));
  return journals.filter((name) => owners.has(directoryIn(name))).map((name) => join(SHARED_MEMORY, name));
}

function directoriesFrom(directory: string): readonly string[] {
  const below = directoriesIn(directory);
  return below === undefined
    ? []
    : [directory, ...below.flatMap((name) => directoriesFrom(join(directory, name)))];
}

/** Undefined for a directory whose name is no UTF-8, which Deno lists and cannot find. */
function directoriesIn(directory: string): readonly string[] | undefined {
  try {
    return [...Deno.readDirSync(directory)].filter((entry) => entry.isDirectory).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Device, inode and birth (in ms) of the directory that a journal is named after. */
function directoryIn(name: string): string {
  const [, , device = "", inode = "", birthNs = "0"] = name.split("-");
  return `${device}-${inode}-${BigInt(`0x${birthNs}`) / 1_000_000n}`;
}

/**
 * The same of a directory; the device is major and minor number (makedev(3)). The birth belongs to it, because an
 * inode's number is used again, and the journal of a directory that was removed may still lie there.
 */
function ownerOf(directory: string): string {
  const { dev, ino, birthtime } = Deno.lstatSync(directory);
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return `${(major * 0x100000 + minor).toString(16)}-${(ino ?? 0).toString(16)}-${birthtime?.getTime() ?? 0}`;
}
