/**
 * Reads the file `config` of a log directory: for svlogd, for the logger of many services, and for the fleet that decides
 * which of the two a service gets.
 *
 * The owner of the directory may have put anything under the name. So the file is opened without blocking, and read no
 * further than a bound. A longer file is an error, not a shorter config: half a line may say something else.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { readText } from "../../runtime/small_file.ts";
import { errnoOf, SysError } from "../../sys/error.ts";
import { type Config, DEFAULT_CONFIG, parseConfig } from "../config.ts";

/** Bytes: more than any list of patterns has. Without a bound, a config that never ends would take all memory. */
export const MOST_CONFIG_BYTES = 1 << 20;

/** The system calls that reading a config needs. */
export type ConfigKernel = Pick<Kernel, "open" | "read" | "close">;

/**
 * The text of the config `path` in `directory`, a byte string; undefined when there is no such file.
 *
 * Throws SysError; EFBIG when the file has more than MOST_CONFIG_BYTES.
 */
export function readConfigText(kernel: ConfigKernel, directory: Fd, path = "config"): string | undefined {
  let fd: Fd;
  try {
    fd = kernel.open(directory, path, OPEN.read | OPEN.nonBlock);
  } catch (thrown) {
    if (errnoOf(thrown) === ERRNO.ENOENT) return undefined;
    throw thrown;
  }
  try {
    const text = readText(kernel, fd, MOST_CONFIG_BYTES + 1);
    if (text.length > MOST_CONFIG_BYTES) throw new SysError({ call: "read", path, errno: ERRNO.EFBIG });
    return text;
  } finally {
    kernel.close(fd);
  }
}

/**
 * Returns the settings of the config `path` in `directory`; without such a file, svlogd's defaults. Throws as
 * `readConfigText`.
 */
export function readConfig(kernel: ConfigKernel, directory: Fd, path = "config"): Config {
  const text = readConfigText(kernel, directory, path);
  return text === undefined ? DEFAULT_CONFIG : parseConfig(text);
}
