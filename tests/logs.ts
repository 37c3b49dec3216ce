/** Reads log directories as their readers see them, and finds the processes that write them. */
import { childrenOf, readText } from "./processes.ts";

/** The command line of a process. Empty if there is no such process. */
export function commandOf(pid: number): readonly string[] {
  return readText(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
}

/** Pids of the live `svlogfleet` children of a fleet: those that run as `identity` (UID:GID:GROUPS), or all. */
export function loggersOf(fleet: number, identity?: string): number[] {
  return childrenOf(fleet).filter(({ state }) => state !== "Z").map(({ pid }) => pid).filter((pid) => {
    const command = commandOf(pid);
    const at = command.indexOf("svlogfleet");
    return at >= 0 && (identity === undefined || command[at + 1] === identity);
  });
}

/** All lines of a log directory in order, rotated files first, without their stamps. */
export function linesIn(directory: string): string[] {
  const names = namesIn(directory).filter((name) => name.startsWith("@")).sort();
  return [...names, "current"].flatMap((name) =>
    (readText(`${directory}/${name}`) ?? "").split("\n").filter((line) => line !== "")
  ).map((line) => line.slice(line.indexOf(" ") + 1));
}

/** The names in a directory. Empty if there is no such directory. */
export function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The numbers from 1 to `count`, as texts. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i + 1}`);
}
