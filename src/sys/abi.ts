/**
 * Offsets and sizes in structures of the kernel and of glibc.
 *
 * Only what differs between x86_64 and aarch64 depends on the architecture; everything else is one layout on both.
 * `checkEpollLayout` and `checkSpawnLayout` compare them with what this machine really does.
 */
import { CLOSE_ON_EXEC } from "../posix/open_flag.ts";
import type { Bound } from "./libc.ts";

/** Layouts that differ between the architectures. */
export interface Abi {
  /** struct epoll_event: packed on x86_64 only (linux/eventpoll.h). */
  readonly epollEventSize: number;
  readonly epollTokenAt: number;
  /** open(2) flags that differ (asm/fcntl.h). */
  readonly oDirectory: number;
  readonly oNoFollow: number;
}

const ABIS: Readonly<Record<string, Abi>> = {
  x86_64: { epollEventSize: 12, epollTokenAt: 4, oDirectory: 0o200000, oNoFollow: 0o400000 },
  aarch64: { epollEventSize: 16, epollTokenAt: 8, oDirectory: 0o40000, oNoFollow: 0o100000 },
};

/** The layouts of an architecture, by its name in `Deno.build.arch`. Throws an Error for one that is not known. */
export function abiOf(arch: string): Abi {
  const abi = ABIS[arch];
  if (abi === undefined) throw new Error(`no structure layouts are known for ${arch}`);
  return abi;
}

/** struct statx (linux/stat.h), the same on every architecture: its size, and offsets of its fields, in bytes. */
export const STATX = {
  size: 256,
  mask: 0,
  links: 16,
  uid: 20,
  gid: 24,
  mode: 28,
  inode: 32,
  fileSize: 40,
  birthSec: 80,
  birthNsec: 88,
  ctimeSec: 96,
  ctimeNsec: 104,
  mtimeSec: 112,
  mtimeNsec: 120,
  devMajor: 136,
  devMinor: 140,
} as const;

/** Source: linux/eventpoll.h. */
const EPOLL_CTL_ADD = 1;
const EPOLLOUT = 4;

/** Size of glibc's posix_spawnattr_t on LP64 (spawn.h), in bytes; `checkSpawnLayout` measures it. */
export const SPAWN_ATTRIBUTES_SIZE = 336;
/** Size of glibc's posix_spawn_file_actions_t on LP64 (spawn.h), in bytes. */
export const SPAWN_ACTIONS_SIZE = 80;

/** Size of glibc's sigset_t, in bytes; the kernel reads its first 8. */
export const SIGSET_SIZE = 128;

/**
 * Throws an Error unless an event that is put into an epoll set comes back with its token.
 *
 * Called once, before the first descriptor is watched.
 */
export function checkEpollLayout(bound: Bound, abi: Abi): void {
  const { c, errno } = bound;
  const ends = new Int32Array(2);
  if (c.pipe2(new Uint8Array(ends.buffer), CLOSE_ON_EXEC) < 0) throw new Error(`pipe2: errno ${errno[0]}`);
  const epoll = c.epoll_create1(CLOSE_ON_EXEC);
  const event = new Uint8Array(abi.epollEventSize * 2);
  const view = new DataView(event.buffer);
  // The write end of an empty pipe is ready at once.
  view.setUint32(0, EPOLLOUT, true);
  view.setUint32(abi.epollTokenAt, KNOWN, true);
  c.epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1] ?? -1, event);
  event.fill(0);
  const ready = c.epoll_wait(epoll, event, 2, 0);
  const token = view.getUint32(abi.epollTokenAt, true);
  for (const fd of [epoll, ends[0] ?? -1, ends[1] ?? -1]) c.close(fd);
  if (ready !== 1 || token !== KNOWN) {
    throw new Error(`struct epoll_event is not laid out as known (${ready}, ${token})`);
  }
}

/**
 * Throws an Error unless glibc clears exactly SPAWN_ATTRIBUTES_SIZE bytes of the attributes that it initializes.
 *
 * Called once, before the first program is started.
 */
export function checkSpawnLayout(bound: Bound): void {
  const guard = new Uint8Array(1024).fill(0xa5);
  bound.c.posix_spawnattr_init(guard);
  const cleared = guard.findIndex((byte) => byte !== 0);
  if (cleared !== SPAWN_ATTRIBUTES_SIZE) {
    throw new Error(`posix_spawnattr_t has ${cleared} bytes, ${SPAWN_ATTRIBUTES_SIZE} were known`);
  }
}

/** A token that no descriptor has. */
const KNOWN = 0x5a17c0de;
