/**
 * Watching what a path means: the directory it leads to, and every place on the way where it could come to lead
 * elsewhere. A symbolic link that is replaced, a directory that is renamed or removed: each is one inotify watch on
 * that inode itself, so that other changes beside it wake nobody.
 */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { errnoOf } from "../sys/error.ts";
import { CHANGE, type Kernel } from "./kernel.ts";

const CONTENT = CHANGE.create | CHANGE.movedTo | CHANGE.movedFrom | CHANGE.delete | CHANGE.attributes |
  CHANGE.deleteSelf | CHANGE.moveSelf | CHANGE.onlyDirectory;
const PLACE = CHANGE.deleteSelf | CHANGE.moveSelf;
const LINK = PLACE | CHANGE.attributes | CHANGE.dontFollow;
/** As many as the kernel follows (path_resolution(7)). */
const LINKS_MAX = 40;

export class PathWatch {
  readonly #kernel: Kernel;
  readonly #fd: Fd;
  readonly #path: string;
  #content = -1;
  #places: number[] = [];

  constructor(kernel: Kernel, fd: Fd, path: string) {
    this.#kernel = kernel;
    this.#fd = fd;
    this.#path = path;
  }

  /** The watch of the directory's content; -1 when there is none. */
  get content(): number {
    return this.#content;
  }

  /** True for a watch on the way, or for the directory itself having moved: then the path must be looked at anew. */
  concerns(watch: number, mask: number): boolean {
    if (this.#places.includes(watch)) return true;
    return watch === this.#content && (mask & (PLACE | CHANGE.ignored | CHANGE.unmount)) !== 0;
  }

  /** Watches anew what the path means now. Returns 0, or the errno for which the directory cannot be watched. */
  renew(): number {
    const old = [...this.#places, this.#content].filter((watch) => watch >= 0);
    this.#places = [];
    this.#content = -1;
    let errno = 0;
    try {
      this.#followWay();
      this.#content = this.#kernel.addChangeWatch(this.#fd, this.#path, CONTENT);
    } catch (thrown) {
      errno = errnoOf(thrown);
    }
    for (const watch of old) {
      if (watch !== this.#content && !this.#places.includes(watch)) {
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
        if (rest.length > 0) this.#place(here, PLACE);
        at = `${here}/`;
        continue;
      }
      this.#place(here, LINK);
      const target = this.#kernel.readLink(CWD, here);
      if (++links > LINKS_MAX) return;
      if (target.startsWith("/")) at = "/";
      rest = [...target.split("/").filter((piece) => piece !== "" && piece !== "."), ...rest];
    }
  }

  #place(path: string, mask: number): void {
    this.#places.push(this.#kernel.addChangeWatch(this.#fd, path, mask));
  }
}
