/**
 * A look at the directory of services: which directories stand there, under which names.
 *
 * An entry that cannot be looked at is taken for what it was at the last look, and another look is due.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { errnoText, thrownText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Entry, ScanState } from "../scan.ts";
import { fileKeyOf } from "../../posix/file_key.ts";

/** Lists the directory of services, and remembers what it could not look at. */
export class Listing {
  readonly #kernel: Kernel;
  readonly #directory: string;
  readonly #warn: (text: string) => void;
  /** The last warning about a name; the empty name is the directory itself. */
  readonly #troubles = new Map<string, string>();
  /** Names that came by rename since the last look. The fleet adds and removes them. */
  readonly moved = new Set<string>();
  #looked = false;
  /** Names that the last look could not look at. */
  #doubtful: string[] = [];

  constructor(kernel: Kernel, directory: string, warn: (text: string) => void) {
    this.#kernel = kernel;
    this.#directory = directory;
    this.#warn = warn;
  }

  /** True when the last look could not look at a name, so another look is due. */
  get doubts(): boolean {
    return this.#doubtful.length > 0;
  }

  /** A trouble is one line, however often it is met. Another text about the same name is a new line. */
  #warnOnce(what: string, text: string): void {
    if (this.#troubles.get(what) === text) return;
    this.#troubles.set(what, text);
    this.#warn(text);
  }

  /** The directories that stand there now; undefined when the directory cannot be read: then nothing is known to change. */
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
      // Names in doubt come last, so a directory that was seen under another name counts under that one.
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
      // It was removed after it was listed. That change calls for another look.
      if (!link && errnoOf(thrown) === ERRNO.ENOENT) return undefined;
      this.#warnOnce(name, `unable to stat ${name}: ${thrownText(thrown)}`);
      if (errnoOf(thrown) !== ERRNO.ENOENT) this.#doubtful.push(name);
      return undefined;
    }
  }

  /** The entry that the scan knows under a name which cannot be looked at now. */
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
