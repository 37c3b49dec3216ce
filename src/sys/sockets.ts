/** Sockets between processes of one machine (unix(7)), with the descriptors and credentials that they carry. */
import { ERRNO } from "../posix/errno.ts";
import { MOST_GROUPS } from "../posix/maximum.ts";
import { CLOSE_ON_EXEC, NON_BLOCK } from "../posix/open_flag.ts";
import { Calls, size } from "./calls.ts";
import { SysError } from "./error.ts";
import { type Peer, type Received, WOULD_BLOCK } from "./facts.ts";
import type { Bound } from "./libc.ts";

/** Source: linux/socket.h, asm-generic/socket.h. */
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERGROUPS = 59;
const SCM_RIGHTS = 1;
const MSG_PEEK = 0x2;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
/** The number of connections that may wait to be accepted; the kernel lowers it to net.core.somaxconn. */
const BACKLOG = 4096;
/** sizeof sockaddr_un.sun_path (linux/un.h); the leading NUL of an abstract name is one of these bytes. */
const SUN_PATH = 108;

/** The most descriptors that go with one message. The kernel's own limit is 253 (SCM_MAX_FD). */
export const MOST_DESCRIPTORS_SENT = 16;
/** The most bytes that go with one call. */
export const MOST_BYTES_SENT = 1 << 16;

/** Layouts of struct msghdr, struct iovec and struct cmsghdr on LP64 (linux/socket.h), and their offsets in the arena. */
const HEADER = 0;
const HEADER_SIZE = 56;
const NAME_AT = 0;
const IOV_AT = 16;
const IOV_COUNT_AT = 24;
const CONTROL_AT = 32;
const CONTROL_SIZE_AT = 40;
const PIECE = 64;
const CONTROL = 96;
const CONTROL_HEADER = 16;
const CONTROL_SIZE = CONTROL_HEADER + 4 * MOST_DESCRIPTORS_SENT;
const BYTES = 256;

const NO_DESCRIPTORS: readonly number[] = [];

/** Connections, and messages over them. */
export class SocketCalls extends Calls {
  /** Header, piece, control area and bytes of one message: the kernel follows addresses from one to the next. */
  readonly #arena: Uint8Array<ArrayBuffer> | undefined;
  readonly #view: DataView;
  readonly #base: bigint = 0n;

  /** `messages`: sendmsg or recvmsg will be called. Then takes the address of an arena for them, which needs ffi. */
  constructor(bound: Bound, messages: boolean) {
    super(bound);
    const arena = new Uint8Array(messages ? BYTES + MOST_BYTES_SENT : BYTES);
    this.#view = new DataView(arena.buffer);
    if (!messages) return;
    this.#arena = arena;
    this.#base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(arena));
  }

  /** socketpair(2) of sequenced packets, not waiting. */
  pair(): readonly [number, number] {
    const fds = new Int32Array(2);
    const type = SOCK_SEQPACKET | NON_BLOCK | CLOSE_ON_EXEC;
    if (this.c.socketpair(AF_UNIX, type, 0, new Uint8Array(fds.buffer)) < 0) this.fail("socketpair");
    return [fds[0] ?? -1, fds[1] ?? -1];
  }

  /** A stream socket that listens under an abstract name, not waiting. */
  listen(name: string): number {
    return this.#socket((fd, address) => {
      if (this.c.bind(fd, address, address.length) < 0) this.fail("bind", name);
      if (this.c.listen(fd, BACKLOG) < 0) this.fail("listen", name);
    }, name);
  }

  /** A stream socket, connected to the listener of that name. Never waits: EAGAIN when the listener's queue is full. */
  connect(name: string): number {
    return this.#socket((fd, address) => {
      if (this.c.connect(fd, address, address.length) < 0) this.fail("connect", name);
    }, name);
  }

  #socket(use: (fd: number, address: Uint8Array<ArrayBuffer>) => void, name: string): number {
    const address = abstractAddress(name);
    const fd = this.c.socket(AF_UNIX, SOCK_STREAM | CLOSE_ON_EXEC | NON_BLOCK, 0);
    if (fd < 0) this.fail("socket", name);
    try {
      use(fd, address);
      return fd;
    } catch (thrown) {
      this.c.close(fd);
      throw thrown;
    }
  }

  /** The next connection, itself non-blocking; undefined when none waits. */
  accept(fd: number): number | undefined {
    for (;;) {
      const accepted = this.c.accept4(fd, null, null, NON_BLOCK | CLOSE_ON_EXEC);
      if (accepted >= 0) return accepted;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return undefined;
      // The one that gave up says nothing about the next in the queue.
      if (errno !== ERRNO.EINTR && errno !== ERRNO.ECONNABORTED) this.fail("accept");
    }
  }

  /**
   * The process that connected, or listened, or made the pair (unix(7), SO_PEERCRED), as it was at that time: effective
   * ids and supplementary groups. A kernel before 4.13 does not tell the groups: ENOPROTOOPT.
   */
  peer(fd: number): Peer {
    const ids = this.#option(fd, SO_PEERCRED, 12);
    const [pid = 0, uid = 0, gid = 0] = ids;
    return { pid, uid, gid, groups: [...this.#groups(fd)] };
  }

  #groups(fd: number): Uint32Array {
    try {
      return this.#option(fd, SO_PEERGROUPS, 4 * 64);
    } catch (thrown) {
      if (!(thrown instanceof SysError) || thrown.errno !== ERRNO.ERANGE) throw thrown;
      return this.#option(fd, SO_PEERGROUPS, 4 * MOST_GROUPS);
    }
  }

  #option(fd: number, option: number, room: number): Uint32Array {
    const value = new Uint8Array(room);
    const length = new Uint32Array([room]);
    if (this.c.getsockopt(fd, SOL_SOCKET, option, value, new Uint8Array(length.buffer)) < 0) {
      this.fail("getsockopt");
    }
    return new Uint32Array(value.buffer, 0, (length[0] ?? 0) >> 2);
  }

  /**
   * sendmsg(2): how many of the first `length` bytes went, at most MOST_BYTES_SENT, or WOULD_BLOCK. The descriptors go
   * with the first byte. No SIGPIPE.
   */
  send(fd: number, from: Uint8Array<ArrayBuffer>, length: number, descriptors: readonly number[]): number {
    const arena = this.#messages();
    const count = Math.min(length, MOST_BYTES_SENT);
    arena.set(from.subarray(0, count), BYTES);
    this.#putHeader(count, this.#putDescriptors(descriptors));
    for (;;) {
      const sent = this.c.sendmsg(fd, arena, MSG_NOSIGNAL);
      if (sent >= 0) return sent;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return WOULD_BLOCK;
      if (errno !== ERRNO.EINTR) this.fail("sendmsg");
    }
  }

  /**
   * recvmsg(2): length 0 at the end, or WOULD_BLOCK. With `peek` everything stays in the socket, and no descriptors
   * come.
   */
  receive(fd: number, into: Uint8Array<ArrayBuffer>, peek: boolean): Received {
    const arena = this.#messages();
    const room = Math.min(into.length, MOST_BYTES_SENT);
    for (;;) {
      this.#putHeader(room, peek ? 0 : CONTROL_SIZE);
      const length = this.c.recvmsg(fd, arena, MSG_CMSG_CLOEXEC | (peek ? MSG_PEEK : 0));
      if (length >= 0) {
        into.set(arena.subarray(BYTES, BYTES + length));
        return { length, descriptors: peek ? NO_DESCRIPTORS : this.#takeDescriptors() };
      }
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return { length: WOULD_BLOCK, descriptors: NO_DESCRIPTORS };
      if (errno !== ERRNO.EINTR) this.fail("recvmsg");
    }
  }

  #messages(): Uint8Array<ArrayBuffer> {
    if (this.#arena === undefined) throw new Error("this applet sends no messages");
    return this.#arena;
  }

  #putHeader(length: number, controlSize: number): void {
    const view = this.#view;
    for (let at = HEADER; at < HEADER + HEADER_SIZE; at += 8) view.setBigUint64(at, 0n, true);
    view.setBigUint64(HEADER + NAME_AT, 0n, true);
    view.setBigUint64(HEADER + IOV_AT, this.#base + BigInt(PIECE), true);
    view.setBigUint64(HEADER + IOV_COUNT_AT, 1n, true);
    if (controlSize > 0) view.setBigUint64(HEADER + CONTROL_AT, this.#base + BigInt(CONTROL), true);
    view.setBigUint64(HEADER + CONTROL_SIZE_AT, size(controlSize), true);
    view.setBigUint64(PIECE, this.#base + BigInt(BYTES), true);
    view.setBigUint64(PIECE + 8, size(length), true);
  }

  /** Returns the size of the control area: CMSG_SPACE(3), rounded up to 8. */
  #putDescriptors(descriptors: readonly number[]): number {
    if (descriptors.length === 0) return 0;
    if (descriptors.length > MOST_DESCRIPTORS_SENT) {
      throw new SysError({ call: "sendmsg", errno: ERRNO.EINVAL });
    }
    const length = CONTROL_HEADER + 4 * descriptors.length;
    this.#view.setBigUint64(CONTROL, BigInt(length), true);
    this.#view.setInt32(CONTROL + 8, SOL_SOCKET, true);
    this.#view.setInt32(CONTROL + 12, SCM_RIGHTS, true);
    descriptors.forEach((fd, i) => this.#view.setInt32(CONTROL + CONTROL_HEADER + 4 * i, fd, true));
    return (length + 7) & ~7;
  }

  /** The descriptors that came. Those that did not fit, the kernel has closed already. */
  #takeDescriptors(): readonly number[] {
    const view = this.#view;
    const used = Number(view.getBigUint64(HEADER + CONTROL_SIZE_AT, true));
    if (used < CONTROL_HEADER) return NO_DESCRIPTORS;
    const length = Number(view.getBigUint64(CONTROL, true));
    if (view.getInt32(CONTROL + 8, true) !== SOL_SOCKET || view.getInt32(CONTROL + 12, true) !== SCM_RIGHTS) {
      return NO_DESCRIPTORS;
    }
    const descriptors: number[] = [];
    for (let at = CONTROL_HEADER; at + 4 <= length; at += 4) {
      descriptors.push(view.getInt32(CONTROL + at, true));
    }
    return descriptors;
  }
}

/** struct sockaddr_un: the family, a NUL, and the name without an end mark. */
function abstractAddress(name: string): Uint8Array<ArrayBuffer> {
  if (name.length + 1 > SUN_PATH) {
    throw new SysError({ call: "socket", path: name, errno: ERRNO.ENAMETOOLONG });
  }
  const address = new Uint8Array(2 + 1 + name.length);
  address[0] = AF_UNIX;
  for (let i = 0; i < name.length; i++) address[3 + i] = name.charCodeAt(i);
  return address;
}
