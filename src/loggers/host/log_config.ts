/** Reads, when a log starts, how its `log/` says that it is to be written. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { readText } from "../../runtime/small_file.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { type LogConfig, logConfigOf } from "../log_config.ts";

/** More than anybody writes into a config, so that a file that is none costs a bounded time. */
const CONFIG_MOST_BYTES = 65_536;

/**
 * What `log/config` says of a service (its directory is `dir`) that has no `log/run`. Undefined when `log/run` is to
 * be executed, or to fail. Throws SysError when the process is out of descriptors or memory.
 */
export function logConfigIn(kernel: Kernel, dir: Fd): LogConfig | undefined {
  if (exists(kernel, dir, "log/run")) return undefined;
  let fd: Fd;
  try {
    fd = kernel.open(dir, "log/config", OPEN.read | OPEN.nonBlock);
  } catch (thrown) {
    if (SHORTAGES.has(errnoOf(thrown))) throw thrown;
    return undefined;
  }
  try {
    return logConfigOf(readText(kernel, fd, CONFIG_MOST_BYTES));
  } catch (thrown) {
    // It is a directory, or the disk fails. A config that cannot be read is none.
    rethrowUnlessSysError(thrown);
    return undefined;
  } finally {
    kernel.close(fd);
  }
}

/** A file that cannot be looked at exists, too: executing it will tell what is wrong. */
function exists(kernel: Kernel, dir: Fd, path: string): boolean {
  try {
    kernel.stat(dir, path);
    return true;
  } catch (thrown) {
    return errnoOf(thrown) !== ERRNO.ENOENT;
  }
}
