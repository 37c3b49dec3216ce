/**
 * The tree of files. An inode lives as long as a name or an open file holds it; its number is then free, and may be
 * the next directory's, as on ext4.
 *
 * The kernel under test and the tester use the same operations, so every change is told to inotify.
 */
import { ERRNO } from "../../src/posix/errno.ts";
import { CHANGE, type FileStat } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { Pipe } from "./pipe.ts";
import type { World } from "./world.ts";

interface Common {
  readonly number: number;
  mode: number;
  /** The directory that has the inode's one name; undefined when it has no name any more. */
  parent: Directory | undefined;
  name: string;
  /** Open files that hold it. */
  opens: number;
  ctimeNs: bigint;
}

export interface Directory extends Common {
  readonly kind: "directory";
  readonly entries: Map<string, Inode>;
}
export interface RegularFile extends Common {
  readonly kind: "file";
  text: string;
}
export interface Fifo extends Common {
  readonly kind: "fifo";
  readonly pipe: Pipe;
}
export interface Link extends Common {
  readonly kind: "link";
  readonly target: string;
}
/** A device in `/dev`; the kernel that is played knows what it is. */
export interface Device extends Common {
  readonly kind: "device";
}
export type Inode = Directory | RegularFile | Fifo | Link | Device;

/** The spot where a name is, or could be. */
interface Spot {
  readonly directory: Directory;
  readonly name: string;
  readonly inode: Inode | undefined;
}

const LINKS_MAX = 40;

export class Tree {
  readonly root: Directory;
  readonly #world: World;
  /** True when inode numbers are used again, lowest first. */
  readonly #thrifty: boolean;
  readonly #free: number[] = [];
  #next = 2;
  /** inotify: `mask` without the directory bit happened to `inode` (to `name` in it, where that is not empty). */
  onChange: (inode: Inode, mask: number, name: string) => void = () => {};
  onGone: (inode: Inode) => void = () => {};

  constructor(world: World, thrifty: boolean) {
    this.#world = world;
    this.#thrifty = thrifty;
    this.root = this.#directory(0o755);
    this.root.parent = this.root;
  }

  // Inodes

  #common(mode: number): Common {
    const number = this.#thrifty && this.#free.length > 0
      ? this.#free.splice(this.#free.indexOf(Math.min(...this.#free)), 1)[0] ?? this.#next++
      : this.#next++;
    return { number, mode, parent: undefined, name: "", opens: 0, ctimeNs: this.#world.wallNs() };
  }

  #directory(mode: number): Directory {
    return { ...this.#common(mode), kind: "directory", entries: new Map() };
  }

  hold(inode: Inode): void {
    inode.opens++;
  }

  release(inode: Inode): void {
    inode.opens--;
    this.#freeIfUnheld(inode);
  }

  #freeIfUnheld(inode: Inode): void {
    if (inode.parent !== undefined || inode.opens > 0) return;
    this.onChange(inode, CHANGE.deleteSelf, "");
    this.onGone(inode);
    this.#free.push(inode.number);
  }

  stat(inode: Inode): FileStat {
    const size = inode.kind === "file" ? inode.text.length : 0;
    const { mode, number, ctimeNs } = inode;
    return {
      kind: inode.kind === "device" ? "other" : inode.kind,
      mode,
      device: 2049,
      inode: number,
      size,
      links: 1,
      uid: 0,
      gid: 0,
      mtimeNs: ctimeNs,
      ctimeNs,
      birthNs: 0n,
    };
  }

  // Paths

  /** Returns the inode at `path`; errors name `call`. */
  resolve(from: Directory, path: string, followLast = true, call = "stat"): Inode {
    const { inode } = this.locate(from, path, followLast, call);
    if (inode === undefined) throw new SysError({ call, path, errno: ERRNO.ENOENT });
    return inode;
  }

  directory(from: Directory, path: string, call = "open"): Directory {
    const inode = this.resolve(from, path, true, call);
    if (inode.kind !== "directory") throw new SysError({ call, path, errno: ERRNO.ENOTDIR });
    return inode;
  }

  /** True when there is something at that path from the root. */
  has(path: string): boolean {
    return this.find(this.root, path) !== undefined;
  }

  /** Finds as `resolve` does, for the tester: undefined where there is nothing. */
  find(from: Directory, path: string, followLast = true): Inode | undefined {
    try {
      return this.locate(from, path, followLast, "stat").inode;
    } catch (thrown) {
      if (thrown instanceof SysError) return undefined;
      throw thrown;
    }
  }

  locate(from: Directory, path: string, followLast: boolean, call: string): Spot {
    let at: Inode = path.startsWith("/") ? this.root : from;
    const rest = path.split("/").filter((part) => part !== "" && part !== ".");
    let spot: Spot = { directory: from, name: "", inode: at };
    let links = 0;
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (at.kind !== "directory") throw new SysError({ call, path, errno: ERRNO.ENOTDIR });
      const inode: Inode | undefined = part === ".." ? at.parent ?? at : at.entries.get(part);
      spot = { directory: at, name: part, inode };
      if (inode === undefined) {
        if (rest.length > 0) throw new SysError({ call, path, errno: ERRNO.ENOENT });
        return spot;
      }
      if (inode.kind === "link" && (rest.length > 0 || followLast)) {
        if (++links > LINKS_MAX) throw new SysError({ call, path, errno: ERRNO.ELOOP });
        rest.unshift(...inode.target.split("/").filter((piece) => piece !== "" && piece !== "."));
        if (inode.target.startsWith("/")) at = this.root;
        spot = { directory: at, name: "", inode: at };
      } else at = inode;
    }
    return spot;
  }

  // Changes

  /** A regular file, made where there is none. */
  file(from: Directory, path: string, mode: number, call = "open"): RegularFile {
    const spot = this.#vacant(from, path, call);
    return this.#enter(spot, { ...this.#common(mode), kind: "file", text: "" });
  }

  mkdir(from: Directory, path: string, mode = 0o755): Directory {
    return this.#enter(this.#vacant(from, path, "mkdir"), this.#directory(mode));
  }

  mkfifo(from: Directory, path: string, mode: number): Fifo {
    const spot = this.#vacant(from, path, "mkfifo");
    return this.#enter(spot, { ...this.#common(mode), kind: "fifo", pipe: new Pipe() });
  }

  symlink(target: string, from: Directory, path: string): Link {
    const spot = this.#vacant(from, path, "symlink");
    return this.#enter(spot, { ...this.#common(0o777), kind: "link", target });
  }

  device(from: Directory, path: string, mode: number): Device {
    return this.#enter(this.#vacant(from, path, "mknod"), { ...this.#common(mode), kind: "device" });
  }

  /** A directory, and those above it, made where there are none. */
  makeDirectory(path: string): Directory {
    let at = this.root;
    for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
      const below = at.entries.get(name) ?? this.mkdir(at, name);
      if (below.kind !== "directory") throw new SysError({ call: "mkdir", path, errno: ERRNO.ENOTDIR });
      at = below;
    }
    return at;
  }

  /** A file with this text, made with the directories above it where there is none. */
  put(path: string, text: string, mode = 0o644): RegularFile {
    const slash = path.lastIndexOf("/");
    const [directory, name] = [this.makeDirectory(path.slice(0, Math.max(slash, 0))), path.slice(slash + 1)];
    const found = directory.entries.get(name);
    const file = found?.kind === "file" ? found : this.file(directory, name, mode);
    file.mode = mode;
    this.write(file, text);
    return file;
  }

  /** The text of a file; undefined where there is none. */
  textOf(path: string): string | undefined {
    const inode = this.find(this.root, path);
    return inode?.kind === "file" ? inode.text : undefined;
  }

  #vacant(from: Directory, path: string, call: string): Spot {
    const spot = this.locate(from, path, false, call);
    if (spot.inode !== undefined) throw new SysError({ call, path, errno: ERRNO.EEXIST });
    this.#mustBeNamed(spot.directory, path, call);
    return spot;
  }

  /** A directory that was removed takes no new names. */
  #mustBeNamed(directory: Directory, path: string, call: string): void {
    if (directory.parent === undefined) throw new SysError({ call, path, errno: ERRNO.ENOENT });
  }

  #enter<T extends Inode>({ directory, name }: Spot, inode: T): T {
    inode.parent = directory;
    inode.name = name;
    directory.entries.set(name, inode);
    this.#changed(directory);
    this.#tellDirectory(directory, CHANGE.create, inode);
    return inode;
  }

  write(file: RegularFile, text: string): void {
    file.text = text;
    this.#changed(file);
    this.tell(file, CHANGE.modify);
  }

  chmod(inode: Inode, mode: number): void {
    inode.mode = mode;
    this.#changed(inode);
    this.tell(inode, CHANGE.attributes);
  }

  unlink(from: Directory, path: string): void {
    const { directory, name, inode } = this.locate(from, path, false, "unlink");
    if (inode === undefined) throw new SysError({ call: "unlink", path, errno: ERRNO.ENOENT });
    this.#forget(directory, name, inode);
  }

  /** Removes an inode with everything below it. */
  removeAll(inode: Inode): void {
    const below = inode.kind === "directory" ? [...inode.entries.values()] : [];
    for (const one of below) this.removeAll(one);
    if (inode.parent !== undefined) this.#forget(inode.parent, inode.name, inode);
  }

  #forget(directory: Directory, name: string, inode: Inode): void {
    directory.entries.delete(name);
    this.#changed(directory);
    this.#tellDirectory(directory, CHANGE.delete, inode);
    this.#orphan(inode);
  }

  #orphan(inode: Inode): void {
    inode.parent = undefined;
    this.onChange(inode, CHANGE.attributes, "");
    this.#freeIfUnheld(inode);
  }

  rename(from: Directory, path: string, toFrom: Directory, toPath: string): void {
    const old = this.locate(from, path, false, "rename");
    const { inode } = old;
    if (inode === undefined) throw new SysError({ call: "rename", path, errno: ERRNO.ENOENT });
    const spot = this.locate(toFrom, toPath, false, "rename");
    this.#mustBeNamed(spot.directory, toPath, "rename");
    if (spot.inode === inode) return;
    if (spot.inode?.kind === "directory") {
      throw new SysError({ call: "rename", path, errno: ERRNO.ENOTEMPTY });
    }
    old.directory.entries.delete(old.name);
    this.#tellDirectory(old.directory, CHANGE.movedFrom, inode);
    spot.directory.entries.set(spot.name, inode);
    inode.parent = spot.directory;
    inode.name = spot.name;
    this.#changed(old.directory);
    this.#changed(spot.directory);
    this.#changed(inode);
    this.#tellDirectory(spot.directory, CHANGE.movedTo, inode);
    this.onChange(inode, CHANGE.moveSelf, "");
    if (spot.inode !== undefined) this.#orphan(spot.inode);
  }

  #changed(inode: Inode): void {
    inode.ctimeNs = this.#world.wallNs();
  }

  /** Tells a change of an inode to those who watch the inode and to those who watch its directory. */
  tell(inode: Inode, mask: number): void {
    this.onChange(inode, mask, "");
    if (inode.parent !== undefined && inode.parent !== inode) this.#tellDirectory(inode.parent, mask, inode);
  }

  #tellDirectory(directory: Directory, mask: number, inode: Inode): void {
    this.onChange(directory, inode.kind === "directory" ? mask | CHANGE.isDirectory : mask, inode.name);
  }
}
