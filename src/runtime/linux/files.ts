/** The real `Files`: libc through `sys/files.ts`. */
import type { Fd } from "../../posix/descriptor.ts";
import type { FileCalls } from "../../sys/files.ts";
import type { Files, FileStat, Held, Launching } from "../kernel.ts";

/** Files and descriptors, and what a launcher asks about those that it hands on. */
export class LinuxFiles
  implements Files, Pick<Launching, "closeOpen" | "handOn" | "isHandedOn" | "removeDirectory"> {
  readonly #files: FileCalls;

  /** `files` has what the applet calls bound. */
  constructor(files: FileCalls) {
    this.#files = files;
  }

  open(dir: Fd, path: string, flags: number, mode?: number): Fd {
    return this.#files.open(dir, path, flags, mode);
  }
  close(fd: Fd): void {
    this.#files.close(fd);
  }
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number {
    return this.#files.read(fd, into);
  }
  readAt(fd: Fd, into: Uint8Array<ArrayBuffer>, at: number): number {
    return this.#files.readAt(fd, into, at);
  }
  write(fd: Fd, from: Uint8Array<ArrayBuffer>, length = from.length): number {
    return this.#files.write(fd, from, length);
  }
  stat(dir: Fd, path: string, followLink?: boolean): FileStat {
    return this.#files.stat(dir, path, followLink);
  }
  statFd(fd: Fd): FileStat {
    return this.#files.statFd(fd);
  }
  mkdir(dir: Fd, path: string, mode: number): void {
    this.#files.mkdir(dir, path, mode);
  }
  mkfifo(dir: Fd, path: string, mode: number): void {
    this.#files.mkfifo(dir, path, mode);
  }
  rename(dir: Fd, from: string, to: string): void {
    this.#files.rename(dir, from, to);
  }
  unlink(dir: Fd, path: string): void {
    this.#files.unlink(dir, path);
  }
  symlink(target: string, dir: Fd, path: string): void {
    this.#files.symlink(target, dir, path);
  }
  readLink(dir: Fd, path: string): string {
    return this.#files.readLink(dir, path);
  }
  readDirectory(fd: Fd): string[] {
    return this.#files.readDirectory(fd);
  }
  chmodFd(fd: Fd, mode: number): void {
    this.#files.chmodFd(fd, mode);
  }
  chmod(dir: Fd, path: string, mode: number): void {
    this.#files.chmod(dir, path, mode);
  }
  sync(fd: Fd): void {
    this.#files.sync(fd);
  }
  truncate(fd: Fd, size: number): void {
    this.#files.truncate(fd, size);
  }
  lock(fd: Fd, wait: boolean): boolean {
    return this.#files.lock(fd, wait);
  }
  holdOpen(fd: Fd): Held | undefined {
    return this.#files.holdOpen(fd);
  }
  letGo(held: Held): void {
    this.#files.letGo(held);
  }
  pipe(): { readonly read: Fd; readonly write: Fd } {
    return this.#files.pipe();
  }
  setNonBlocking(fd: Fd, on: boolean): void {
    this.#files.setNonBlocking(fd, on);
  }
  duplicate(from: Fd, to: Fd): void {
    this.#files.duplicate(from, to);
  }
  poll(fd: Fd, interest: "read" | "write", timeoutMs: number): boolean {
    return this.#files.poll(fd, interest, timeoutMs);
  }
  changeDirectory(fd: Fd): void {
    this.#files.changeDirectory(fd);
  }
  closeOnExec(from: Fd): void {
    this.#files.closeOnExec(from);
  }
  writeAt(fd: Fd, bytes: Uint8Array<ArrayBuffer>, at: number): void {
    this.#files.writeAt(fd, bytes, at);
  }
  closeOpen(fd: Fd): void {
    this.#files.closeOpen(fd);
  }
  handOn(fd: Fd): void {
    this.#files.duplicate(fd, fd);
  }
  isHandedOn(fd: Fd): boolean {
    return this.#files.isHandedOn(fd);
  }
  removeDirectory(dir: Fd, path: string): void {
    this.#files.removeDirectory(dir, path);
  }
}
