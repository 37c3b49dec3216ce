/**
 * Directories that are being filled in place. Each is watched by inotify, with its `log`; and when it may be quiet, it is
 * inspected: whether nothing has changed for QUIET_MS, and whether its `run` is executable.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { CHANGE, type Kernel } from "../../runtime/kernel.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { QUIET_MS, type ScanEvent } from "../scan.ts";
import { fileKeyOf } from "../../posix/file_key.ts";

/** The changes that a copy makes to a directory or to a file in it. */
const FILLING = CHANGE.create | CHANGE.modify | CHANGE.attributes | CHANGE.closeWrite | CHANGE.movedTo |
  CHANGE.movedFrom | CHANGE.delete;

/** Anybody may execute it (mode bits of stat(2)). */
const EXECUTABLE = 0o111;
const NS_PER_MS = 1_000_000n;
/** The files of a service whose times of change tell whether it is still being filled. */
const LOOKED_AT: readonly string[] = ["", "/run", "/log", "/log/run", "/log/config"];

/** The watches on directories that are being filled, and looks at these directories. */
export class Filling {
  readonly #kernel: Kernel;
  readonly #directory: string;
  readonly #tell: (event: ScanEvent) => void;
  /** File keys of the directories, by inotify watch. */
  readonly #watches = new Map<number, string>();
  /** The inotify descriptor; -1 while there is none. The fleet sets it. */
  changes: Fd = -1;

  constructor(kernel: Kernel, directory: string, tell: (event: ScanEvent) => void) {
    this.#kernel = kernel;
    this.#directory = directory;
    this.#tell = tell;
  }

  /** The key of the directory that an inotify watch is for; undefined for a watch of another kind. */
  keyOf(watch: number): string | undefined {
    return this.#watches.get(watch);
  }

  /** Tells a change in every directory that is being filled: inotify has lost some, which may be of any of them. */
  touchAll(): void {
    for (const key of new Set(this.#watches.values())) this.#tell({ kind: "touched", key });
  }

  /** Watches a directory and its `log`. True when every change in the directory itself will be told. */
  watch(key: string, name: string): boolean {
    const watched = this.#watchPath(key, `${this.#directory}/${name}`);
    this.watchLog(key, name);
    return watched;
  }

  /** Watches the `log` of a directory, once there is one. */
  watchLog(key: string, name: string): void {
    this.#watchPath(key, `${this.#directory}/${name}/log`);
  }

  #watchPath(key: string, path: string): boolean {
    if (this.changes < 0) return false;
    try {
      this.#watches.set(
        this.#kernel.addChangeWatch(this.changes, path, FILLING | CHANGE.onlyDirectory),
        key,
      );
      return true;
    } catch (thrown) {
      // There is no log yet, or it has gone again. If no watch is left, `#isQuiet` still looks at the times of change.
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  /** Watches a directory and its `log` no more. */
  unwatch(key: string): void {
    for (const [watch, watchedKey] of this.#watches) {
      if (watchedKey !== key) continue;
      this.#watches.delete(watch);
      this.#kernel.removeChangeWatch(this.changes, watch);
    }
  }

  /** Tells `inspected` when the directory is quiet, and `touched` when it is not. */
  inspect(key: string, name: string): void {
    const path = `${this.#directory}/${name}`;
    if (!this.#leadsTo(path, key)) {
      return this.#tell({ kind: "inspected", key, watched: false, runnable: false });
    }
    // The watch comes first, so that no change is missed after the look. It is set each time: a new directory may have
    // the inode of a removed one, whose watch has gone with it.
    const watched = this.watch(key, name);
    if (!this.#isQuiet(path)) return this.#tell({ kind: "touched", key });
    this.#tell({ kind: "inspected", key, watched, ...this.#runnable(path) });
  }

  /**
   * True when the path leads to the directory of that key. A name may lead to another directory that no look has seen
   * yet, whose changes would be taken for this one's.
   */
  #leadsTo(path: string, key: string): boolean {
    try {
      return fileKeyOf(this.#kernel.stat(CWD, path)) === key;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  #runnable(path: string): { readonly runnable: boolean; readonly watched?: false } {
    try {
      const run = this.#kernel.stat(CWD, `${path}/run`);
      return { runnable: run.kind === "file" && (run.mode & EXECUTABLE) !== 0 };
    } catch (thrown) {
      return errnoOf(thrown) === ERRNO.ENOENT ? { runnable: false } : { runnable: false, watched: false };
    }
  }

  /**
   * True when no file that matters has changed within QUIET_MS. A time of change in the future comes from a clock that
   * was set back.
   */
  #isQuiet(path: string): boolean {
    const now = this.#kernel.wallNs();
    const recent = now - BigInt(QUIET_MS) * NS_PER_MS;
    return LOOKED_AT.every((part) => {
      try {
        const { ctimeNs } = this.#kernel.stat(CWD, path + part);
        return ctimeNs <= recent || ctimeNs > now;
      } catch (thrown) {
        rethrowUnlessSysError(thrown);
        return true;
      }
    });
  }
}
