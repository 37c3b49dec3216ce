/** How the log of a service is written, as its `log/` says it when the log starts. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import { type Kernel, OPEN, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { byteString } from "../../sys/bytes.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { type LogConfig, logConfigOf } from "../log_config.ts";

const PIECE_BYTES = 4096;
/** More than anybody writes, so that what is no config is no work without end. */
const CONFIG_MOST_BYTES = 65_536;
/** What `log/config` says where there is no `log/run`; undefined where `log/run` is to be executed, or to fail. */
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
    return logConfigOf(textOf(kernel, fd));
  } catch (thrown) {
    // A directory, or a disk that fails: what cannot be read is no config.
    rethrowUnlessSysError(thrown);
    return undefined;
  } finally {
    kernel.close(fd);
  }
}

/** A `log/run` that cannot be looked at is there: executing it will tell what is wrong. */
function exists(kernel: Kernel, dir: Fd, path: string): boolean {
  try {
    kernel.stat(dir, path);
    return true;
  } catch (thrown) {
    return errnoOf(thrown) !== ERRNO.ENOENT;
  }
}

function textOf(kernel: Kernel, fd: Fd): string {
  const piece = new Uint8Array(PIECE_BYTES);
  let text = "";
  while (text.length < CONFIG_MOST_BYTES) {
    const n = kernel.read(fd, piece);
    if (n === 0 || n === WOULD_BLOCK) break;
    text += byteString(piece, 0, n);
  }
  return text;
}
