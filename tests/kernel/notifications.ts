/** inotify(7): one watch an inode, a queue that may overflow, and a watch that ends with its inode. */
import { ERRNO } from "../../src/posix/errno.ts";
import { CHANGE, type Change } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import type { Inode } from "./tree.ts";
import type { World } from "./world.ts";

/** The bits of a mask that ask for a manner of watching, and are no events. */
const FLAGS = CHANGE.onlyDirectory | CHANGE.dontFollow;

export class Notifications {
  readonly #world: World;
  /** The number of watches that one user may have. */
  limit = 1000;
  readonly #byInode = new Map<Inode, { readonly watch: number; mask: number }>();
  #queue: Change[] = [];
  #next = 1;
  /** True when the queue has no room: events are lost. */
  overflows = false;

  constructor(world: World) {
    this.#world = world;
  }

  get waiting(): boolean {
    return this.#queue.length > 0;
  }

  get watches(): number {
    return this.#byInode.size;
  }

  isWatched(inode: Inode): boolean {
    return this.#byInode.has(inode);
  }

  reset(): void {
    this.#byInode.clear();
    this.#queue = [];
  }

  /** A second watch of an inode is the first one with another mask. */
  add(inode: Inode, mask: number): number {
    const known = this.#byInode.get(inode);
    if (known !== undefined) {
      known.mask = mask & ~FLAGS;
      return known.watch;
    }
    if (this.#byInode.size >= this.limit) {
      throw new SysError({ call: "inotify_add_watch", errno: ERRNO.ENOSPC });
    }
    const watch = this.#next++;
    this.#byInode.set(inode, { watch, mask: mask & ~FLAGS });
    return watch;
  }

  remove(watch: number): void {
    for (const [inode, known] of this.#byInode) {
      if (known.watch !== watch) continue;
      this.#byInode.delete(inode);
      this.#push({ watch, mask: CHANGE.ignored, name: "" });
    }
  }

  /** The inode is no more. */
  forget(inode: Inode): void {
    const known = this.#byInode.get(inode);
    if (known !== undefined) this.remove(known.watch);
  }

  happened(inode: Inode, mask: number, name: string): void {
    const known = this.#byInode.get(inode);
    if (known === undefined || (known.mask & mask & ~CHANGE.isDirectory) === 0) return;
    this.#push({ watch: known.watch, mask, name });
  }

  #push(change: Change): void {
    if (!this.overflows) return void this.#queue.push(change);
    if (this.#queue.at(-1)?.mask === CHANGE.overflow) return;
    this.#queue.push({ watch: -1, mask: CHANGE.overflow, name: "" });
  }

  /** Reads one buffer full, whatever its size. */
  read(): Change[] {
    const most = this.#world.random.chance(0.5) ? this.#queue.length : 1 + this.#world.random.below(4);
    return this.#queue.splice(0, most);
  }
}
