/** The search for a program along PATH, as execvp of runit and pathexec_run of daemontools do it. */
import { valueOf } from "../cli/environment.ts";
import { ERRNO } from "../posix/errno.ts";

/** Stands for PATH where it is not set. */
const USUAL_PATH = "/bin:/usr/bin";

/**
 * The errors after which the next directory is tried. If no directory has the program, the last of these errors is
 * told.
 */
const GO_ON: readonly number[] = [ERRNO.EACCES, ERRNO.EPERM, ERRNO.EISDIR];

/** The PATH of an environment. */
export function pathOf(environment: readonly string[]): string {
  return valueOf(environment, "PATH") ?? USUAL_PATH;
}

/** The paths at which `program` may be, in order. An empty directory in `path` is the current directory. */
export function candidates(program: string, path: string): readonly string[] {
  if (program.includes("/")) return [program];
  return path.split(":").map((directory) => `${directory === "" ? "." : directory}/${program}`);
}

/** Tries one candidate. Returns the errno with which it was refused, 0 for success. */
export type TryPath = (path: string) => number;

/** Tries candidates one after the other. Returns the path that succeeded, or the errno to tell. */
export function tryInOrder(
  paths: readonly string[],
  tryPath: TryPath,
): { readonly path: string } | { readonly errno: number } {
  let told: number = ERRNO.ENOENT;
  for (const path of paths) {
    const errno = tryPath(path);
    if (errno === 0) return { path };
    if (errno === ERRNO.ENOENT) continue;
    told = errno;
    if (!GO_ON.includes(errno)) break;
  }
  return { errno: told };
}
