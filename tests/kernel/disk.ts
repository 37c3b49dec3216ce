/** A disk in memory, which outlives the kernels that use it, one after the other. */
import { Random } from "../random.ts";
import { type RegularFile, Tree } from "./tree.ts";
import { World } from "./world.ts";

export class Disk {
  /** The time of the disk: nothing on it gets older. */
  readonly tree = new Tree(new World(new Random(1)), false);
  /** Bytes that may be written until the disk is full. */
  room = Infinity;

  constructor() {
    this.tree.makeDirectory("/dev/shm");
  }

  #file(path: string): RegularFile | undefined {
    const inode = this.tree.find(this.tree.root, path);
    return inode?.kind === "file" ? inode : undefined;
  }

  text(path: string): string | undefined {
    return this.#file(path)?.text;
  }

  put(path: string, text: string, mode: number): void {
    this.tree.put(path, text, mode);
  }

  /** Names in a directory; none where there is no directory. */
  names(directory: string): string[] {
    const inode = this.tree.find(this.tree.root, directory);
    return inode?.kind === "directory" ? [...inode.entries.keys()] : [];
  }

  /** Files by path. */
  readonly files = {
    get: (path: string): RegularFile | undefined => this.#file(path),
    delete: (path: string): void => this.tree.unlink(this.tree.root, path),
  };

  /** Directories by path; one that is taken away takes all that is in it along. */
  readonly directories = {
    add: (path: string): void => void this.tree.makeDirectory(path),
    delete: (path: string): void => this.tree.unlink(this.tree.root, path),
  };
}
