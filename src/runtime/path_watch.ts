/**
 * Watching where a path leads: the directory at its end, and everything on the way that could make it lead elsewhere.
 *
 * A symbolic link may be replaced, a directory renamed or removed. Each is one inotify watch on that inode itself, so
 * changes beside it do not wake the process.
 */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { MOST_LINKS } from "../posix/maximum.ts";
import { errnoOf } from "../sys/error.ts";
import { CHANGE, type Kernel } from "./kernel.ts";

/** Changes of the content of the directory, and of the directory itself. */
const CONTENT = CHANGE.create | CHANGE.movedTo | CHANGE.movedFrom | CHANGE.delete | CHANGE.attributes |
  CHANGE.deleteSelf | CHANGE.moveSelf | CHANGE.onlyDirectory;
/** Changes of a directory on the way. */
const MOVED = CHANGE.deleteSelf | CHANGE.moveSelf;
/** Changes of a symbolic link on the way. */
const LINK = MOVED | CHANGE.attributes | CHANGE.dontFollow;

/** The watches of one path. */
export class PathWatch {
  readonly #kernel: Kernel;
  readonly #fd: Fd;
  readonly #path: string;
  /** The watch of the directory itself; -1 when there is none. */
  #content = -1;
  /** The watches of the links and directories on the way. */
  #steps: number[] = [];

  /** `fd` is a descriptor for watches (`Readiness.changes`). Nothing is watched before `renew`. */
  constructor(kernel: Kernel, fd: Fd, path: string) {
    this.#kernel = kernel;
    this.#fd = fd;
    this.#path = path;
  }

  /** The watch of the directory's content; -1 when there is none. */
  get content(): number {
    return this.#content;
  }

  /**
   * True when an event says that the path may lead elsewhere now. Such an event comes from a watch on the way, or says
   * that the directory itself has moved. Then `renew` is due.
   */
  concerns(watch: number, mask: number): boolean {
    if (this.#steps.includes(watch)) return true;
    return watch === this.#content && (mask & (MOVED | CHANGE.ignored | CHANGE.unmount)) !== 0;
  }

  /** Watches where the path leads now. Returns 0, or the errno for which the directory cannot be watched. */
  renew(): number {
    const old = [...this.#steps, this.#content].filter((watch) => watch >= 0);
    this.#steps = [];
    this.#content = -1;
    let errno = 0;
    try {
      this.#followWay();
      this.#content = this.#kernel.addChangeWatch(this.#fd, this.#path, CONTENT);
    } catch (thrown) {
      errno = errnoOf(thrown);
    }
    for (const watch of old) {
      if (watch !== this.#content && !this.#steps.includes(watch)) {
        this.#kernel.removeChangeWatch(this.#fd, watch);
      }
    }
    return errno;
  }

  #followWay(): void {
    let links = 0;
    let at = this.#path.startsWith("/") ? "/" : "";
    let rest = this.#path.split("/").filter((part) => part !== "" && part !== ".");
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      const here = at + part;
      if (part === ".." || this.#kernel.stat(CWD, here, false).kind !== "link") {
        if (rest.length > 0) this.#watchStep(here, MOVED);
        at = `${here}/`;
        continue;
      }
      this.#watchStep(here, LINK);
      const target = this.#kernel.readLink(CWD, here);
      if (++links > MOST_LINKS) return;
      if (target.startsWith("/")) at = "/";
      rest = [...target.split("/").filter((piece) => piece !== "" && piece !== "."), ...rest];
    }
  }

  #watchStep(path: string, mask: number): void {
    this.#steps.push(this.#kernel.addChangeWatch(this.#fd, path, mask));
  }
}
