/**
 * The things that a loop waits for: watched descriptors, signals, changes of files; and time, which passes only here.
 */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { CHANGE, type Change, type Interest } from "../../src/runtime/kernel.ts";
import { SysError } from "../../src/sys/error.ts";
import { Files } from "./files.ts";
import { Notifications } from "./notifications.ts";
import { openFile, type OpenKind } from "./open_file.ts";
import type { Tree } from "./tree.ts";
import type { World } from "./world.ts";

/** The most events that one epoll_wait tells. */
const BATCH = 64;

export class Readiness extends Files {
  readonly notifications: Notifications;
  protected readonly watched = new Map<Fd, Interest>();
  /** Signals that came and were not taken. */
  protected readonly pending = new Set<number>();
  /** Signals that are blocked, and told by a descriptor. */
  protected heard: readonly number[] = [];
  protected readyNow: Fd[] = [];

  constructor(world?: World, tree?: Tree) {
    super(world, tree);
    this.notifications = new Notifications(this.world);
    this.tree.onChange = (inode, mask, name) => this.notifications.happened(inode, mask, name);
    this.tree.onGone = (inode) => this.notifications.forget(inode);
  }

  // Waiting

  watch(fd: Fd, interest: Interest): void {
    this.enter("watch", fd, interest);
    this.mayWatch(this.file(fd).kind);
    if (this.watched.has(fd)) throw new SysError({ call: "epoll_ctl", errno: ERRNO.EEXIST });
    this.watched.set(fd, interest);
  }

  /** Throws when such a file is not to be watched now. */
  protected mayWatch(_kind: OpenKind): void {}

  unwatch(fd: Fd): void {
    this.enter("unwatch", fd);
    this.watched.delete(fd);
  }

  get watchedDescriptors(): number {
    return this.watched.size;
  }

  protected override closes(fd: Fd): void {
    if (this.watched.has(fd)) this.violate("no watched descriptor is closed", `${fd}`);
  }

  /** Waits until a descriptor is ready, at once or after the next happening, or until the end of the timeout. */
  wait(timeoutMs: number): number {
    const { world } = this;
    const untilMs = timeoutMs < 0 ? Infinity : world.nowMs + timeoutMs;
    for (
      this.readyNow = this.lookForReady();
      this.readyNow.length === 0;
      this.readyNow = this.lookForReady()
    ) {
      const nextMs = world.nextMs();
      if (nextMs === Infinity && untilMs === Infinity) throw new Error("waits for ever");
      world.moveTo(Math.min(nextMs, untilMs));
      if (nextMs > untilMs) return 0;
      world.catchUp();
    }
    return this.readyNow.length;
  }

  /** Descriptors of those watched that are ready now, as many as one wait tells. */
  protected lookForReady(): Fd[] {
    const ready: Fd[] = [];
    for (const [fd, interest] of this.watched) if (this.isReady(fd, interest)) ready.push(fd);
    return this.inSomeOrder(ready).slice(0, BATCH);
  }

  /** Names and descriptors come in no order that could be relied on. */
  protected inSomeOrder<T>(list: T[]): T[] {
    return list;
  }

  protected isReady(fd: Fd, interest: Interest): boolean {
    const { kind, pipe, socket, listener, process, writes } = this.file(fd);
    if (kind === "process") return process?.state !== "alive";
    if (kind === "signals") return this.pending.size > 0;
    if (kind === "changes") return this.notifications.waiting;
    if (socket !== undefined) {
      return (interest !== "write" && socket.isReadable) || (interest !== "read" && socket.isWritable);
    }
    if (listener !== undefined) return listener.isReadable;
    if (pipe === undefined) return true;
    // A pipe without a reader is an error, which is always told.
    if (writes && pipe.readers === 0) return true;
    return interest === "write" ? true : pipe.text !== "" || pipe.writers === 0;
  }

  ready(i: number): Fd {
    return this.readyNow[i] ?? -1;
  }

  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    this.enter("poll", fd, interest);
    const ready = this.isReady(fd, interest);
    if (!ready && timeoutMs !== 0) this.violate("no call waits", `poll for ${timeoutMs} ms`);
    return ready;
  }

  // Signals

  signals(signals: readonly number[]): Fd {
    this.enter("signals");
    this.heard = signals;
    return this.newFd(openFile({ kind: "signals", reads: true, nonBlocking: true }), "signalfd");
  }

  nextSignal(fd: Fd): number {
    this.enter("next signal", fd);
    this.file(fd);
    if (this.pending.size === 0) return 0;
    const signal = Math.min(...this.pending);
    this.pending.delete(signal);
    return signal;
  }

  /** A signal for the program; several of one kind are one. */
  raise(signal: number): void {
    if (this.heard.includes(signal)) this.pending.add(signal);
  }

  // Changes of files

  changes(): Fd {
    this.enter("changes");
    return this.addChanges();
  }

  protected addChanges(): Fd {
    return this.newFd(openFile({ kind: "changes", reads: true, nonBlocking: true }), "inotify_init");
  }

  addChangeWatch(fd: Fd, path: string, mask: number): number {
    this.enter("watch changes", path);
    this.file(fd);
    this.mayFail("inotify_add_watch", path);
    const follows = (mask & CHANGE.dontFollow) === 0;
    const inode = this.tree.resolve(this.tree.root, path, follows, "inotify_add_watch");
    if ((mask & CHANGE.onlyDirectory) !== 0 && inode.kind !== "directory") {
      throw new SysError({ call: "inotify_add_watch", path, errno: ERRNO.ENOTDIR });
    }
    return this.notifications.add(inode, mask);
  }

  removeChangeWatch(fd: Fd, watch: number): void {
    this.enter("unwatch changes", fd);
    this.file(fd);
    this.notifications.remove(watch);
  }

  readChanges(fd: Fd): Change[] {
    this.enter("read changes", fd);
    this.file(fd);
    return this.notifications.read();
  }
}
