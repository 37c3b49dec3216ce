/** Processes as proc(5) shows them. */

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** One letter of proc(5): R, S, T, Z ... */
  readonly state: string;
}

/** Undefined if there is none of that pid. */
export function processOf(pid: number): Process | undefined {
  const line = readText(`/proc/${pid}/stat`);
  if (line === undefined) return undefined;
  const [state = "", parent = ""] = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), state };
}

export function isAlive(pid: number): boolean {
  const state = processOf(pid)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

export function childrenOf(parent: number): Process[] {
  return pids().flatMap((pid) => processOf(pid) ?? []).filter((process) => process.parent === parent);
}

/** Every process that was started with this entry in its environment; one that has ended has none left. */
export function processesMarked(entry: string): number[] {
  return pids().filter((pid) => readText(`/proc/${pid}/environ`)?.split("\0").includes(entry) === true);
}

function pids(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
}

/** A file's text; undefined when it is not there (any more), or belongs to a process that is ending. */
export function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    if (error instanceof Error && error.message.includes("os error 3)")) return undefined;
    throw error;
  }
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound || error instanceof Error &&
        error.message.includes("ESRCH");
    if (!gone) throw error;
  }
}
