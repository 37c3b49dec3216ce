/**
 * The ground that every kernel in memory stands on: a clock that is moved by hand, a tree of files, the table of
 * descriptors, and the beginning that all calls have in common.
 *
 * The kernels for tests are one family, each part in a file of this folder, and a test takes the part that its host needs:
 *
 *     Ground            clock, descriptors
 *       Files           files, directories, FIFOs, pipes, locks
 *         Terminals     and a line somebody types on            (getty)
 *         Launching     and the state a program starts in       (chpst and its family)
 *         Readiness     and waiting, signals, inotify           (sv)
 *           Mapping     and memory, splice, datagrams           (svlogd)
 *           Sockets     and sockets                             (supervisors: `tests/simulation/kernel.ts`)
 *
 * Every call goes through `enter`, where a test's kernel counts it, writes it down or lets it fail.
 */
import { CWD, type Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import type { LocalTime } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { Random } from "../random.ts";
import { type OpenFile } from "./open_file.ts";
import { type Directory, Tree } from "./tree.ts";
import { Violation, World } from "./world.ts";

const NS_PER_S = 1_000_000_000n;

export class Ground {
  readonly world: World;
  readonly tree: Tree;
  calls = 0;
  descriptorLimit = 1000;
  protected readonly files = new Map<Fd, OpenFile>();

  constructor(world = new World(new Random(1)), tree = new Tree(world, false)) {
    this.world = world;
    this.tree = tree;
  }

  /** Every call begins here. `about` is a descriptor or a path, `how` what else there is to say. May throw. */
  protected enter(_call: string, _about: Fd | string = "", _how = ""): void {
    this.calls++;
  }

  /** A call that has a path begins here. */
  protected enterAt(call: string, _dir: Fd, path: string): void {
    this.enter(call, path);
  }

  /** Throws when a call of this kind is to fail now. A kernel whose calls fail in `enter` has no use for it. */
  protected mayFail(_call: string, _path = ""): void {}

  /** A call that no program should make. What comes back is as in life. */
  protected violate(invariant: string, text: string): void {
    throw new Violation(invariant, text);
  }

  // Descriptors

  protected file(fd: Fd): OpenFile {
    const file = this.files.get(fd);
    if (file !== undefined) return file;
    this.violate("no use of a closed descriptor", `${fd}`);
    throw new SysError({ call: "fd", errno: ERRNO.EBADF });
  }

  protected directory(fd: Fd): Directory {
    if (fd === CWD) return this.tree.root;
    const { inode } = this.file(fd);
    if (inode?.kind !== "directory") throw new SysError({ call: "openat", errno: ERRNO.ENOTDIR });
    return inode;
  }

  /** `path` behind the path of `dir`. */
  protected pathOf(dir: Fd, path: string): string {
    const base = this.files.get(dir)?.path ?? "";
    const whole = path.startsWith("/") || base === "" ? path : `${base}/${path}`;
    return whole.replace(/(?<=.)\/\.$/, "");
  }

  /** The lowest free descriptor from 3 on. */
  protected newFd(file: OpenFile, call: string): Fd {
    let fd = 3;
    while (this.files.has(fd)) fd++;
    if (fd >= this.descriptorLimit) {
      this.ranOut();
      throw new SysError({ call, errno: ERRNO.EMFILE });
    }
    this.files.set(fd, file);
    return fd;
  }

  /** Called when there is no free descriptor. */
  protected ranOut(): void {}

  // Clocks

  get nowMs(): number {
    return this.world.nowMs;
  }

  set nowMs(atMs: number) {
    this.world.nowMs = atMs;
  }

  monotonicMs(): number {
    return this.world.nowMs;
  }

  wallNs(): bigint {
    return this.world.wallNs();
  }

  /** A machine without a time zone. */
  localTime(_second: bigint): LocalTime | undefined {
    return undefined;
  }

  readWall(into: { seconds: number; nanoseconds: number }): void {
    const now = this.wallNs();
    into.seconds = Number(now / NS_PER_S);
    into.nanoseconds = Number(now % NS_PER_S);
  }
}
