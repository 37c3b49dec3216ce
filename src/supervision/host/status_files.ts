/** Writing `supervise/pid`, `stat` and `status` in runsv's order, each beside itself and then renamed. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { SysError } from "../../sys/error.ts";
import type { ServiceState } from "../service_state.ts";
import { packStatus, pidLine, statLine, STATUS_SIZE } from "../../runit/status.ts";
import type { Post } from "./unit.ts";

/** The longest line of `pid` or `stat` is far shorter. */
const TEXT_SIZE = 128;

/** The status files of all services of a supervisor. */
export class StatusFiles {
  /** The file that is being written, and after a failure the one that failed; relative to the service's directory. */
  path = "";
  readonly #kernel: Kernel;
  readonly #text = new Uint8Array(TEXT_SIZE);
  readonly #status = new Uint8Array(STATUS_SIZE);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Writes what the three files have to say of `service`; `pid` only when it changes. Throws SysError (`path`). */
  write(post: Post, service: ServiceState): void {
    const prefix = post.who === "main" ? "supervise/" : "log/supervise/";
    const { dir } = post.unit;
    if (post.pidWritten !== service.pid) {
      this.#replace(dir, `${prefix}pid`, this.#text, this.#put(pidLine(service.pid)));
      post.pidWritten = service.pid;
    }
    this.#replace(dir, `${prefix}stat`, this.#text, this.#put(statLine(service)));
    packStatus({ ...service, wantUp: service.want === "up" }, this.#status);
    this.#replace(dir, `${prefix}status`, this.#status, STATUS_SIZE);
  }

  #put(line: string): number {
    for (let i = 0; i < line.length; i++) this.#text[i] = line.charCodeAt(i);
    return line.length;
  }

  /** Written beside and renamed, so that a reader sees the old file or the new one. */
  #replace(dir: Fd, path: string, bytes: Uint8Array<ArrayBuffer>, length: number): void {
    const beside = this.path = `${path}.new`;
    const flags = OPEN.write | OPEN.create | OPEN.truncate | OPEN.nonBlock;
    const fd = this.#kernel.open(dir, beside, flags, 0o644);
    try {
      // A disk that is almost full takes a part, which is worth nothing.
      if (this.#kernel.write(fd, bytes, length) !== length) {
        throw new SysError({ call: "write", path: beside, errno: ERRNO.ENOSPC });
      }
    } finally {
      this.#kernel.close(fd);
    }
    this.#kernel.rename(dir, beside, path);
  }
}
