/** `supervise/process`: writing down what the next supervisor must know, and reading what the last one has. */
import { type Fd, type Kernel, OPEN } from "../../runtime/kernel.ts";
import { byteString } from "../../sys/bytes.ts";
import { ERRNO, errnoOf, SysError } from "../../sys/error.ts";
import { type Memory, MEMORY_SIZE, packMemory, unpackMemory } from "../memory.ts";
import type { Who } from "../pair.ts";
import { owesStop } from "../service.ts";
import type { Unit } from "./unit.ts";

export const MEMORY_OF: Readonly<Record<Who, string>> = {
  main: "supervise/process",
  log: "log/supervise/process",
};

export class Memories {
  readonly #kernel: Kernel;
  readonly #bytes = new Uint8Array(MEMORY_SIZE + 1);
  readonly #out = new Uint8Array(MEMORY_SIZE);
  /** Undefined where the machine does not tell: then nothing is left, and nothing is taken up. */
  readonly #lifetime: string | undefined;

  /** The pid of the process that was started last. */
  lastPid = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#lifetime = kernel.lifetime();
  }

  /** In place: the file has its size from the first time on. Throws SysError. */
  write(unit: Unit, who: Who): void {
    const service = unit.service(who);
    const post = unit.post(who);
    if (this.#lifetime === undefined || service === undefined || post === undefined) return;
    const { starting } = post;
    // The next supervisor must find who has the log now.
    const holder = who === "log" ? unit.heldBy ?? unit.feed?.logger : undefined;
    const { notBeforeNs, notAfterNs } = holder ?? post;
    this.#replace(
      unit.dir,
      MEMORY_OF[who],
      packMemory({
        ...service,
        lifetime: this.#lifetime,
        kind: holder === undefined ? "process" : "feed",
        starting,
        pid: holder?.pid ?? (starting ? this.lastPid : service.pid),
        owesStop: post.owesStop || owesStop(service),
        notBeforeNs,
        notAfterNs,
      }),
    );
    post.forgetful = false;
  }

  #replace(dir: Fd, path: string, text: string): void {
    for (let i = 0; i < MEMORY_SIZE; i++) this.#out[i] = text.charCodeAt(i);
    const fd = this.#kernel.open(dir, path, OPEN.write | OPEN.create | OPEN.nonBlock, 0o600);
    try {
      if (this.#kernel.write(fd, this.#out) !== MEMORY_SIZE) {
        throw new SysError({ call: "write", path, errno: ERRNO.ENOSPC });
      }
    } finally {
      this.#kernel.close(fd);
    }
  }

  /** Undefined where the last supervisor left nothing, or left it in another life of the machine. */
  read({ dir }: Unit, who: Who): Memory | undefined {
    if (this.#lifetime === undefined) return undefined;
    const memory = unpackMemory(this.#text(dir, MEMORY_OF[who]));
    return memory?.lifetime === this.#lifetime ? memory : undefined;
  }

  #text(dir: Fd, path: string): string {
    try {
      const fd = this.#kernel.open(dir, path, OPEN.read | OPEN.nonBlock);
      try {
        return byteString(this.#bytes, 0, Math.max(this.#kernel.read(fd, this.#bytes), 0));
      } finally {
        this.#kernel.close(fd);
      }
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return "";
      throw thrown;
    }
  }
}
