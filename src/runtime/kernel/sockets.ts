/** Sockets: between processes of one machine, and datagrams of UDP. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Peer, Received } from "../../sys/facts.ts";

/** UDP over IPv4. */
export interface Datagrams {
  /** A socket that does not wait, close-on-exec. */
  datagramSocket(): Fd;
  /**
   * Sends the first `length` bytes as one datagram. Returns their count, or WOULD_BLOCK. `host` is a number of 32 bits.
   */
  sendTo(fd: Fd, from: Uint8Array<ArrayBuffer>, length: number, host: number, port: number): number;
}

/** unix(7). One message carries up to 64 KiB and 16 descriptors. Names are abstract, without the leading NUL. */
export interface Sockets {
  /** Sequenced packets, close-on-exec, non-blocking. */
  socketPair(): readonly [Fd, Fd];
  /** A stream that listens, close-on-exec, non-blocking. */
  listenAbstract(name: string): Fd;
  /** The next connection, close-on-exec, non-blocking; undefined when no connection waits. */
  accept(fd: Fd): Fd | undefined;
  /** Never waits: EAGAIN when the listener has too many waiting. Close-on-exec, non-blocking. */
  connectAbstract(name: string): Fd;
  /** The process that was at the other end when the connection was made. */
  peer(fd: Fd): Peer;
  /** Bytes sent of the first `length`, or WOULD_BLOCK; the descriptors go with the first of them, and stay ours. */
  send(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, descriptors: readonly Fd[]): number;
  /** With `peek` the message stays in the socket, its descriptors too: none are given. */
  receive(fd: Fd, into: Uint8Array<ArrayBuffer>, peek?: boolean): Received;
}
