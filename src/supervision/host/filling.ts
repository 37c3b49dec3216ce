/** Directories that are being filled in place: watched, and looked at whether they are quiet and can be started. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { CHANGE, type Kernel } from "../../runtime/kernel.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";
import { QUIET_MS, type ScanEvent } from "../scan.ts";
import { fileKeyOf } from "../../posix/file_key.ts";

const FILLING = CHANGE.create | CHANGE.modify | CHANGE.attributes | CHANGE.closeWrite | CHANGE.movedTo |
  CHANGE.movedFrom | CHANGE.delete;

export class Filling {
  readonly #kernel: Kernel;
  readonly #directory: string;
  readonly #tell: (event: ScanEvent) => void;
  readonly #filling = new Map<number, string>();
  /** The inotify descriptor; -1 where there is none. */
  changes: Fd = -1;

  constructor(kernel: Kernel, directory: string, tell: (event: ScanEvent) => void) {
    this.#kernel = kernel;
    this.#directory = directory;
    this.#tell = tell;
  }

  /** Which directory a watch is for. */
  keyOf(watch: number): string | undefined {
    return this.#filling.get(watch);
  }

  /** Changes were lost: any directory that is being filled may be meant. */
  touchAll(): void {
    for (const key of new Set(this.#filling.values())) this.#tell({ kind: "touched", key });
  }

  /** True when every change in the directory itself will be told. */
  watch(key: string, name: string): boolean {
    const watched = this.#watchPlace(key, `${this.#directory}/${name}`);
    this.watchLog(key, name);
    return watched;
  }

  watchLog(key: string, name: string): void {
    this.#watchPlace(key, `${this.#directory}/${name}/log`);
  }

  #watchPlace(key: string, path: string): boolean {
    if (this.changes < 0) return false;
    try {
      this.#filling.set(
        this.#kernel.addChangeWatch(this.changes, path, FILLING | CHANGE.onlyDirectory),
        key,
      );
      return true;
    } catch (thrown) {
      // No log yet, or gone again. Where watches are used up, `#quiet` still looks at the times of change.
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  unwatch(key: string): void {
    for (const [watch, of] of this.#filling) {
      if (of !== key) continue;
      this.#filling.delete(watch);
      this.#kernel.removeChangeWatch(this.changes, watch);
    }
  }

  inspect(key: string, name: string): void {
    const path = `${this.#directory}/${name}`;
    if (!this.#leadsTo(path, key)) {
      return this.#tell({ kind: "inspected", key, watched: false, runnable: false });
    }
    // Watched first, looked at then; and again each time, for another directory may have the number of a removed one.
    const watched = this.watch(key, name);
    if (!this.#quiet(path)) return this.#tell({ kind: "touched", key });
    this.#tell({ kind: "inspected", key, watched, ...this.#runnable(path) });
  }

  /** A name may lead to another directory before a look has seen that: its watch would be taken for this one's. */
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
      return { runnable: run.kind === "file" && (run.mode & 0o111) !== 0 };
    } catch (thrown) {
      return errnoOf(thrown) === ERRNO.ENOENT ? { runnable: false } : { runnable: false, watched: false };
    }
  }

  /** Nothing in it or in its log has a time of change within QUIET_MS: also true of a clock that was set back. */
  #quiet(path: string): boolean {
    const now = this.#kernel.wallNs();
    const recent = now - BigInt(QUIET_MS) * 1_000_000n;
    return ["", "/run", "/log", "/log/run", "/log/config"].every((part) => {
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
