/** Writing `supervise/pid`, `stat` and `status`, each beside itself and renamed, in runsv's order; and `process`. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { SysError } from "../../sys/error.ts";
import type { Who } from "../pair.ts";
import type { ServiceEvent } from "../service.ts";
import { packStatus, pidLine, statLine, STATUS_SIZE } from "../../runit/status.ts";
import { type Memories, MEMORY_OF } from "./memories.ts";
import type { Line } from "./posts.ts";
import type { Unit } from "./unit.ts";

export class StatusFiles {
  readonly #kernel: Kernel;
  readonly #memories: Memories;
  readonly #line: Line;
  readonly #text = new Uint8Array(128);
  readonly #status = new Uint8Array(STATUS_SIZE);

  constructor(kernel: Kernel, memories: Memories, line: Line) {
    this.#kernel = kernel;
    this.#memories = memories;
    this.#line = line;
  }

  /** Brings the three files up to date; returns what to tell the machine when that failed. */
  publish(unit: Unit, who: Who): ServiceEvent | undefined {
    const service = unit.service(who);
    const post = unit.post(who);
    if (service === undefined || post === undefined) return undefined;
    // In place, so that a disk that is full does not matter.
    const forgotten = this.remember(unit, who);
    const prefix = who === "main" ? "supervise/" : "log/supervise/";
    let part = "pid";
    try {
      if (post.pidWritten !== service.pid) {
        this.#replace(unit.dir, `${prefix}pid`, this.#text, this.#put(pidLine(service.pid)));
        post.pidWritten = service.pid;
      }
      part = "stat";
      this.#replace(unit.dir, `${prefix}stat`, this.#text, this.#put(statLine(service)));
      part = "status";
      packStatus({ ...service, wantUp: service.want === "up" }, this.#status);
      this.#replace(unit.dir, `${prefix}status`, this.#status, STATUS_SIZE);
      return forgotten;
    } catch (thrown) {
      return this.#failed(unit, `${prefix}${part}.new`, thrown);
    }
  }

  /** The same for what the next supervisor must know. */
  remember(unit: Unit, who: Who): ServiceEvent | undefined {
    try {
      this.#memories.write(unit, who);
      return undefined;
    } catch (thrown) {
      return this.#failed(unit, MEMORY_OF[who], thrown);
    }
  }

  #failed(unit: Unit, path: string, thrown: unknown): ServiceEvent {
    if (!(thrown instanceof SysError)) throw thrown;
    const text = `unable to ${thrown.call} ${path}: ${errnoText(thrown.errno)}`;
    if (unit.isNews(thrown.errno, this.#kernel.monotonicMs())) this.#line(unit.name, "warning", text);
    return { kind: "publish failed" };
  }

  #put(line: string): number {
    for (let i = 0; i < line.length; i++) this.#text[i] = line.charCodeAt(i);
    return line.length;
  }

  /** Written beside and renamed, so that a reader sees the old file or the new one. */
  #replace(dir: Fd, path: string, bytes: Uint8Array<ArrayBuffer>, length: number): void {
    const beside = `${path}.new`;
    const fd = this.#kernel.open(
      dir,
      beside,
      OPEN.write | OPEN.create | OPEN.truncate | OPEN.nonBlock,
      0o644,
    );
    try {
      // A disk that is all but full takes a part: as good as nothing.
      if (this.#kernel.write(fd, bytes, length) !== length) {
        throw new SysError({ call: "write", path: beside, errno: ERRNO.ENOSPC });
      }
    } finally {
      this.#kernel.close(fd);
    }
    this.#kernel.rename(dir, beside, path);
  }
}
