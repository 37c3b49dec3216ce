/**
 * Finds journals: files in shared memory that a killed svlogd leaves for the next svlogd on the same log directory.
 */
import { join } from "@std/path";

const SHARED_MEMORY = "/dev/shm";

/**
 * Removes the journals of log directories at or below `directory`. A test does that before it removes the directory.
 */
export function removeJournals(directory: string): void {
  for (const path of journalsOf(directory)) Deno.removeSync(path);
}

/** Paths of the journals of log directories at or below `directory`. */
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

/** The directories in a directory. Undefined if its name is no UTF-8: Deno lists such a name, but cannot find it. */
function directoriesIn(directory: string): readonly string[] | undefined {
  try {
    return [...Deno.readDirSync(directory)].filter((entry) => entry.isDirectory).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The directory of a journal, as the journal's name tells it: device, inode and birth (in ms). */
function directoryIn(name: string): string {
  const [, , device = "", inode = "", birthNs = "0"] = name.split("-");
  return `${device}-${inode}-${BigInt(`0x${birthNs}`) / 1_000_000n}`;
}

/**
 * The same of an existing directory. The device consists of major and minor number (makedev(3)). The birth is needed
 * because inode numbers are used again, and the journal of a removed directory may still be there.
 */
function ownerOf(directory: string): string {
  const { dev, ino, birthtime } = Deno.lstatSync(directory);
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return `${(major * 0x100000 + minor).toString(16)}-${(ino ?? 0).toString(16)}-${birthtime?.getTime() ?? 0}`;
}
