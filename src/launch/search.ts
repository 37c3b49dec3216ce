/** Where a program is looked for, as execvp of runit and daemontools (pathexec_run) does. */
import { ERRNO } from "../posix/errno.ts";
import { valueOf } from "../cli/environment.ts";

/** Without PATH. */
const USUAL_PATH = "/bin:/usr/bin";

/** After these the next directory is tried, and the last of them is told if none has the program. */
const GO_ON: readonly number[] = [ERRNO.EACCES, ERRNO.EPERM, ERRNO.EISDIR];

/** PATH to look along. */
export function pathOf(environment: readonly string[]): string {
  return valueOf(environment, "PATH") ?? USUAL_PATH;
}

/** Paths to try, in order. An empty directory in `path` is the current one. */
export function candidates(program: string, path: string): readonly string[] {
  if (program.includes("/")) return [program];
  return path.split(":").map((directory) => `${directory === "" ? "." : directory}/${program}`);
}

/** Tries one candidate: the errno it was refused with, 0 for success. */
export type Try = (path: string) => number;

/** Tries them one after the other; the errno to tell, or the path that was taken. */
export function firstOf(
  paths: readonly string[],
  attempt: Try,
): { readonly path: string } | { readonly errno: number } {
  let told: number = ERRNO.ENOENT;
  for (const path of paths) {
    const errno = attempt(path);
    if (errno === 0) return { path };
    if (errno === ERRNO.ENOENT) continue;
    told = errno;
    if (!GO_ON.includes(errno)) break;
  }
  return { errno: told };
}
