/** A look at what stands in the directory of services. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Entry, ScanState } from "../scan.ts";
import { fileKeyOf } from "../../posix/file_key.ts";

export class Listing {
  readonly #kernel: Kernel;
  readonly #directory: string;
  readonly #warn: (text: string) => void;
  readonly #troubles = new Map<string, string>();
  /** Names that came by link or rename since the last look. */
  readonly moved = new Set<string>();
  #looked = false;
  /** Names that the last look could not look at. */
  #doubtful: string[] = [];

  constructor(kernel: Kernel, directory: string, warn: (text: string) => void) {
    this.#kernel = kernel;
    this.#directory = directory;
    this.#warn = warn;
  }

  /** Something could not be looked at, so another look is due. */
  get doubts(): boolean {
    return this.#doubtful.length > 0;
  }

  /** One trouble is one line, however often it is met; another text, or its end, is news again. */
  #warnOnce(what: string, text: string): void {
    if (this.#troubles.get(what) === text) return;
    this.#troubles.set(what, text);
    this.#warn(text);
  }

  /** What stands in the directory; undefined when it cannot be read, which changes nothing for its services. */
  look(scan: ScanState): Entry[] | undefined {
    this.#doubtful = [];
    const entries = this.#list(scan);
    this.#looked = true;
    if (entries !== undefined) this.moved.clear();
    return entries;
  }

  #list(scan: ScanState): Entry[] | undefined {
    const directory = this.#directory;
    let dir: Fd;
    try {
      dir = this.#kernel.open(CWD, directory, OPEN.read | OPEN.directory);
    } catch (thrown) {
      this.#warnOnce("", `unable to stat ${directory}: ${thrownText(thrown)}`);
      return undefined;
    }
    try {
      const entries = this.#kernel.readDirectory(dir).flatMap((name) => this.#entry(dir, name) ?? []);
      this.#troubles.delete("");
      // Those in doubt come last: a directory that was seen under another name is where it was seen.
      return [...entries, ...this.#doubtful.flatMap((name) => this.#asBefore(scan, name) ?? [])];
    } catch (thrown) {
      this.#warnOnce("", `unable to read directory: ${thrownText(thrown)}`);
      return undefined;
    } finally {
      this.#kernel.close(dir);
    }
  }

  #entry(dir: Fd, name: string): Entry | undefined {
    if (name.startsWith(".")) return undefined;
    let link = false;
    try {
      let found = this.#kernel.stat(dir, name, false);
      link = found.kind === "link";
      if (link) found = this.#kernel.stat(dir, name);
      this.#troubles.delete(name);
      if (found.kind !== "directory") return undefined;
      const whole = !this.#looked || link || this.moved.has(name);
      return { name, key: fileKeyOf(found), whole };
    } catch (thrown) {
      // Taken away since it was listed: the change that did it calls for another look.
      if (!link && errnoOf(thrown) === ERRNO.ENOENT) return undefined;
      this.#warnOnce(name, `unable to stat ${name}: ${thrownText(thrown)}`);
      if (errnoOf(thrown) !== ERRNO.ENOENT) this.#doubtful.push(name);
      return undefined;
    }
  }

  /** An entry that is there and cannot be looked at is taken for what it was, and looked at again. */
  #asBefore(scan: ScanState, name: string): Entry | undefined {
    for (const [key, member] of scan) {
      if (member.name === name && member.wanted) return { name, key, whole: false };
    }
    return undefined;
  }
}

/** Why a directory cannot be entered, in runit's wording; undefined when it can. */
export function entryTrouble(kernel: Kernel, directory: string): string | undefined {
  try {
    kernel.close(kernel.open(CWD, `${directory}/.`, OPEN.read | OPEN.directory));
    return undefined;
  } catch (thrown) {
    return errnoText(errnoOf(thrown));
  }
}
