/** Looks at processes through proc(5), and sends them signals. */

/** A process as `/proc/PID/stat` shows it. */
export interface Process {
  readonly pid: number;
  /** Pid of the parent. */
  readonly parent: number;
  /** State, one letter of proc(5): R, S, T, Z ... */
  readonly state: string;
}

/** The process of a pid. Undefined if there is none. */
export function processOf(pid: number): Process | undefined {
  const line = readText(`/proc/${pid}/stat`);
  if (line === undefined) return undefined;
  const [state = "", parent = ""] = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), state };
}

/** True when the process exists and has not ended. A zombie counts as ended. */
export function isAlive(pid: number): boolean {
  const state = processOf(pid)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The children of a process, zombies included. */
export function childrenOf(parent: number): Process[] {
  return pids().flatMap((pid) => processOf(pid) ?? []).filter((process) => process.parent === parent);
}

/**
 * Pids of the live processes that were started with this entry in their environment. A zombie's environment is empty.
 */
export function processesMarked(entry: string): number[] {
  return pids().filter((pid) => readText(`/proc/${pid}/environ`)?.split("\0").includes(entry) === true);
}

function pids(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
}

/** The text of a file. Undefined if the file does not exist (any more), or belongs to a process that is ending. */
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

/** Sends a signal to a process. Nothing happens if the process has ended meanwhile. */
export function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound || error instanceof Error &&
        error.message.includes("ESRCH");
    if (!gone) throw error;
  }
}
