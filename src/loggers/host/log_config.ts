/** Reads, when a log starts, how its `log/` says that it is to be written. */
import { readConfigText } from "../../logging/host/config_file.ts";
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import { type LogConfig, logConfigOf } from "../log_config.ts";

/** What `log/` says. `run`: `log/run` is to be executed, or to fail. */
export type FoundLogConfig =
  | { readonly kind: "run" }
  | { readonly kind: "config"; readonly config: LogConfig }
  /** There is no `log/run`, and the config is a directory, is too long, or lies on a disk that fails. */
  | { readonly kind: "unreadable"; readonly errno: number };

/**
 * Looks for `log/run`, and where there is none reads `log/config`, in the directory `dir` of a service. Throws SysError
 * when the process is out of descriptors or memory.
 */
export function logConfigIn(kernel: Kernel, dir: Fd): FoundLogConfig {
  if (exists(kernel, dir, "log/run")) return { kind: "run" };
  try {
    const text = readConfigText(kernel, dir, "log/config");
    return text === undefined ? { kind: "run" } : { kind: "config", config: logConfigOf(text) };
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (SHORTAGES.has(errno)) throw thrown;
    return { kind: "unreadable", errno };
  }
}

/** True when the file exists. A file that cannot be looked at exists, too: executing it will tell what is wrong. */
function exists(kernel: Kernel, dir: Fd, path: string): boolean {
  try {
    kernel.stat(dir, path);
    return true;
  } catch (thrown) {
    return errnoOf(thrown) !== ERRNO.ENOENT;
  }
}
