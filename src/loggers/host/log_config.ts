/** Reads, when a log starts, how its `log/` says that it is to be written. */
import { readConfigText } from "../../logging/host/config_file.ts";
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import { type LogConfig, logConfigOf } from "../log_config.ts";

/**
 * Reads `log/config` in the directory `dir` of a service that has no `log/run`. Undefined when `log/run` is to be
 * executed, or to fail. Throws SysError when the process is out of descriptors or memory.
 */
export function logConfigIn(kernel: Kernel, dir: Fd): LogConfig | undefined {
  if (exists(kernel, dir, "log/run")) return undefined;
  try {
    const text = readConfigText(kernel, dir, "log/config");
    return text === undefined ? undefined : logConfigOf(text);
  } catch (thrown) {
    if (SHORTAGES.has(errnoOf(thrown))) throw thrown;
    // It is a directory, it is too long, or the disk fails. A config that cannot be read is none.
    return undefined;
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
