/** `supervise/process`: writing down what the next supervisor must know, and reading what the last one has. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { byteString } from "../../sys/bytes.ts";
import { errnoOf } from "../../sys/error.ts";
import { type Memory, MEMORY_SIZE, packMemory, unpackMemory } from "../memory.ts";
import type { Who } from "../pair.ts";
import { owesStop } from "../service.ts";
import { BOTH, type Post, type Unit } from "./unit.ts";

export const MEMORY_OF: Readonly<Record<Who, string>> = {
  main: "supervise/process",
  log: "log/supervise/process",
};

const BLANK = 0x20;
const NEWLINE = 0x0a;

export class Memories {
  readonly #kernel: Kernel;
  readonly #encoder = new TextEncoder();
  readonly #bytes = new Uint8Array(MEMORY_SIZE);
  /** Undefined where the machine does not tell: then nothing is left, and nothing is taken up. */
  readonly #lifetime: string | undefined;

  /** The pid of the process that was started last. */
  lastPid = 0;
  /** A record with a lower number stays open. */
  #keptBelow = Infinity;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#lifetime = kernel.lifetime();
  }

  /** How many descriptors this process may have: the upper half of them is for what cannot be had without. */
  allowDescriptors(most: number): void {
    if (most > 0) this.#keptBelow = most / 2;
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
    const text = packMemory({
      ...service,
      lifetime: this.#lifetime,
      kind: holder === undefined ? "process" : "feed",
      starting,
      pid: holder?.pid ?? (starting ? this.lastPid : service.pid),
      owesStop: post.owesStop || owesStop(service),
      notBeforeNs,
      notAfterNs,
    });
    this.#withRecord(unit, who, post, (record) => this.#write(record, text));
    post.forgetful = false;
  }

  #write(record: Fd, text: string): void {
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    this.#bytes.fill(BLANK, written, MEMORY_SIZE - 1);
    this.#bytes[MEMORY_SIZE - 1] = NEWLINE;
    this.#kernel.writeAt(record, this.#bytes, 0);
  }

  /** Kept open where there are descriptors enough: written with one call, and also when there are none left. */
  #withRecord<T>({ dir }: Unit, who: Who, post: Post, use: (record: Fd) => T): T {
    if (post.record >= 0) return use(post.record);
    const flags = OPEN.readWrite | OPEN.create | OPEN.nonBlock;
    const record = this.#kernel.open(dir, MEMORY_OF[who], flags, 0o600);
    if (record < this.#keptBelow) return use(post.record = record);
    try {
      return use(record);
    } finally {
      this.#kernel.close(record);
    }
  }

  /**
   * Undefined where the last supervisor left nothing, or left it in another life of the machine. Throws SysError where
   * that cannot be known for now.
   */
  read(unit: Unit, who: Who): Memory | undefined {
    const post = unit.post(who);
    if (this.#lifetime === undefined || post === undefined) return undefined;
    const memory = unpackMemory(this.#textOf(unit, who, post));
    return memory?.lifetime === this.#lifetime ? memory : undefined;
  }

  #textOf(unit: Unit, who: Who, post: Post): string {
    try {
      return this.#withRecord(unit, who, post, (record) => this.#text(record));
    } catch (thrown) {
      if (SHORTAGES.has(errnoOf(thrown))) throw thrown;
    }
    return this.#textOfUnwritable(unit.dir, MEMORY_OF[who]);
  }

  /** On a file system that takes nothing more. */
  #textOfUnwritable(dir: Fd, path: string): string {
    try {
      const fd = this.#kernel.open(dir, path, OPEN.read | OPEN.nonBlock);
      try {
        return this.#text(fd);
      } finally {
        this.#kernel.close(fd);
      }
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return "";
      throw thrown;
    }
  }

  /** What is left in the directories beside that of the unit. Throws SysError where that cannot be known for now. */
  beside({ path }: Unit): Memory[] {
    const dir = this.#kernel.open(CWD, parentOf(path), OPEN.read | OPEN.directory);
    try {
      const paths = this.#kernel.readDirectory(dir).flatMap((name) =>
        BOTH.map((who) => `${name}/${MEMORY_OF[who]}`)
      );
      return paths.flatMap((one) => unpackMemory(this.#textBeside(dir, one)) ?? []);
    } finally {
      this.#kernel.close(dir);
    }
  }

  #textBeside(dir: Fd, path: string): string {
    try {
      return this.#textOfUnwritable(dir, path);
    } catch (thrown) {
      if (SHORTAGES.has(errnoOf(thrown))) throw thrown;
      return "";
    }
  }

  #text(fd: Fd): string {
    return byteString(this.#bytes, 0, Math.max(this.#kernel.readAt(fd, this.#bytes, 0), 0));
  }
}

/** With a slash at its end. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/", path.length - 2) + 1) || "./";
}
